/**
 * The states of a system as the explicit engine handles them: what a slot can do in a state is looked up, and worked
 * out from the learned steps where it is not known yet.
 */
import type { System } from '../model/system.js';
import type { Components } from './components.js';
import { ENDING, PredicateFootprint, StepFootprint, WRITES } from './footprint.js';
import type { Ending } from './footprint.js';
import type { Moves } from './moves.js';
import { bitsFor } from './packing.js';
import type { Packing } from './packing.js';
import { PARTS } from './parts.js';
import type { Parts } from './parts.js';
import { Schema } from './schema.js';
import type { Vector } from './schema.js';
import type { StateTable } from './table.js';

/** With more states than this their memory counts for more than the time it takes to lay them out anew. */
const MANY = 2 ** 18;

export class Space {
  readonly system: System;
  readonly parts: Parts;
  readonly schema: Schema;
  readonly slots: readonly StepFootprint[];
  readonly components: Components;
  readonly table: StateTable;
  readonly faults: PredicateFootprint;
  /** The leaf values of the state loaded last. */
  readonly vector: Vector;
  /** How the numbers of components lie in a key. */
  keys: Packing;
  readonly moves: Moves;
  private readonly faultLists = new Map<string, readonly string[]>();
  /** The components of the state loaded last. */
  private readonly ids: Int32Array;
  private readonly undo: number[] = [];
  private key: Int32Array;

  /** `depth` is the most turns that any run will be looked at. */
  constructor(system: System, depth = Infinity, parts = PARTS) {
    this.system = system;
    this.parts = parts;
    this.schema = new Schema(system.initial);
    this.slots = system.slots.map((slot) => new StepFootprint(this.schema, slot));
    this.faults = new PredicateFootprint(this.schema, 'the list of faults', (state) => {
      const faults = system.faults(state).toSorted();
      const text = JSON.stringify(faults);
      this.faultLists.set(text, faults);
      return text;
    });
    this.vector = new Uint16Array(this.schema.leaves.length);
    this.schema.encode(system.initial, this.vector, 'the initial state');
    this.components = new parts.Components(this.vector.slice(), this.slots, depth);
    this.ids = Int32Array.from(this.components.parts, (part) => part.intern(this.vector));
    this.keys = this.packingOf();
    this.moves = new parts.Moves(this);
    this.key = new Int32Array(this.keys.words);
    this.table = new parts.StateTable(this.keys, system.slots.length);
  }

  /** The key of the initial state. */
  initialKey(): Int32Array {
    const { keys, components, vector, schema, system } = this;
    schema.encode(system.initial, vector, 'the initial state');
    const key = new Int32Array(keys.words);
    for (const [i, part] of components.parts.entries()) {
      this.ids[i] = part.intern(vector);
      keys.set(key, 0, i, this.ids[i]);
    }
    return key;
  }

  /** Makes `vector` the leaves of a state. */
  load(state: number): void {
    this.table.load(state, this.key);
    this.loadKey(this.key, 0);
  }

  /** Makes `vector` the leaves of the state with the key at `at` in `words`. */
  loadKey(words: Int32Array, at: number): void {
    const { ids, keys, components, vector } = this;
    for (let i = 0; i < ids.length; i++) {
      const id = keys.get(words, at, i);
      if (ids[i] === id) continue;
      ids[i] = id;
      components.parts[i]!.load(id, vector);
    }
  }

  endingOf(slot: number, end: number): Ending {
    const footprint = this.slots[slot]!;
    return footprint.endings[footprint.cells[end + ENDING]!]!;
  }

  /** The kinds of faults that answer number `answer` of `faults` stands for. */
  faultsOf(answer: number): readonly string[] {
    return this.faultLists.get(this.faults.answers[answer]!)!;
  }

  /** Makes `vector` the state after a step, until `leave`. */
  enter(cells: Int32Array, end: number): void {
    const { vector, undo } = this;
    const count = cells[end + WRITES]!;
    for (let i = 0, at = end + WRITES + 1; i < count; i++, at += 2) {
      const leaf = cells[at]!;
      undo[i] = vector[leaf]!;
      vector[leaf] = cells[at + 1]!;
    }
  }

  leave(cells: Int32Array, end: number): void {
    const { vector, undo } = this;
    const count = cells[end + WRITES]!;
    for (let i = 0, at = end + WRITES + 1; i < count; i++, at += 2) vector[cells[at]!] = undo[i]!;
  }

  /** Lays all keys out anew, so that each component has a field for all the numbers it has, and more. */
  widen(): void {
    this.keys = this.packingOf();
    this.table.repack(this.keys);
    this.key = new Int32Array(this.keys.words);
  }

  private packingOf(): Packing {
    const packed = (spare: number) =>
      new this.parts.Packing(
        this.components.parts.map(({ count }) => bitsFor(count) + (count > 4 ? spare : 0)),
      );
    // One bit more than needed, for what varies at all: a field that is outgrown costs more than a few wide ones. Not so
    // where it takes a word more once states are many.
    const [tight, roomy] = [packed(0), packed(1)];
    return tight.words < roomy.words && (this.table?.count ?? 0) > MANY ? tight : roomy;
  }
}
