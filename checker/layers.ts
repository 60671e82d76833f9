/**
 * The states by the fewest turns that lead to them. States are numbered as they are found, so a layer is a range.
 */
import type { StateTable } from './table.js';

/** Whole numbers, as many as come. */
export class IntList {
  length = 0;
  private items = new Int32Array(64);

  push(item: number): void {
    if (this.length === this.items.length) {
      const larger = new Int32Array(this.items.length * 2);
      larger.set(this.items);
      this.items = larger;
    }
    this.items[this.length++] = item;
  }

  at(position: number): number {
    return this.items[position]!;
  }

  /** The last item; there must be one. */
  get last(): number {
    return this.items[this.length - 1]!;
  }

  set last(item: number) {
    this.items[this.length - 1] = item;
  }

  /** Takes the last item away, and answers it. */
  pop(): number {
    return this.items[--this.length]!;
  }

  *[Symbol.iterator](): Iterator<number> {
    for (let i = 0; i < this.length; i++) yield this.items[i]!;
  }
}

/** Does something with the states of one depth, and lists those it reaches with one step more; false ends it. */
export type Visit = (states: IntList, depth: number, reached: IntList) => Promise<boolean>;

/** The states of a layer in the order of their steps, and where those of `least` steps, of one more, and so on end. */
interface Sorted {
  readonly turn: number;
  readonly sorted: Int32Array;
  readonly ends: readonly number[];
  readonly least: number;
}

export class Layers {
  /** Where each layer begins, and where the last one ends. */
  private readonly starts: number[] = [0, 1];
  private readonly table: StateTable;
  private last: Sorted | undefined;

  constructor(table: StateTable) {
    this.table = table;
  }

  /** The turn of the last closed layer: the frontier. */
  get turn(): number {
    return this.starts.length - 2;
  }

  get oldest(): number {
    return this.starts[this.turn]!;
  }

  /** The states from here on are of the layer that is being made. */
  get newest(): number {
    return this.starts[this.turn + 1]!;
  }

  get frontier(): number {
    return this.newest - this.oldest;
  }

  /** The turn of the last layer that has states. */
  get deepest(): number {
    return this.starts.findLastIndex((start) => start < this.table.count);
  }

  startOf(turn: number): number {
    return this.starts[turn] ?? this.table.count;
  }

  /** Every state found is in its layer now; the last one becomes the frontier. */
  close(): void {
    this.starts.push(this.table.count);
  }

  /**
   * Visits the frontier, or the layer of `turn`, in the order of steps, together with what the visits reach.
   * A state of the layer is left out unless `enter` wants it when its turn comes.
   */
  async inOrder(visit: Visit, enter: (state: number) => boolean, turn = this.turn): Promise<void> {
    const { sorted, ends, least } = this.layerOf(turn);
    let [states, reached] = [new IntList(), new IntList()];
    for (let depth = least, next = 0; next < sorted.length || states.length > 0; depth++) {
      const end = ends[depth - least] ?? next;
      for (; next < end; next++) if (enter(sorted[next]!)) states.push(sorted[next]!);
      if (states.length > 0 && !(await visit(states, depth, reached))) return;
      states.length = 0;
      [states, reached] = [reached, states];
    }
  }

  /** The states of a layer by their steps, sorted once for all slots. */
  private layerOf(turn: number): Sorted {
    if (this.last?.turn === turn) return this.last;
    const { table } = this;
    const [from, to] = [this.startOf(turn), this.startOf(turn + 1)];
    let least = Infinity;
    for (let state = from; state < to; state++) least = Math.min(least, table.stepsOf(state));
    const ends: number[] = [];
    for (let state = from; state < to; state++) {
      const depth = table.stepsOf(state) - least;
      while (ends.length <= depth) ends.push(0);
      ends[depth]!++;
    }
    for (let depth = 1; depth < ends.length; depth++) ends[depth]! += ends[depth - 1]!;
    const sorted = new Int32Array(to - from);
    const nexts = [0, ...ends];
    for (let state = from; state < to; state++) sorted[nexts[table.stepsOf(state) - least]!++] = state;
    this.last = { turn, sorted, ends, least };
    return this.last;
  }
}
