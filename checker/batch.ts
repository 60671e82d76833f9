/** Successors that are to be looked up together. */
import { MOVE_END, MOVE_PLAN } from './moves.js';
import type { Space } from './space.js';

const MANY = 1024;

export class Batch {
  /** The width of a key. */
  width = 0;
  words = new Int32Array(0);
  hashes = new Int32Array(0);
  /** For each the state it comes from, and the end of the step to it. */
  from = new Int32Array(0);
  ends = new Int32Array(0);
  private count = 0;
  private readonly space: Space;

  constructor(space: Space) {
    this.space = space;
  }

  get isFull(): boolean {
    return this.count >= MANY;
  }

  /**
   * Adds what a move (`moves.ts`) makes of a state with this key. Answers false, and adds nothing, where a component
   * outgrows its field.
   */
  add(state: number, key: Int32Array, move: number): boolean {
    if (this.width !== key.length || this.count === this.from.length) this.makeRoom(key.length);
    const { count, width, words } = this;
    const { keys, moves } = this.space;
    const { cells, rewrites } = moves;
    const at = count * width;
    for (let i = 0; i < width; i++) words[at + i] = key[i]!;
    const plan = cells[move + MOVE_PLAN]!;
    for (let i = plan + 1, end = i + 2 * cells[plan]!; i < end; i += 2) {
      const component = cells[i]!;
      const id = keys.get(key, 0, component);
      const next = rewrites.apply(cells[i + 1]!, id);
      if (!keys.holds(component, next)) return false;
      words[at + keys.word[component]!]! ^= (id ^ next) << keys.shift[component]!;
    }
    this.from[count] = state;
    this.ends[count] = cells[move + MOVE_END]!;
    this.count = count + 1;
    return true;
  }

  /** Makes all of them ready to be looked up, and answers how many; what is added next takes their place. */
  take(): number {
    const { count, width, words, hashes } = this;
    const { table } = this.space;
    for (let i = 0; i < count; i++) hashes[i] = table.hash(words, i * width);
    table.prefetch(hashes, count);
    this.count = 0;
    return count;
  }

  /** The number of the state that the move leads to, or -1. */
  lookUp(key: Int32Array, move: number): number {
    // A component that outgrows its field has a content that no state has had.
    if (!this.add(0, key, move)) return -1;
    const { table } = this.space;
    this.count--;
    const at = this.count * this.width;
    return table.find(this.words, at, table.hash(this.words, at));
  }

  private makeRoom(width: number): void {
    // Only an empty batch changes its width: keys are not widened under successors that wait.
    if (this.width !== width) this.words = new Int32Array(0);
    const size = Math.max(MANY, this.from.length, 2 * this.count);
    const larger = (old: Int32Array, length: number) => {
      const array = new Int32Array(length);
      array.set(old);
      return array;
    };
    this.width = width;
    this.words = larger(this.words, size * width);
    this.hashes = larger(this.hashes, size);
    this.from = larger(this.from, size);
    this.ends = larger(this.ends, size);
  }
}
