/**
 * A decision trie: what a step or a predicate looks at, one thing after the other, and how it ends.
 *
 * It lives in one array of numbers, since the search walks it once for each state. A node is
 * `[leaf, capacity, child of value 0, child of value 1, ...]`, or `[CHOOSE, width, child 0, ...]`, or an end,
 * `[END, ...]`, whose further cells belong to the owner. A child of 0 is a path not learned yet.
 */

export const CHOOSE = -1;
export const END = -2;
/** A node that has been laid elsewhere is `[MOVED, where to]`, for those who remember it. */
export const MOVED = -3;

/** One thing looked at: a leaf and the position of its value, or a choice and its answer. */
export interface Look {
  readonly tag: number;
  /** The number of alternatives; 0 for a leaf. */
  readonly width: number;
  readonly value: number;
}

/**
 * `reads` is `[leaf, position, leaf, position, ...]`, and changes after the call: copy what is to be kept.
 * `first` is the first cell of the end that belongs to the owner.
 */
export interface TrieVisitor {
  readonly end: (reads: readonly number[], cell: number, first: number) => void;
  /**
   * No path is known that goes on with a value of `leaf` other than those `known`; with any, if `leaf` is -1. The same node and as
   * many known values are the same hole; the node is 0 if there is none yet.
   */
  readonly hole: (reads: readonly number[], leaf: number, known: readonly number[], node: number) => void;
}

export class Trie {
  /** Cell 0 points to the root. Replaced when it grows, so fetch it anew after learning. */
  cells = new Int32Array(1024);
  private used = 1;

  /** Grows with each path. */
  get size(): number {
    return this.used;
  }

  /** Adds a path. Answers the cell of its end, or -1 where it contradicts a path already there. */
  add(looks: readonly Look[], end: readonly number[]): number {
    let link = 0;
    for (const look of looks) {
      const node = this.nodeAt(link, look);
      if (node < 0) return -1;
      link = node + 2 + look.value;
    }
    if (this.cells[link] !== 0) return -1;
    const at = this.allocate(end.length);
    this.cells.set(end, at);
    this.cells[link] = at;
    return at;
  }

  /** The answers that lead to the first path not learned yet in this state; undefined if all are known. */
  missing(vector: Uint16Array): number[] | undefined {
    const visit = (node: number, answers: number[]): number[] | undefined => {
      if (node === 0) return answers;
      const tag = this.cells[node]!;
      if (tag === END) return undefined;
      if (tag !== CHOOSE) return visit(this.child(node, vector[tag]!), answers);
      for (let answer = 0; answer < this.cells[node + 1]!; answer++) {
        const found = visit(this.child(node, answer), [...answers, answer]);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    return visit(this.cells[0]!, []);
  }

  /** Tells of every path, and of every place where one is missing, in an order of its own. */
  visit({ end, hole }: TrieVisitor): void {
    const reads: number[] = [];
    const go = (node: number): void => {
      if (node === 0) return hole(reads, -1, [], node);
      const tag = this.cells[node]!;
      if (tag === END) return end(reads, node, this.cells[node + 1]!);
      const capacity = this.cells[node + 1]!;
      const known: number[] = [];
      for (let value = 0; value < capacity; value++) {
        const child = this.child(node, value);
        if (tag === CHOOSE) {
          go(child);
        } else if (child !== 0) {
          known.push(value);
          reads.push(tag, value);
          go(child);
          reads.length -= 2;
        }
      }
      if (tag !== CHOOSE) hole(reads, tag, known, node);
    };
    go(this.cells[0]!);
  }

  private child(node: number, value: number): number {
    return value < this.cells[node + 1]! ? this.cells[node + 2 + value]! : 0;
  }

  /** The node that `link` points to, made or widened as needed for `look`; -1 if it looks at something else. */
  private nodeAt(link: number, { tag, width, value }: Look): number {
    const node = this.cells[link]!;
    const isNew = node === 0;
    if (!isNew && (this.cells[node] !== tag || (tag === CHOOSE && this.cells[node + 1] !== width))) return -1;
    const capacity = isNew ? 0 : this.cells[node + 1]!;
    if (!isNew && value < capacity) return node;
    const wider = tag === CHOOSE ? width : Math.max(4, capacity * 2, value + 1);
    const at = this.allocate(wider + 2);
    this.cells[at] = tag;
    this.cells[at + 1] = wider;
    if (!isNew) {
      this.cells.copyWithin(at + 2, node + 2, node + 2 + capacity);
      this.cells[node] = MOVED;
      this.cells[node + 1] = at;
    }
    this.cells[link] = at;
    return at;
  }

  private allocate(size: number): number {
    while (this.used + size > this.cells.length) {
      const larger = new Int32Array(this.cells.length * 2);
      larger.set(this.cells);
      this.cells = larger;
    }
    this.used += size;
    return this.used - size;
  }
}
