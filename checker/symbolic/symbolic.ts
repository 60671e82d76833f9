/**
 * The symbolic engine: all states, but as sets and not one by one.
 *
 * What is learned of a slot becomes relations, and wherever a state leaves what is known, user code runs on it; a set is
 * closed under a slot when none does. So no reachable state is left out, and no step is taken for granted. Without a
 * bound all states are found first, some tasks' at a time, and then in which turn: one more turn is the union over the slots of
 * all that one slot alone leads to. A bounded search knows turns only.
 */
import type { Slot, System } from '../../model/system.js';
import { Sightings } from '../causes.js';
import { Components } from '../components.js';
import { StepFootprint } from '../footprint.js';
import { isOutOfMemory } from '../memory.js';
import { Pace } from '../pace.js';
import type { Counterexample, Limits, SearchResult, Stopped } from '../result.js';
import { Schema } from '../schema.js';
import type { Vector } from '../schema.js';
import { resultsOf } from '../verdicts.js';
import { wander } from '../wander.js';
import { Cycles } from './cycles.js';
import type { Goal, Wanted } from './goals.js';
import { Ground } from './ground.js';
import { Judge } from './judge.js';
import type { Learner } from './learner.js';
import { Layout } from './layout.js';
import { nestOf } from './nest.js';
import type { Nest } from './nest.js';
import { orderOf } from './order.js';
import { counterexamples, Runs } from './runs.js';
import { EMPTY } from './sets.js';
import { Sifting } from './sifting.js';
import { tallyOf } from './tally.js';
import { SlotWays } from './ways.js';

export interface Tuning {
  /** Milliseconds between two rests, at the least. */
  readonly work: number;
  /** Cells of sets at which those that nobody needs are thrown away, at the least; a cell takes four bytes. */
  readonly full: number;
  /** Nodes of a set at which a better order of levels is looked for, at the least. */
  readonly crowded: number;
  /** Nodes of the states within so many turns beyond which turns are counted no further, if no run needs them. */
  readonly spread: number;
}

const TUNING: Tuning = { work: 1000, full: 2 ** 24, crowded: 2 ** 12, spread: 2 ** 15 };
/** What a rest interrupts is done again in part, so the longer a slot takes, the longer it is left alone. */
const SHARE = 0.1;
/** How many times as many nodes as after the last time there are before a better order is looked for again. */
const GROWN = 4;

export async function symbolic(system: System, limits: Limits = {}, tuning = TUNING): Promise<SearchResult> {
  return new Search(system, limits, tuning).run();
}

class Search {
  private readonly system: System;
  private readonly limits: Limits;
  private readonly pace: Pace;
  private readonly schema: Schema;
  private readonly initial: Vector;
  private readonly footprints: readonly StepFootprint[];
  private readonly components: Components;
  private order: Int32Array;
  private ground!: Ground;
  private slots!: readonly SlotWays[];
  private judge!: Judge;
  /** The states within 0, 1, 2, ... turns, and those known of the turn that is being made. */
  private layers: number[] = [];
  private next = EMPTY;
  /** The set that is being worked on, and how often it has changed. */
  private work = EMPTY;
  private changes = 0;
  /** All states, once they are known. */
  private all: number | undefined;
  private stopped: Stopped | undefined;
  private since = performance.now();
  private rested = this.since;
  private full: number;
  /** How many nodes are many, and the last set of which they were counted. */
  private crowded: number;
  private counted = EMPTY;
  private readonly tuning: Tuning;

  constructor(system: System, limits: Limits, tuning: Tuning) {
    this.tuning = tuning;
    this.full = tuning.full;
    this.crowded = tuning.crowded;
    this.system = system;
    this.limits = limits;
    this.pace = new Pace(limits);
    this.schema = new Schema(system.initial);
    this.initial = new Uint16Array(this.schema.leaves.length);
    this.schema.encode(system.initial, this.initial, 'the initial state');
    this.footprints = system.slots.map((slot) => new StepFootprint(this.schema, slot));
    const { depth = Infinity } = limits;
    // Levels are those of runs without faults, since runs that a fault cuts short show little of what belongs together.
    this.components = new Components(
      this.initial,
      this.slotsOf('task').map((slot) => this.footprints[slot]!),
      depth,
    );
    this.order = orderOf(this.components);
    wander(this.initial, this.footprints, depth);
    this.lay();
  }

