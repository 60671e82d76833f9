/**
 * Where a graph goes round: its strongly connected components that have an edge, by Tarjan's algorithm with one number
 * a node (D. Pearce, "A space-efficient algorithm for finding strongly connected components", 2016). No recursion.
 */
import { IntList } from './layers.js';

/** Lists the nodes that edges of `node` lead to; a node may be listed twice. */
export type Successors = (node: number, found: IntList) => void;

/** A component: some nodes, and the number that `Rounds.of` has for each of them and for no others. */
export type OnRound = (nodes: readonly number[], round: number) => void;

/** What a node on the way down is known to be. */
const ROOT = 1;
const LOOPS = 2;

export class Rounds {
  /** For each node the number of its component; 0 for those that were not reached. Read it when a component is complete. */
  readonly of: Int32Array;
  private readonly successors: Successors;
  private readonly onRound: OnRound;
  /** The next number in the order of discovery, and the next one of a component; they never meet. */
  private next = 1;
  private round: number;
  /** The way down from a root: nodes, what each is known to be, and where its edges begin in `edges`. */
  private readonly path = new IntList();
  private readonly known = new IntList();
  private readonly begins = new IntList();
  /** Edges not looked at yet. */
  private readonly edges = new IntList();
  /** Nodes that are done with, but whose component is not. */
  private readonly waiting = new IntList();

  /** A graph of the nodes 0 to `count - 1`. */
  constructor(count: number, successors: Successors, onRound: OnRound) {
    this.of = new Int32Array(count);
    this.round = count;
    this.successors = successors;
    this.onRound = onRound;
  }

  /** Looks at all that can be reached from `root` and was not reached before; now and then it lets `breathe` end it. */
  async from(root: number, breathe: () => Promise<boolean>): Promise<boolean> {
    const { path, known, begins, edges, of } = this;
    if (of[root] !== 0) return true;
    this.enter(root);
    for (let looked = 1; path.length > 0; looked++) {
      if (looked % 4096 === 0 && !(await breathe())) return false;
      const node = path.last;
      if (edges.length === begins.last) {
        this.leave(node);
        continue;
      }
      const next = edges.pop();
      if (next === node) known.last |= LOOPS;
      else if (of[next] === 0) this.enter(next);
      else this.meet(node, next);
    }
    return true;
  }

  private enter(node: number): void {
    this.of[node] = this.next++;
    this.path.push(node);
    this.known.push(ROOT);
    this.begins.push(this.edges.length);
    this.successors(node, this.edges);
  }

  /** An edge from `node`, which is last on the path, to a node that is known. */
  private meet(node: number, next: number): void {
    if (this.of[next]! >= this.of[node]!) return;
    this.of[node] = this.of[next]!;
    this.known.last &= ~ROOT;
  }

  private leave(node: number): void {
    const { path, known, begins, waiting, of } = this;
    path.pop();
    begins.pop();
    const what = known.pop();
    waiting.push(node);
    if ((what & ROOT) !== 0) {
      const low = of[node]!;
      let first = waiting.length;
      while (first > 0 && of[waiting.at(first - 1)]! >= low) of[waiting.at(--first)] = this.round;
      const size = waiting.length - first;
      if (size > 1 || (what & LOOPS) !== 0) {
        const nodes = Array.from({ length: size }, (_, i) => waiting.at(first + i));
        this.onRound(nodes, this.round);
      }
      waiting.length = first;
      this.next -= size;
      this.round--;
    }
    if (path.length > 0) this.meet(path.last, node);
  }
}
