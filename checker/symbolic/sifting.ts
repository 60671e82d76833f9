/**
 * An order of levels in which a set has fewer nodes: by sifting (Rudell, ICCAD 1993). One level after the other is moved
 * through all places, past one neighbour at a time, and stays where the nodes are fewest.
 *
 * The nodes here are objects of their own and not those of the arena, since moving a level past its neighbour changes the nodes
 * of these two in place, and no other.
 */
import { EMPTY, ONE } from './sets.js';
import type { Sets } from './sets.js';

/** A level is moved no farther once there are more nodes than so many times the fewest. */
const GROWTH = 1.2;

/** What may follow, by content, contents ascending. As in `Sets` there is no node that has only content 0. */
interface Entries {
  contents: number[];
  kids: Node[];
}

interface Node extends Entries {
  readonly id: number;
  level: number;
  /** How many nodes it is a kid of. */
  uses: number;
}

export class Sifting {
  /** For each level which one it was at first. */
  private readonly was: number[];
  /** The nodes of each level. */
  private readonly nodes: Set<Node>[];
  private readonly end: Node;
  private readonly root: Node;
  private count = 0;
  private ids = 0;

  /** `set` has a state; it is left as it is. */
  constructor(sets: Sets, set: number, levels: number) {
    this.was = Array.from({ length: levels }, (_, level) => level);
    this.nodes = this.was.map(() => new Set());
    this.end = { id: 0, level: levels, contents: [], kids: [], uses: 1 };
    this.root = this.copy(sets, set, new Map([[ONE, this.end]]));
    this.root.uses++;
  }

  /** How many nodes there are. */
  get size(): number {
    return this.count;
  }

  /** Moves each level to its best place, the one with most nodes first, and calls `breathe` in between, until that says no. */
  async run(breathe: () => Promise<boolean>): Promise<void> {
    const sizes = this.nodes.map(({ size }) => size);
    const levels = [...this.was].toSorted((a, b) => sizes[b]! - sizes[a]!);
    for (const level of levels) {
      this.place(this.was.indexOf(level));
      if (!(await breathe())) return;
    }
  }

  /** The level now of each that was. */
  get order(): Int32Array {
    const order = new Int32Array(this.was.length);
    for (const [level, was] of this.was.entries()) order[was] = level;
    return order;
  }

  /** The same set in the order found, in other sets. */
  emit(sets: Sets): number {
    const made = new Map<Node, number>([[this.end, ONE]]);
    for (const nodes of this.nodes.toReversed()) {
      for (const node of nodes) {
        const base = sets.arena.top;
        for (const [i, content] of node.contents.entries()) sets.push(content, made.get(node.kids[i]!)!);
        made.set(node, sets.make(node.level, base));
      }
    }
    return made.get(this.root) ?? EMPTY;
  }

  private copy(sets: Sets, set: number, known: Map<number, Node>): Node {
    const had = known.get(set);
    if (had !== undefined) return had;
    const { cells } = sets.arena;
    const contents: number[] = [];
    const kids: Node[] = [];
    for (let i = set + 1, end = sets.arena.endOf(set); i < end; i += 2) {
      contents.push(cells[i]!);
      kids.push(this.copy(sets, cells[i + 1]!, known));
    }
    const node = this.add(sets.arena.levelOf(set), contents, kids);
    known.set(set, node);
    return node;
  }

  private add(level: number, contents: number[], kids: Node[]): Node {
    const node = { id: ++this.ids, level, contents, kids, uses: 0 };
    for (const kid of kids) kid.uses++;
    this.nodes[level]!.add(node);
    this.count++;
    return node;
  }

  /** Nobody uses the node by one place any more. */
  private drop(node: Node): void {
    if (--node.uses > 0) return;
    this.nodes[node.level]!.delete(node);
    this.count--;
    for (const kid of node.kids) this.drop(kid);
  }

  /** Moves the level at `from` through all places and to the best: first to the end that is nearer. */
  private place(from: number): void {
    const last = this.was.length - 1;
    let [at, best, fewest] = [from, from, this.count];
    const walk = (to: number) => {
      while (at !== to && this.count <= GROWTH * fewest) {
        at = this.move(at, to);
        if (this.count < fewest) [best, fewest] = [at, this.count];
      }
    };
    const ends = from > last / 2 ? [last, 0] : [0, last];
    for (const end of ends) {
      walk(end);
      // Back to where it is known to be no worse, before it is moved the other way.
      while (at !== best) at = this.move(at, best);
    }
  }

  /** Moves a level past its neighbour on the way; answers where it is then. */
  private move(at: number, to: number): number {
    this.swap(to > at ? at : at - 1);
    return to > at ? at + 1 : at - 1;
  }

  /** Exchanges a level with the one below it. All nodes but those of these two stay what they are. */
  private swap(level: number): void {
    const { nodes, was } = this;
    const [upper, lower] = [nodes[level]!, nodes[level + 1]!];
    const isLower = ({ level: of }: Node) => of === level + 1;
    const looking = [...upper].filter(({ kids }) => kids.some(isLower));
    // What does not look at the lower level goes below it as it is, and what is used from above stays above.
    for (const node of looking) upper.delete(node);
    const known = new Map<string, Node>();
    nodes[level] = new Set([...lower, ...looking]);
    nodes[level + 1] = upper;
    [was[level], was[level + 1]] = [was[level + 1]!, was[level]!];
    const turned = looking.map((node) => turnedOver(node, isLower));
    for (const node of lower) node.level = level;
    for (const node of upper) {
      node.level = level + 1;
      if (looking.length > 0) known.set(keyOf(node), node);
    }
    for (const [i, node] of looking.entries()) {
      const { kids } = node;
      node.contents = [];
      node.kids = [];
      for (const [content, under] of turned[i]!) {
        const kid = this.under(level + 1, under, known);
        kid.uses++;
        node.contents.push(content);
        node.kids.push(kid);
      }
      for (const kid of kids) this.drop(kid);
    }
  }

  /** The node of these entries, if they need one. */
  private under(level: number, { contents, kids }: Entries, known: Map<string, Node>): Node {
    if (contents.length === 1 && contents[0] === 0) return kids[0]!;
    const key = keyOf({ contents, kids });
    const had = known.get(key);
    if (had !== undefined) return had;
    const node = this.add(level, contents, kids);
    known.set(key, node);
    return node;
  }
}

function keyOf({ contents, kids }: Entries): string {
  return `${contents.join()};${kids.map(({ id }) => id).join()}`;
}

/** The entries of a node by what the lower level has, instead of by what its own has. */
function turnedOver({ contents, kids }: Node, isLower: (node: Node) => boolean): [number, Entries][] {
  const turned = new Map<number, Entries>();
  const note = (content: number, of: number, kid: Node) => {
    const known = turned.get(content) ?? { contents: [], kids: [] };
    known.contents.push(of);
    known.kids.push(kid);
    turned.set(content, known);
  };
  for (const [i, kid] of kids.entries()) {
    if (!isLower(kid)) note(0, contents[i]!, kid);
    else for (const [j, content] of kid.contents.entries()) note(content, contents[i]!, kid.kids[j]!);
  }
  return [...turned].toSorted(([a], [b]) => a - b);
}
