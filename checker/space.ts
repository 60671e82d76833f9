/**
 * The states of a system as the explicit engine handles them: one is loaded at a time, its successors are
 * worked out from the learned steps, and only the components a step touches are numbered anew.
 */
import type { System } from '../model/system.js';
import { Components } from './components.js';
import { ENDING, PredicateFootprint, StepFootprint, WRITES } from './footprint.js';
import type { Ending } from './footprint.js';
import { Schema } from './schema.js';
import type { Vector } from './schema.js';
import { contribution, StateTable } from './table.js';

export class Space {
  readonly system: System;
  readonly schema: Schema;
  readonly table: StateTable;
  readonly slots: readonly StepFootprint[];
  readonly faults: PredicateFootprint;
  /** The leaf values of the state loaded last. */
  readonly vector: Vector;
  private readonly components: Components;
  private readonly ids: Int32Array;
  private hash = 0;
  private readonly nextIds: Int32Array;
  private nextHash = 0;
  private readonly undo: number[] = [];

  constructor(system: System) {
    this.system = system;
    this.schema = new Schema(system.initial);
    this.components = new Components(this.schema);
    const width = this.components.parts.length;
    this.ids = new Int32Array(width);
    this.nextIds = new Int32Array(width);
    this.vector = new Uint16Array(this.schema.leaves.length);
    this.table = new StateTable(width, system.slots.length);
    this.slots = system.slots.map((slot) => new StepFootprint(this.schema, slot));
    const faults = (state: typeof system.initial) => JSON.stringify(system.faults(state).toSorted());
    this.faults = new PredicateFootprint(this.schema, 'the list of faults', faults);

    this.schema.encode(system.initial, this.vector, 'the initial state');
    for (const [i, part] of this.components.parts.entries()) {
      this.ids[i] = part.intern(this.vector);
      this.hash ^= contribution(i, this.ids[i]);
    }
    this.table.insert(this.ids, this.hash, 0, 255);
  }

  load(state: number): void {
    const { ids, table, components } = this;
    for (let i = 0; i < ids.length; i++) {
      const id = table.idOf(state, i);
      if (ids[i] === id) continue;
      this.hash ^= contribution(i, ids[i]!) ^ contribution(i, id);
      ids[i] = id;
      components.parts[i]!.load(id, this.vector);
    }
  }

  endingOf(slot: number, end: number): Ending {
    const footprint = this.slots[slot]!;
    return footprint.endings[footprint.cells[end + ENDING]!]!;
  }

  /** The state after the step that ends at cell `end`, or -1 if it is new; `insert` then adds it. */
  successor(cells: Int32Array, end: number): number {
    const { ids, nextIds, vector } = this;
    const { ofLeaf, parts } = this.components;
    nextIds.set(ids);
    let hash = this.hash;
    const last = end + WRITES + 1 + 2 * cells[end + WRITES]!;
    this.enter(cells, end);
    // Writes are in the order of leaves, so those of a component come together.
    for (let at = end + WRITES + 1; at < last;) {
      const component = ofLeaf[cells[at]!]!;
      const part = parts[component]!;
      while (at < last && cells[at]! < part.end) at += 2;
      const id = part.intern(vector);
      hash ^= contribution(component, ids[component]!) ^ contribution(component, id);
      nextIds[component] = id;
    }
    this.leave(cells, end);
    this.nextHash = hash;
    return this.table.find(nextIds, hash);
  }

  /** Adds the state that `successor` found to be new. */
  insert(steps: number, lastSlot: number): number {
    return this.table.insert(this.nextIds, this.nextHash, steps, lastSlot);
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
}
