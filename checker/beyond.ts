/** A look one turn beyond the bound of a search, to tell whether the bound cut anything. */
import type { Batch } from './batch.js';
import { MOVES } from './footprint.js';
import type { Layers } from './layers.js';
import { LIST_HEAD, MOVE_KIND, MOVE_SIZE } from './moves.js';
import type { Space } from './space.js';
import { CAN_MOVE } from './table.js';
import type { Watch } from './watch.js';

export class Beyond {
  /** Transitions of that turn, which count if it shows nothing new. */
  transitions = 0;
  private readonly space: Space;
  private readonly watch: Watch;
  private readonly layers: Layers;
  private readonly batch: Batch;
  private readonly isTask: readonly boolean[];
  private readonly key: Int32Array;

  constructor(space: Space, watch: Watch, layers: Layers) {
    this.space = space;
    this.watch = watch;
    this.layers = layers;
    this.batch = new space.parts.Batch(space);
    this.isTask = space.system.slots.map(({ kind }) => kind === 'task');
    this.key = new Int32Array(space.keys.words);
  }

  /**
   * Whether that turn shows nothing: no new state, and no step that breaks anything. Then the search is exhausted all the
   * same, and what it counts is what it would count without a bound. In any case it is known afterwards in which states of
   * the last layer a task can move. `breathe` answers false to end it.
   */
  async showsNothing(breathe: () => Promise<boolean>): Promise<boolean> {
    const { space, layers, isTask } = this;
    const { table } = space;
    let nothing = true;
    for (let state = layers.oldest; state < layers.newest; state++) {
      if ((state & 255) === 0 && !(await breathe())) return false;
      for (let slot = 0; slot < space.slots.length; slot++) {
        if (table.has(state, 1 + slot)) continue;
        if (!nothing && (!isTask[slot] || table.has(state, CAN_MOVE))) continue;
        if (!this.isKnown(state, slot)) nothing = false;
      }
    }
    return nothing;
  }

  /** Whether all that the slot does in a state is known and breaks nothing. */
  private isKnown(state: number, slot: number): boolean {
    const { space, watch, batch, key } = this;
    const { table } = space;
    table.load(state, key);
    const list = space.moves.find(slot, key);
    const { cells } = space.moves;
    const count = cells[list]!;
    if (count > 0 && this.isTask[slot]) table.set(state, CAN_MOVE);
    this.transitions += count;
    for (let i = 0, move = list + LIST_HEAD; i < count; i++, move += MOVE_SIZE) {
      if (cells[move + MOVE_KIND] !== MOVES) return false;
      const next = batch.lookUp(key, move);
      if (next < 0 || watch.breaks(table.standingOf(state), table.standingOf(next))) return false;
    }
    return true;
  }
}
