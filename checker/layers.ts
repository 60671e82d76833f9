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

const NONE = new IntList();

/** Does something with the states of one depth, and lists those it reaches with one step more; false ends it. */
export type Visit = (states: IntList, depth: number, reached: IntList) => Promise<boolean>;

export class Layers {
  /** Where each layer begins, and where the last one ends. */
  private readonly starts: number[] = [0, 1];
  private readonly table: StateTable;
  private sorted: { turn: number; byDepth: IntList[]; least: number } | undefined;

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
    const { byDepth, least } = this.layerOf(turn);
    let [states, reached] = [new IntList(), new IntList()];
    for (let depth = least; depth < least + byDepth.length || states.length > 0; depth++) {
      const own = byDepth[depth - least] ?? NONE;
      for (let i = 0; i < own.length; i++) if (enter(own.at(i))) states.push(own.at(i));
      if (states.length > 0 && !(await visit(states, depth, reached))) return;
      states.length = 0;
      [states, reached] = [reached, states];
    }
  }

  /** The states of a layer by their steps, sorted once for all slots. */
  private layerOf(turn: number): { byDepth: IntList[]; least: number } {
    if (this.sorted?.turn === turn) return this.sorted;
    const [from, to] = [this.startOf(turn), this.startOf(turn + 1)];
    let least = Infinity;
    for (let state = from; state < to; state++) least = Math.min(least, this.table.stepsOf(state));
    const byDepth: IntList[] = [];
    for (let state = from; state < to; state++) {
      const depth = this.table.stepsOf(state) - least;
      while (byDepth.length <= depth) byDepth.push(new IntList());
      byDepth[depth]!.push(state);
    }
    this.sorted = { turn, byDepth, least };
    return this.sorted;
  }
}