  /** The states of all turns that are over. */
  private get reached(): number {
    return this.layers.at(-1)!;
  }

  /** Whether there is a bound on turns, or on states, which is looked at after each turn. */
  private get isBounded(): boolean {
    const { depth = Infinity, maxStates = Infinity } = this.limits;
    return depth < Infinity || maxStates < Infinity;
  }

  private slotsOf(kind: Slot['kind']): number[] {
    return [...this.system.slots.keys()].filter((slot) => this.system.slots[slot]!.kind === kind);
  }

  /** Makes everything that depends on the order of levels. No set is known then but the first. */
  private lay(): void {
    this.ground = new Ground(new Layout(this.components, this.order));
    this.slots = this.footprints.map((one) => new SlotWays(this.ground, one, () => this.isDue()));
    for (const slot of this.slots) slot.renew();
    this.judge = new Judge(this.system, this.schema, this.ground, (learner, set) => this.study(learner, set));
    this.next = this.ground.single(this.initial);
    this.layers = [this.next];
  }

  async run(): Promise<SearchResult> {
    await this.orShort(() => (this.isBounded ? this.byTurns() : this.inAll()));
    return this.result(this.stopped ?? 'exhausted');
  }

  /** The states of each turn, up to a bound. */
  private async byTurns(): Promise<void> {
    const { depth = Infinity, maxStates = Infinity } = this.limits;
    let isNew = true;
    while (isNew && this.stopped === undefined && this.layers.length <= depth) {
      isNew = await this.turn();
      if (this.ground.sets.count(this.reached) > maxStates) this.stopped ??= 'states';
    }
    if (isNew && this.stopped === undefined) await this.lookBeyond();
  }

  /** One turn more: all that each slot alone can reach from the states of those before. Answers whether that is more. */
  private async turn(): Promise<boolean> {
    const { sets } = this.ground;
    for (const slot of this.slots.keys()) {
      this.work = this.reached;
      await this.close(slot);
      this.next = sets.union(this.next, this.work);
    }
    // A turn that was cut short is no turn.
    const isNew = this.stopped === undefined && this.next !== this.reached;
    if (isNew) this.layers.push(this.next);
    return isNew;
  }

  /** All states, whatever turns they take. */
  private async inAll(): Promise<void> {
    const tasks = this.slotsOf('task');
    const nest = nestOf(this.components, this.order);
    this.work = this.next;
    for (let seen = -1; seen !== this.changes && this.stopped === undefined;) {
      if (nest !== undefined) await this.closeAll(nest, tasks);
      seen = this.changes;
      for (const slot of this.slotsOf('environment')) await this.close(slot);
    }
    if (this.stopped === undefined) this.all = this.work;
  }

  /** Closes the set that is being worked on under all tasks of a nest. */
  private async closeAll(nest: Nest, tasks: readonly number[]): Promise<void> {
    if (typeof nest === 'number') {
      do await this.close(tasks[nest]!);
      while (await this.reorder());
      return;
    }
    for (let seen = -1; seen !== this.changes && this.stopped === undefined;) {
      await this.closeAll(nest[0], tasks);
      seen = this.changes;
      await this.closeAll(nest[1], tasks);
    }
  }

  /** Adds all that a slot alone leads to to the set that is being worked on. */
  private async close(number: number): Promise<void> {
    const slot = this.slots[number]!;
    this.since = performance.now();
    for (let learns = true; learns && this.stopped === undefined;) {
      do {
        const before = this.work;
        this.work = slot.closure.of(before);
        if (this.work !== before) this.changes++;
        await this.rest();
        this.collect();
      } while (slot.closure.interrupted && this.stopped === undefined);
      if (this.all !== undefined) return;
      await this.study(slot.learner, this.work);
      learns = slot.renew();
    }
    if (this.stopped === undefined) slot.expanded = this.work;
  }

