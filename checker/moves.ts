/**
 * What each slot can do, worked out once for each situation it can tell from others.
 *
 * A step looks at one leaf first, as a rule at its program counter; from there on it can look at some leaves more. A
 * situation is what a slot sees of all those that it is known to look at from there. It is exact: states in
 * the same situation take the same paths through the trie of the slot. What is held can be forgotten at any time.
 */
import { ENDING, KIND, SEEN } from './footprint.js';
import type { Rewrites } from './rewrites.js';
import type { Space } from './space.js';
import type { View } from './view.js';

/** So many cells of lists may be held; then all is forgotten and worked out anew. */
const MOST_CELLS = 2 ** 24;

/** A list is a count and for each move its end, its kind and where its plan lies: a count, pairs as in `rewrites.ts`. */
export const LIST_HEAD = 1;
export const MOVE_END = 0;
export const MOVE_KIND = 1;
export const MOVE_PLAN = 2;
export const MOVE_SIZE = 3;

/** Where a slot is, by the leaf it looks at first. */
interface Spot {
  leaves: Set<number>;
  view: View;
  /** For each situation the address of its list; 0 if not known. */
  lists: number[];
}

export class Moves {
  /** Lists and plans. Replaced when it grows. */
  cells = new Int32Array(2 ** 12);
  readonly rewrites: Rewrites;
  /** What is put into the cell `SEEN` of each end of a step that is met. */
  mark = 0;
  private used = 1;
  private readonly space: Space;
  /** For each slot, what it sees first, and where it then is. */
  private readonly firsts: View[];
  private spots: Spot[][];
  /** For each slot and ending the address of its plan. */
  private plans: number[][];

  constructor(space: Space) {
    const { components, slots, parts } = space;
    this.space = space;
    this.rewrites = new parts.Rewrites(components);
    this.firsts = slots.map(({ firstLeaf }) => new parts.View(components, firstLeaf < 0 ? [] : [firstLeaf]));
    this.spots = slots.map(() => []);
    this.plans = slots.map(() => []);
  }

  /** The address of the list of what the slot can do in the state with this key. */
  find(slot: number, key: Int32Array): number {
    const { keys } = this.space;
    const first = this.firsts[slot]!.of(keys, key, 0);
    const spot = this.spots[slot]![first] ?? this.newSpot(slot, first);
    return spot.lists[spot.view.of(keys, key, 0)] || this.workOut(slot, spot, key);
  }

  private newSpot(slot: number, first: number): Spot {
    const { components, parts } = this.space;
    const spots = this.spots[slot]!;
    const spot = { leaves: new Set<number>(), view: new parts.View(components, []), lists: [] };
    spots[first] = spot;
    return spot;
  }

  private workOut(slot: number, spot: Spot, key: Int32Array): number {
    const { space } = this;
    const footprint = space.slots[slot]!;
    space.loadKey(key, 0);
    const { size } = spot.leaves;
    footprint.eachTouched(
      space.vector,
      (leaf) => spot.leaves.add(leaf),
      () => {},
    );
    if (spot.leaves.size > size) {
      spot.view = new space.parts.View(space.components, spot.leaves);
      spot.lists = [];
    }
    const count = footprint.walk(space.vector);
    const { cells } = footprint;
    const list = [count];
    for (const end of footprint.found.slice(0, count)) {
      cells[end + SEEN]! |= this.mark;
      list.push(end, cells[end + KIND]!, this.planOf(slot, cells, end));
    }
    if (this.used > MOST_CELLS) this.forget();
    const situation = spot.view.of(space.keys, key, 0);
    while (spot.lists.length <= situation) spot.lists.push(0);
    return (spot.lists[situation] = this.append(list));
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

  private forget(): void {
    this.used = 1;
    this.spots = this.spots.map(() => []);
    this.plans = this.plans.map(() => []);
  }
}
