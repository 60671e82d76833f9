/** The states that a search has found, as a graph: the moves of each are looked up anew, for none are kept. */
import type { Batch } from './batch.js';
import { FAILS } from './footprint.js';
import { LIST_HEAD, MOVE_END, MOVE_KIND, MOVE_SIZE } from './moves.js';
import type { Space } from './space.js';

export class Graph {
  readonly space: Space;
  /** The key of the state visited last. */
  readonly key: Int32Array;
  private readonly batch: Batch;

  /** Keys must not be widened while the graph is in use. */
  constructor(space: Space) {
    this.space = space;
    this.key = new Int32Array(space.keys.words);
    this.batch = new space.parts.Batch(space);
  }

  /** The state that the other methods speak of. */
  visit(state: number): void {
    this.space.table.load(state, this.key);
  }

  /** Whether the slot can move or fail. */
  canMove(slot: number): boolean {
    const { moves } = this.space;
    return moves.cells[moves.find(slot, this.key)]! > 0;
  }

  /** Calls back with each state that the slot moves to, if it is one of those found, and with the end of the step. */
  eachMove(slot: number, onMove: (next: number, end: number) => void): void {
    const { space, key, batch } = this;
    const list = space.moves.find(slot, key);
    const { cells } = space.moves;
    for (let i = 0, move = list + LIST_HEAD; i < cells[list]!; i++, move += MOVE_SIZE) {
      if (cells[move + MOVE_KIND] === FAILS) continue;
      const next = batch.lookUp(key, move);
      if (next >= 0) onMove(next, cells[move + MOVE_END]!);
    }
  }
}