  /**
   * Where the set that is being worked on has many nodes, looks for an order of levels in which it has fewer. Answers whether it
   * did: nobody has looked at the set then, since what is remembered of that is void.
   */
  private async reorder(): Promise<boolean> {
    const { ground, components, order } = this;
    if (this.work === this.counted) return false;
    this.counted = this.work;
    if (ground.sets.nodes(this.work) < this.crowded) return false;
    const sifting = new Sifting(ground.sets, this.work, components.parts.length);
    await sifting.run(() => this.breathe());
    this.crowded = Math.max(this.tuning.crowded, GROWN * sifting.size);
    this.order = order.map((level) => sifting.order[level]!);
    this.lay();
    this.work = sifting.emit(this.ground.sets);
    this.counted = EMPTY;
    this.changes++;
    return true;
  }

  /** The bound is reached. If one turn more would show nothing, the search is exhausted all the same. */
  private async lookBeyond(): Promise<void> {
    const { slots, judge, reached } = this;
    for (const slot of slots) {
      await this.study(slot.learner, reached);
      slot.renew();
    }
    if (this.stopped !== undefined) return;
    if (await judge.showsNothing(reached, slots)) for (const slot of slots) slot.expanded = reached;
    else this.stopped ??= 'depth';
  }

  /** Learns all there is to learn of the states of a set. */
  private async study(learner: Learner, set: number): Promise<void> {
    while (this.stopped === undefined && !learner.fill(set, () => this.isDue())) await this.rest();
  }

  private isDue(): boolean {
    const patience = Math.max(this.tuning.work, SHARE * (this.rested - this.since));
    return performance.now() - this.rested > patience;
  }

  private async rest(): Promise<void> {
    if (!this.isDue()) return;
    const { pace, ground, work, all } = this;
    const states = ground.sets.count(all ?? work);
    const turns = this.isBounded || all !== undefined ? this.layers.length - 1 : null;
    this.stopped ??= await pace.rest({ states, turns, frontier: 0 });
    this.rested = performance.now();
  }

  /** Throws away the sets that nobody needs, if there are many. */
  private collect(): void {
    const { ground, slots, judge } = this;
    if (ground.sets.arena.used < this.full) return;
    const learners = [...slots.map(({ learner }) => learner), ...judge.learners];
    const { eventual } = judge;
    const { goals } = judge.notes;
    const owed = eventual.map((property) => property.kept);
    const kept = ground.collect([
      this.next,
      this.work,
      this.all ?? EMPTY,
      ...slots.map(({ expanded }) => expanded),
      ...learners.map(({ covered }) => covered),
      ...goals.flatMap(({ states, from }) => [states, from]),
      ...owed.flat(),
      ...this.layers,
    ]);
    const take = () => kept.shift()!;
    this.next = take();
    this.work = take();
    const all = take();
    if (this.all !== undefined) this.all = all;
    for (const slot of slots) slot.expanded = take();
    for (const learner of learners) learner.covered = take();
    for (const goal of goals) [goal.states, goal.from] = [take(), take()];
    for (const [i, property] of eventual.entries()) property.kept = owed[i]!.map(take);
    this.layers = kept;
    this.counted = EMPTY;
    this.full = Math.max(this.tuning.full, 2 * ground.sets.arena.used);
  }

