/**
 * How many states a system has, counted as sets and not one by one: what is learned is closed by saturation, and
 * wherever a reachable state leaves what is known, user code runs on it; until none does.
 */
import type { System } from '../../model/system.js';
import { FAILS, MOVES, StepFootprint, VIOLATES, WRITES } from '../footprint.js';
import { Schema } from '../schema.js';
import { Closure } from './closure.js';
import { Guards } from './guards.js';
import { orderOf } from './order.js';
import { holeRow, moves, pathsOf, rowOf } from './paths.js';
import type { Hole, Path } from './paths.js';
import { Relations } from './relations.js';
import { EMPTY, Sets } from './sets.js';

export interface Counts {
  readonly states: number | bigint;
  /** Pairs of a state and a way that leads on from there. */
  readonly transitions: bigint;
  /** States in which no task can move. */
  readonly deadlocks: number | bigint;
  /** Pairs of a state and a way that breaks a property. */
  readonly failures: bigint;
  /** `slot:label` of every step that some state takes, sorted. */
  readonly taken: readonly string[];
  /** Whether no reachable state leaves what is known; if not, all counts are those of a part. */
  readonly exhausted: boolean;
}

export interface Bounds {
  /** Bytes that the diagrams may take. */
  readonly maxBytes?: number;
  /** Wall seconds. */
  readonly timeout?: number;
}

/** Random runs before the first closure: the more is known by then, the fewer rounds there are. */
const RUNS = 100;
const MOST_STEPS = 400;
/** States of one round on which one slot's user code runs. */
const WITNESSES = 3000;
const TICKS = 4096;

export function count(system: System, bounds: Bounds = {}): Counts {
  return new Counting(system, bounds).run();
}

class Interrupted extends Error {}

class Counting {
  private readonly system: System;
  private readonly bounds: Bounds;
  private readonly schema: Schema;
  private readonly slots: readonly StepFootprint[];
  private readonly vector: Uint16Array;
  private readonly levels: Int32Array;
  private readonly sets = new Sets();
  private readonly relations = new Relations();
  private readonly guards = new Guards(this.sets, this.relations);
  private readonly start = performance.now();
  private ticks = 0;

  constructor(system: System, bounds: Bounds) {
    this.system = system;
    this.bounds = bounds;
    this.schema = new Schema(system.initial);
    this.vector = new Uint16Array(this.schema.leaves.length);
    this.slots = system.slots.map((slot) => new StepFootprint(this.schema, slot));
    this.wander();
    const bundles = this.learned().flatMap(({ paths }) =>
      paths.map((path) => ({ leaves: leavesOf(path), weight: 1 })),
    );
    const distinct = new Map(bundles.map((bundle) => [bundle.leaves.join(), bundle]));
    const touched = [...distinct.values()].filter(({ leaves }) => leaves.length > 0);
    this.levels = orderOf(this.schema.leaves.length, touched);
  }

  run(): Counts {
    this.schema.encode(this.system.initial, this.vector, 'the initial state');
    const values = new Uint16Array(this.vector.length);
    for (const [leaf, level] of this.levels.entries()) values[level] = this.vector[leaf]!;
    let states = this.sets.single(values);
    let exhausted = false;
    try {
      while (!exhausted) {
        const learned = this.learned();
        states = this.close(
          states,
          learned.flatMap(({ paths }) => paths),
        );
        exhausted =
          learned.every(({ holes }, slot) => !this.fill(slot, holes, states)) && !this.hasGrown(learned);
      }
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
    }
    return this.countsOf(states, exhausted);
  }

  private learned(): { paths: Path[]; holes: Hole[] }[] {
    return this.slots.map((footprint, slot) => pathsOf(footprint, slot));
  }

  private hasGrown(before: readonly { paths: readonly Path[] }[]): boolean {
    return this.slots.some(({ endings }, slot) => endings.length !== before[slot]!.paths.length);
  }

