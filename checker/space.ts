/**
 * The states of a system as the explicit engine handles them: one is loaded at a time, its successors are
 * worked out from the learned steps, and only the components a step touches are numbered anew.
 */
import type { System } from '../model/system.js';
import { Components, scatter } from './components.js';
import { ENDING, PredicateFootprint, StepFootprint, WRITES } from './footprint.js';
import type { Ending } from './footprint.js';
import { Schema } from './schema.js';
import type { Vector } from './schema.js';
import { contribution, StateTable } from './table.js';

/** The memo forgets, and then works it out again; it is small enough to stay in the processor's cache. */
const MEMO_MASK = 2 ** 16 - 1;

export class Space {
  readonly system: System;
  readonly schema: Schema;
  readonly table: StateTable;
  readonly slots: readonly StepFootprint[];
  readonly faults: PredicateFootprint;
  /** The leaf values of the state loaded last. */
  readonly vector: Vector;
  private readonly faultLists = new Map<string, readonly string[]>();
  private readonly components: Components;
  private readonly ids: Int32Array;
  private hash = 0;
  private readonly nextIds: Int32Array;
  private nextHash = 0;
  private readonly undo: number[] = [];
  /** For each slot and ending, the pairs of a component it touches and the number of what it writes there. */
  private readonly plans: (Int32Array | undefined)[][];
  private readonly rewrites = new Map<string, number>();
  /** What a rewrite makes of a content: `[rewrite, content before, content after, change of the hash]`. */
  private readonly memo = new Int32Array(4 * (MEMO_MASK + 1));

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
    this.plans = system.slots.map(() => []);
    this.faults = new PredicateFootprint(this.schema, 'the list of faults', (state) => {
      const faults = system.faults(state).toSorted();
      const text = JSON.stringify(faults);
      this.faultLists.set(text, faults);
      return text;
    });

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

  /** The state after the step of `slot` that ends at cell `end`, or -1 if it is new; `insert` then adds it. */
  successor(slot: number, cells: Int32Array, end: number): number {
    const { ids, nextIds, memo } = this;
    const plan = this.plans[slot]![cells[end + ENDING]!] ?? this.planOf(slot, cells, end);
    for (let i = 0; i < ids.length; i++) nextIds[i] = ids[i]!;
    let hash = this.hash;
    for (let i = 0; i < plan.length; i += 2) {
      const component = plan[i]!;
      const rewrite = plan[i + 1]!;
      const id = ids[component]!;
      const cell = (scatter(Math.imul(rewrite, 0x9e3779b1) + id) & MEMO_MASK) << 2;
      if (memo[cell] !== rewrite || memo[cell + 1] !== id)
        this.memorize(cell, cells, end, component, rewrite);
      nextIds[component] = memo[cell + 2]!;
      hash ^= memo[cell + 3]!;
    }
    this.nextHash = hash;
    return this.table.find(nextIds, hash);
  }

  /** The kinds of faults that have struck in the state that `vector` holds. */
  struck(): readonly string[] {
    return this.faultLists.get(this.faults.answers[this.faults.ask(this.vector)]!)!;
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

  /** Which components a step touches, each with the number of what it does to it. */
  private planOf(slot: number, cells: Int32Array, end: number): Int32Array {
    const { ofLeaf, parts } = this.components;
    const last = end + WRITES + 1 + 2 * cells[end + WRITES]!;
    const plan: number[] = [];
    // Writes are in the order of leaves, so those of a component come together.
    for (let at = end + WRITES + 1; at < last;) {
      const from = at;
      const component = ofLeaf[cells[at]!]!;
      while (at < last && cells[at]! < parts[component]!.end) at += 2;
      const key = cells.subarray(from, at).join();
      const rewrite = this.rewrites.get(key) ?? this.rewrites.size + 1;
      this.rewrites.set(key, rewrite);
      plan.push(component, rewrite);
    }
    return (this.plans[slot]![cells[end + ENDING]!] = Int32Array.from(plan));
  }

  /** Works out what a step makes of the content of a component, and keeps it until another needs the cell. */
  private memorize(cell: number, cells: Int32Array, end: number, component: number, rewrite: number): void {
    const { memo } = this;
    const id = this.ids[component]!;
    this.enter(cells, end);
    const next = this.components.parts[component]!.intern(this.vector);
    this.leave(cells, end);
    memo[cell] = rewrite;
    memo[cell + 1] = id;
    memo[cell + 2] = next;
    memo[cell + 3] = contribution(component, id) ^ contribution(component, next);
  }
}
