/**
 * What each slot can do in a state, looked up: a list of moves, one list for all states in which the slot takes the same
 * paths through what was learned of it.
 */
import type { Descent } from './descent.js';
import { BLOCKED, ENDING, KIND, SEEN } from './footprint.js';
import type { Rewrites } from './rewrites.js';
import type { Space } from './space.js';

/** A list is a count and for each move its end, its kind and where its plan lies: a count, pairs as in `rewrites.ts`. */
export const LIST_HEAD = 1;
export const MOVE_END = 0;
export const MOVE_KIND = 1;
export const MOVE_PLAN = 2;
export const MOVE_SIZE = 3;

export class Moves {
  /** Lists and plans. Replaced when it grows. */
  cells = new Int32Array(2 ** 12);
  readonly rewrites: Rewrites;
  /** What is put into the cell `SEEN` of each end of a step that is met. */
  mark = 0;
  private used = 0;
  private readonly space: Space;
  private readonly descents: readonly Descent[];
  /** For each slot and ending the address of its plan. */
  private readonly plans: number[][];

  constructor(space: Space) {
    const { components, slots, parts } = space;
    this.space = space;
    this.rewrites = new parts.Rewrites(components);
    this.descents = slots.map(
      (footprint, slot) => new parts.Descent(space, footprint, (ends) => this.listOf(slot, ends)),
    );
    this.plans = slots.map(() => []);
  }

  /** The address of the list of what the slot can do in the state with this key. */
  find(slot: number, key: Int32Array): number {
    return this.descents[slot]!.of(key, 0);
  }

  /** The same, told by the number `id` of the component that the slot looks at first, or as `Descent.atOnce` says. */
  atOnce(slot: number, id: number): number {
    return this.descents[slot]!.atOnce(id);
  }

  private listOf(slot: number, ends: readonly number[]): number {
    const { cells } = this.space.slots[slot]!;
    const moving = ends.filter((end) => cells[end + KIND] !== BLOCKED);
    const list = [moving.length];
    for (const end of moving) {
      cells[end + SEEN]! |= this.mark;
      list.push(end, cells[end + KIND]!, this.planOf(slot, cells, end));
    }
    return this.append(list);
  }

  private planOf(slot: number, cells: Int32Array, end: number): number {
    const known = this.plans[slot]![cells[end + ENDING]!];
    if (known !== undefined) return known;
    const plan = this.rewrites.planOf(cells, end);
    return (this.plans[slot]![cells[end + ENDING]!] = this.append([plan.length / 2, ...plan]));
  }

  private append(numbers: readonly number[]): number {
    while (this.used + numbers.length > this.cells.length) {
      const larger = new Int32Array(this.cells.length * 2);
      larger.set(this.cells);
      this.cells = larger;
    }
    this.cells.set(numbers, this.used);
    this.used += numbers.length;
    return this.used - numbers.length;
  }
}
