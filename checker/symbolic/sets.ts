/**
 * Sets of states as decision diagrams, each set kept once, so that equal sets have equal numbers.
 *
 * A node has a level, and for each content of the component at that level that occurs the set of what may follow below.
 * A component at rest, which is content 0, needs no node where no other content is possible (as in the
 * zero-suppressed diagrams of Minato, DAC 1993): most components of most states are at rest.
 */
import { Arena } from './arena.js';
import { Memo } from './memo.js';

/** The set without states. */
export const EMPTY = 0;
/** The set of the one state whose components, from here on, all are at rest. */
export const ONE = 1;

const MEMO_BITS = 21;

function newArena(): Arena {
  return new Arena(2, 2, 20);
}

export class Sets {
  /** A node is `[head, value, kid, value, kid, ...]`, values ascending. */
  arena = newArena();
  private readonly unions = new Memo(MEMO_BITS);
  private readonly differences = new Memo(MEMO_BITS);
  private readonly counts = new Map<number, number>();

  /**
   * Forgets all sets but `kept` and what these are made of; answers the numbers they have from now on. Every other number
   * is void, and so is what was remembered of it.
   */
  collect(kept: readonly number[]): number[] {
    const old = this.arena;
    const { cells, used } = old;
    const moved = new Int32Array(used);
    /** 1 for a node that is kept. A node is older than those that it is below of. */
    const live = new Uint8Array(used);
    const waiting = [...kept];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (node <= ONE || live[node] === 1) continue;
      live[node] = 1;
      for (let i = node + 1, end = old.endOf(node); i < end; i += 2) waiting.push(cells[i + 1]!);
    }
    this.unions.clear();
    this.differences.clear();
    this.counts.clear();
    this.arena = newArena();
    moved[ONE] = ONE;
    try {
      for (let node = ONE + 1; node < used; node = old.endOf(node)) {
        if (live[node] === 0) continue;
        for (let i = node + 1, end = old.endOf(node); i < end; i += 2)
          this.push(cells[i]!, moved[cells[i + 1]!]!);
        moved[node] = this.arena.intern(old.levelOf(node), 0);
      }
    } catch (error) {
      // The numbers that are known are those of the old cells, until all have new ones.
      this.arena = old;
      throw error;
    }
    return kept.map((node) => moved[node]!);
  }

  /** The set of one state; `values` has a value for each level. */
  single(values: ArrayLike<number>): number {
    let set = ONE;
    for (let level = values.length - 1; level >= 0; level--) {
      const base = this.arena.top;
      this.push(values[level]!, set);
      set = this.make(level, base);
    }
    return set;
  }

  union(a: number, b: number): number {
    if (a === b || b === EMPTY) return a;
    if (a === EMPTY) return b;
    const { arena } = this;
    const [levelA, levelB] = [arena.levelOf(a), arena.levelOf(b)];
    // The upper one first, and among equals the older: then each pair is asked for in one order.
    if (levelA > levelB || (levelA === levelB && a > b)) return this.union(b, a);
    const known = this.unions.get(a, b, 0);
    if (known >= 0) return known;
    const base = arena.top;
    let [i, endA] = [a + 1, arena.endOf(a)];
    if (levelA < levelB) {
      const atRest = i < endA && arena.cells[i] === 0;
      const kid = atRest ? this.union(arena.cells[i + 1]!, b) : b;
      this.push(0, kid);
      if (atRest) i += 2;
    } else {
      let [j, endB] = [b + 1, arena.endOf(b)];
      while (i < endA && j < endB) {
        const [valueA, valueB] = [arena.cells[i]!, arena.cells[j]!];
        if (valueA < valueB) {
          this.push(valueA, arena.cells[i + 1]!);
          i += 2;
        } else if (valueB < valueA) {
          this.push(valueB, arena.cells[j + 1]!);
          j += 2;
        } else {
          this.push(valueA, this.union(arena.cells[i + 1]!, arena.cells[j + 1]!));
          i += 2;
          j += 2;
        }
      }
      this.pushAll(j, endB);
    }
    this.pushAll(i, endA);
    return this.unions.set(a, b, 0, this.make(levelA, base));
  }

  /** The states of `a` that are not in `b`. */
  minus(a: number, b: number): number {
    if (a === EMPTY || a === b) return EMPTY;
    if (b === EMPTY) return a;
    const { arena } = this;
    const [levelA, levelB] = [arena.levelOf(a), arena.levelOf(b)];
    if (levelB < levelA) return this.minus(a, this.at(b, 0));
    const known = this.differences.get(a, b, 0);
    if (known >= 0) return known;
    const base = arena.top;
    let [i, j] = [a + 1, b + 1];
    const [endA, endB] = [arena.endOf(a), arena.endOf(b)];
    for (; i < endA; i += 2) {
      const value = arena.cells[i]!;
      const kid = arena.cells[i + 1]!;
      let other = EMPTY;
      if (levelA < levelB) {
        if (value === 0) other = b;
      } else {
        while (j < endB && arena.cells[j]! < value) j += 2;
        if (j < endB && arena.cells[j] === value) other = arena.cells[j + 1]!;
      }
      const rest = this.minus(kid, other);
      if (rest !== EMPTY) this.push(value, rest);
    }
    return this.differences.set(a, b, 0, this.make(levelA, base));
  }

  common(a: number, b: number): number {
    return this.minus(a, this.minus(a, b));
  }

  /** What may follow below a node where its component has this content. */
  at(node: number, value: number): number {
    const { cells } = this.arena;
    for (let i = node + 1, end = this.arena.endOf(node); i < end && cells[i]! <= value; i += 2)
      if (cells[i] === value) return cells[i + 1]!;
    return EMPTY;
  }

  /** What may follow below `level` where this value stands there, also if the set has no node at that level. */
  below(set: number, level: number, value: number): number {
    if (this.arena.levelOf(set) === level) return this.at(set, value);
    return value === 0 ? set : EMPTY;
  }

  has(set: number, values: ArrayLike<number>): boolean {
    for (let level = 0; level < values.length && set !== EMPTY; level++)
      set = this.below(set, level, values[level]!);
    return set === ONE;
  }

  /** Writes a state of a set that has one into `values`: the first, as values go. */
  first(set: number, values: Int32Array | Uint16Array): void {
    values.fill(0);
    for (let node = set; node !== ONE; node = this.arena.cells[node + 2]!)
      values[this.arena.levelOf(node)] = this.arena.cells[node + 1]!;
  }

  /** How many states there are, exactly up to 2^53. */
  count(set: number): number {
    if (set <= ONE) return set;
    const known = this.counts.get(set);
    if (known !== undefined) return known;
    let sum = 0;
    const { cells } = this.arena;
    for (let i = set + 1, end = this.arena.endOf(set); i < end; i += 2) sum += this.count(cells[i + 1]!);
    this.counts.set(set, sum);
    return sum;
  }

  /** How many nodes a set takes. */
  nodes(set: number): number {
    const seen = new Set<number>();
    const waiting = [set];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (node <= ONE || seen.has(node)) continue;
      seen.add(node);
      for (let i = node + 1, end = this.arena.endOf(node); i < end; i += 2)
        waiting.push(this.arena.cells[i + 1]!);
    }
    return seen.size;
  }

  push(value: number, kid: number): void {
    const { arena } = this;
    arena.reserve(2);
    arena.scratch[arena.top++] = value;
    arena.scratch[arena.top++] = kid;
  }

  /** The node of the entries that were pushed from `base` on. None of them is EMPTY. */
  make(level: number, base: number): number {
    const { arena } = this;
    if (arena.top === base) return EMPTY;
    if (arena.top === base + 2 && arena.scratch[base] === 0) {
      arena.top = base;
      return arena.scratch[base + 1]!;
    }
    return arena.intern(level, base);
  }

  private pushAll(from: number, end: number): void {
    for (let i = from; i < end; i += 2) this.push(this.arena.cells[i]!, this.arena.cells[i + 1]!);
  }
}