  private close(states: number, paths: readonly Path[]): number {
    const rows = paths
      .filter(({ kind }) => kind === MOVES || kind === VIOLATES)
      .map(({ reads, writes }) => rowOf(this.levels, reads, writes));
    const closure = new Closure(this.sets, this.relations, this.levels.length, rows, () => this.tick());
    return closure.of(states);
  }

  /** Runs the code of a slot on states that leave what is known of it; answers whether there were any. */
  private fill(slot: number, holes: readonly Hole[], states: number): boolean {
    const { sets, relations, guards, levels, vector } = this;
    let missing = guards.of(states, relations.of(holes.map((hole) => holeRow(levels, relations, hole))));
    const found = missing !== EMPTY;
    const values = new Uint16Array(vector.length);
    const footprint = this.slots[slot]!;
    for (let i = 0; missing !== EMPTY && i < WITNESSES; i++) {
      this.tick();
      sets.first(missing, values);
      for (const [leaf, level] of levels.entries()) vector[leaf] = values[level]!;
      const known = footprint.endings.length;
      footprint.walk(vector);
      const { paths } = pathsOf(footprint, slot);
      const rows = paths.filter(({ ending }) => ending >= known).map(({ reads }) => rowOf(levels, reads));
      missing = sets.minus(missing, guards.of(missing, relations.of(rows)));
      // What one answer to a choice does may have been known already; the next round looks again.
      if (rows.length === 0) break;
    }
    return found;
  }

  /** Random runs, the same every time. */
  private wander(): void {
    let seed = 1;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return (seed >>> 8) % below;
    };
    for (let run = 0; run < RUNS; run++) {
      this.schema.encode(this.system.initial, this.vector, 'the initial state');
      for (let step = 0; step < MOST_STEPS; step++) {
        const ends = this.slots.flatMap((footprint) =>
          footprint.found.slice(0, footprint.walk(this.vector)).map((end) => ({ footprint, end })),
        );
        const going = ends.filter(({ footprint: { cells }, end }) => cells[end + 1] !== FAILS);
        if (going.length === 0) break;
        const { footprint, end } = going[random(going.length)]!;
        const { cells } = footprint;
        for (let i = 0, at = end + WRITES + 1; i < cells[end + WRITES]!; i++, at += 2)
          this.vector[cells[at]!] = cells[at + 1]!;
      }
    }
  }

  private countsOf(states: number, exhausted: boolean): Counts {
    const { sets, guards, system, levels, relations } = this;
    const all = this.learned()
      .flatMap(({ paths }) => paths)
      .filter(moves);
    const relationOf = (some: readonly Path[]) => relations.of(some.map(({ reads }) => rowOf(levels, reads)));
    const ofKind = (...kinds: number[]) => relationOf(all.filter(({ kind }) => kinds.includes(kind)));
    const tasks = all.filter(({ slot }) => system.slots[slot]!.kind === 'task');
    const taken = new Map<string, Path[]>();
    for (const path of all) {
      const name = `${system.slots[path.slot]!.name}:${this.slots[path.slot]!.endings[path.ending]!.label}`;
      taken.set(name, [...(taken.get(name) ?? []), path]);
    }
    return {
      states: sets.count(states),
      transitions: guards.pairs(states, ofKind(MOVES, VIOLATES)),
      deadlocks: sets.count(sets.minus(states, guards.of(states, relationOf(tasks)))),
      failures: guards.pairs(states, ofKind(VIOLATES, FAILS)),
      taken: [...taken]
        .filter(([, some]) => guards.of(states, relationOf(some)) !== EMPTY)
        .map(([name]) => name)
        .toSorted(),
      exhausted,
    };
  }

  private tick(): void {
    if (++this.ticks % TICKS !== 0) return;
    const { maxBytes = Infinity, timeout = Infinity } = this.bounds;
    if (this.sets.bytes > maxBytes || performance.now() - this.start > 1000 * timeout)
      throw new Interrupted();
  }
}

function leavesOf({ reads, writes }: Path): number[] {
  const leaves = new Set([...reads, ...writes].filter((_, i) => i % 2 === 0));
  return [...leaves].toSorted((a, b) => a - b);
}
