/**
 * The symbolic engine: the same states, turn by turn, but as sets and not one by one.
 *
 * One more turn is the union over the slots of all that one slot alone leads to. What is learned of the slot becomes
 * relations, and wherever a state leaves what is known, user code runs on it; the turn is over when none does. So no
 * reachable state is left out, and no step is taken for granted.
 */
import type { System } from '../../model/system.js';
import { Components } from '../components.js';
import { StepFootprint } from '../footprint.js';
import { isOutOfMemory } from '../memory.js';
import { Pace } from '../pace.js';
import type { Limits, SearchResult, Stopped } from '../result.js';
import { Schema } from '../schema.js';
import { resultsOf } from '../verdicts.js';
import { wander } from '../wander.js';
import { Ground } from './ground.js';
import { Judge } from './judge.js';
import type { Learner } from './learner.js';
import { Layout } from './layout.js';
import { orderOf } from './order.js';
import { Runs } from './runs.js';
import { EMPTY } from './sets.js';
import { tallyOf } from './tally.js';
import { SlotWays } from './ways.js';

export interface Tuning {
  /** Milliseconds between two rests, at the least. */
  readonly work: number;
  /** Cells of sets at which those that nobody needs are thrown away, at the least; a cell takes four bytes. */
  readonly full: number;
}

const TUNING: Tuning = { work: 300, full: 2 ** 24 };
/** What a rest interrupts is done again in part, so the longer a slot takes, the longer it is left alone. */
const SHARE = 0.1;

export async function symbolic(system: System, limits: Limits = {}, tuning = TUNING): Promise<SearchResult> {
  return new Search(system, limits, tuning).run();
}

class Search {
  private readonly system: System;
  private readonly limits: Limits;
  private readonly pace: Pace;
  private readonly ground: Ground;
  private readonly slots: readonly SlotWays[];
  private readonly judge: Judge;
  /** The states within 0, 1, 2, ... turns, and those known of the turn that is being made. */
  private layers: number[];
  private next: number;
  /** The set that is being worked on. */
  private work = EMPTY;
  private stopped: Stopped | undefined;
  private since = performance.now();
  private rested = this.since;
  private full: number;
  private readonly tuning: Tuning;

  constructor(system: System, limits: Limits, tuning: Tuning) {
    this.tuning = tuning;
    this.full = tuning.full;
    this.system = system;
    this.limits = limits;
    this.pace = new Pace(limits);
    const schema = new Schema(system.initial);
    const vector = new Uint16Array(schema.leaves.length);
    schema.encode(system.initial, vector, 'the initial state');
    const footprints = system.slots.map((slot) => new StepFootprint(schema, slot));
    const { depth = Infinity } = limits;
    // Levels are those of runs without faults, since runs that a fault cuts short show little of what belongs together.
    const tasks = footprints.filter((_, slot) => system.slots[slot]!.kind === 'task');
    const components = new Components(vector, tasks, depth);
    this.ground = new Ground(new Layout(components, orderOf(components)));
    wander(vector, footprints, depth);
    this.slots = footprints.map((one) => new SlotWays(this.ground, one, () => this.isDue()));
    this.judge = new Judge(system, schema, this.ground, (learner, set) => this.study(learner, set));
    this.next = this.ground.single(vector);
    this.layers = [this.next];
  }

  /** The states of all turns that are over. */
  private get reached(): number {
    return this.layers.at(-1)!;
  }

  /** The number of the last turn that showed something new. */
  private get turns(): number {
    return this.layers.length - 1;
  }

  async run(): Promise<SearchResult> {
    await this.orShort(() => this.search());
    return this.result(this.stopped ?? 'exhausted');
  }

  private async search(): Promise<void> {
    const { depth = Infinity, maxStates = Infinity } = this.limits;
    let isNew = true;
    while (isNew && this.stopped === undefined && this.turns < depth) {
      for (const slot of this.slots) await this.expand(slot);
      // A turn that was cut short is no turn.
      isNew = this.stopped === undefined && this.next !== this.reached;
      if (isNew) this.layers.push(this.next);
      if (this.ground.sets.count(this.reached) > maxStates) this.stopped ??= 'states';
    }
    if (isNew && this.stopped === undefined) await this.lookBeyond();
  }

  /** All that `slot` alone can reach from the states of the turn before. */
  private async expand(slot: SlotWays): Promise<void> {
    const { sets } = this.ground;
    this.work = this.reached;
    this.since = performance.now();
    for (let learns = true; learns && this.stopped === undefined;) {
      do {
        this.work = slot.closure.of(this.work);
        await this.rest();
        this.collect();
      } while (slot.closure.interrupted && this.stopped === undefined);
      await this.study(slot.learner, this.work);
      learns = slot.renew();
    }
    if (this.stopped === undefined) slot.expanded = this.work;
    this.next = sets.union(this.next, this.work);
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
    const { turns, pace, ground, reached } = this;
    const states = ground.sets.count(reached);
    this.stopped ??= await pace.rest({ states, turns, frontier: 0 });
    this.rested = performance.now();
  }

  /** Throws away the sets that nobody needs, if there are many. */
  private collect(): void {
    const { ground, slots, judge } = this;
    if (ground.sets.arena.used < this.full) return;
    const learners = [...slots.map(({ learner }) => learner), ...judge.learners];
    const kept = ground.collect([
      this.next,
      this.work,
      ...slots.map(({ expanded }) => expanded),
      ...learners.map(({ covered }) => covered),
      ...this.layers,
    ]);
    const take = () => kept.shift()!;
    this.next = take();
    this.work = take();
    for (const slot of slots) slot.expanded = take();
    for (const learner of learners) learner.covered = take();
    this.layers = kept;
    this.full = Math.max(this.tuning.full, 2 * ground.sets.arena.used);
  }

  private async result(stopped: Stopped): Promise<SearchResult> {
    const { system, slots, ground, judge, pace } = this;
    const { deadlocks, ...tally } = tallyOf(
      { system, ground, slots, next: this.next, reached: this.reached },
      stopped,
    );
    this.stopped = undefined;
    if (leavesTime(stopped)) {
      judge.layers = this.layers;
      await this.orShort(async () => {
        await judge.steps(slots);
        await judge.ends(deadlocks);
      });
    }
    // What ended the judging is what ended the search.
    const end = this.stopped ?? stopped;
    const causes = leavesTime(end) ? judge.causes() : [];
    const breathe = async () => {
      await this.rest();
      return this.stopped === undefined;
    };
    const runs = await this.orShort(() => new Runs(ground, slots, this.layers, breathe).simplest(causes));
    // Promises of whole runs are not judged here: `runs` says so below.
    const broken = new Set(judge.causes().map(({ property }) => property));
    if (!leavesTime(end)) for (const property of this.failing()) broken.add(property);
    const endings = { states: end, runs: 'depth' as const };
    return {
      engine: 'symbolic',
      ...tally,
      turns: this.turns,
      deadlocks: ground.sets.count(deadlocks),
      exhausted: end === 'exhausted',
      stopped: end,
      seconds: pace.seconds,
      properties: resultsOf(system.properties, runs ?? new Map(), endings, tally.events, broken),
    };
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