  private async result(stopped: Stopped): Promise<SearchResult> {
    const { system, slots, ground, judge, pace } = this;
    const [next, reached] = this.isBounded ? [this.next, this.reached] : [this.work, this.work];
    const { deadlocks, ...tally } = tallyOf({ system, ground, slots, next, reached }, stopped);
    const deadlocked = ground.sets.count(deadlocks);
    this.stopped = undefined;
    if (leavesTime(stopped)) {
      await this.orShort(async () => {
        await judge.steps(slots, reached, this.layers[0]!);
        await judge.ends(deadlocks);
        if (stopped !== 'states') await this.judgeRuns(stopped, deadlocks);
      });
    }
    // What ended the judging is what ended the search.
    const end = this.stopped ?? stopped;
    const causes = leavesTime(end) ? judge.notes.causes() : [];
    const runs = new Sightings<Counterexample>();
    const turns = await this.orShort(() => this.runsTo(causes, runs));
    const broken = new Set(judge.notes.causes().map(({ property }) => property));
    if (!leavesTime(end)) for (const property of this.failing()) broken.add(property);
    return {
      engine: 'symbolic',
      ...tally,
      turns: turns ?? null,
      deadlocks: deadlocked,
      exhausted: end === 'exhausted',
      stopped: end,
      seconds: pace.seconds,
      properties: resultsOf(
        system.properties,
        counterexamples(runs),
        { states: end, runs: end },
        tally.events,
        broken,
      ),
    };
  }

  /** Judges the promises of whole runs on all states there are, or all within the bound. */
  private async judgeRuns(stopped: Stopped, deadlocks: number): Promise<void> {
    const { judge, ground, slots, layers, limits } = this;
    if (judge.eventual.length === 0) return;
    const cycles = await Cycles.of(ground, slots, this.slotsOf('task'));
    const depth = stopped === 'depth' ? limits.depth! : Infinity;
    const [reached, breathe] = [this.all ?? this.reached, () => this.breathe()];
    await judge.runs({ slots, cycles, reached, deadlocks, layers, depth, breathe });
  }

  /** Rests if it is time to; answers whether to go on. */
  private async breathe(): Promise<boolean> {
    await this.rest();
    return this.stopped === undefined;
  }

  /**
   * Looks for the simplest runs to some causes, to each as soon as the turns that it takes are known. All turns are counted where
   * that takes few nodes. Answers how many there are; `null` if that is not known.
   */
  private async runsTo(causes: readonly Wanted[], found: Sightings<Counterexample>): Promise<number | null> {
    const breathe = () => this.breathe();
    for (let open = causes; ;) {
      const isWhole = this.isBounded || this.reached === this.all;
      const owed = open.flatMap(({ goals }) => goals.flatMap((goal) => goal.owed ?? []));
      for (const debt of new Set(owed)) await debt.extend(this.layers, isWhole);
      const ready = open.filter(({ goals }) => isWhole || goals.every((goal) => this.isWithin(goal)));
      const runs = new Runs(this.ground, this.slots, this.layers, breathe);
      const later = ready.length > 0 ? await runs.find(ready, found) : [];
      open = open.filter((cause) => !ready.includes(cause) || later.includes(cause));
      if (isWhole) return this.layers.length - 1;
      const isEnough = open.length === 0 && this.ground.sets.nodes(this.reached) > this.tuning.spread;
      if (this.all === undefined || isEnough || !(await this.turn())) return null;
    }
  }

  /** Whether the states within the turns that are known show in how many turns a goal can be reached. */
  private isWithin({ states, from, step, owed }: Goal): boolean {
    const { sets } = this.ground;
    const reached = owed === undefined ? this.reached : owed.layers.at(-1)!;
    if (step === undefined) return sets.common(states, reached) !== EMPTY;
    // The step may take a turn more than the state that it is taken in.
    return this.layers.length > 1 && sets.common(from, this.layers.at(-2)!) !== EMPTY;
  }

  /** What some work comes to; or nothing, if there is no memory for it. */
  private async orShort<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      this.stopped = 'memory';
      return undefined;
    }
  }

  /** What steps were seen to break when they were learned: in states that are reachable, but perhaps not within a bound. */
  private failing(): string[] {
    if (this.limits.depth !== undefined) return [];
    return this.slots.flatMap(({ ways }) =>
      ways.flatMap(({ ending: { failure } }) => failure?.property ?? []),
    );
  }
}

/** Whether a search that ended so can still say what is broken by the states that it knows. */
function leavesTime(stopped: Stopped): boolean {
  return stopped === 'exhausted' || stopped === 'depth' || stopped === 'states';
}
