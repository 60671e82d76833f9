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
import { Pace } from '../pace.js';
import type { Counterexample, Limits, SearchResult, Stopped } from '../result.js';
import { Schema } from '../schema.js';
import { resultsOf } from '../verdicts.js';
import { wander } from '../wander.js';
import { Cycles } from './cycles.js';
import type { Goal, Wanted } from './goals.js';
import type { Holder } from './ground.js';
import { Judge } from './judge.js';
import { Rests } from './rests.js';
import { counterexamples, Runs } from './runs.js';
import { EMPTY } from './sets.js';
import { tallyOf } from './tally.js';
import { Work } from './work.js';
import type { Sizes } from './work.js';

export interface Tuning extends Sizes {
  /** Milliseconds between two rests, at the least. */
  readonly work: number;
  /** Nodes of the states within so many turns beyond which turns are counted no further, if no run needs them. */
  readonly spread: number;
}

const TUNING: Tuning = { work: 1000, full: 2 ** 24, crowded: 2 ** 12, spread: 2 ** 15 };

export async function symbolic(system: System, limits: Limits = {}, tuning = TUNING): Promise<SearchResult> {
  return new Search(system, limits, tuning).run();
}

class Search implements Holder {
  private readonly system: System;
  private readonly limits: Limits;
  private readonly tuning: Tuning;
  private readonly pace: Pace;
  private readonly rests: Rests;
  private readonly schema: Schema;
  private readonly work: Work;
  private judge!: Judge;
  /** The states within 0, 1, 2, ... turns, and those known of the turn that is being made. */
  private layers: number[] = [];
  private next = EMPTY;
  /** All states, once they are known. */
  private all: number | undefined;

  constructor(system: System, limits: Limits, tuning: Tuning) {
    this.tuning = tuning;
    this.system = system;
    this.limits = limits;
    this.pace = new Pace(limits);
    this.rests = new Rests(this.pace, tuning.work, () => this.standing());
    this.schema = new Schema(system.initial);
    const initial = new Uint16Array(this.schema.leaves.length);
    this.schema.encode(system.initial, initial, 'the initial state');
    const footprints = system.slots.map((slot) => new StepFootprint(this.schema, slot));
    const { depth = Infinity } = limits;
    // Levels are those of runs without faults, since runs that a fault cuts short show little of what belongs together.
    const tasks = this.slotsOf('task').map((slot) => footprints[slot]!);
    const components = new Components(initial, tasks, depth);
    wander(initial, footprints, depth);
    this.work = new Work(footprints, initial, components, this.rests, tuning);
  }

  renumber(of: (set: number) => number): void {
    this.layers = this.layers.map((layer) => of(layer));
    this.next = of(this.next);
    if (this.all !== undefined) this.all = of(this.all);
  }

  async run(): Promise<SearchResult> {
    const { rests } = this;
    await rests.orShort(() => (this.isBounded ? this.byTurns() : this.inAll()));
    return this.result(rests.stopped ?? 'exhausted');
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

  private standing(): { states: number; turns: number | null } {
    const { all, work, isBounded } = this;
    return {
      states: work.ground.sets.count(all ?? work.set),
      turns: isBounded || all !== undefined ? this.layers.length - 1 : null,
    };
  }

  /** All states, whatever turns they take. */
  private async inAll(): Promise<void> {
    const { work } = this;
    try {
      await work.closeUnderAll(this.slotsOf('task'), this.slotsOf('environment'));
      if (work.isLearned) this.all = work.set;
    } finally {
      this.begin();
    }
  }

  /** The states of each turn, up to a bound. */
  private async byTurns(): Promise<void> {
    const { rests, work, limits } = this;
    const { depth = Infinity, maxStates = Infinity } = limits;
    this.begin();
    let isNew = true;
    while (isNew && rests.stopped === undefined && this.layers.length <= depth) {
      isNew = await this.turn();
      if (work.ground.sets.count(this.reached) > maxStates) rests.stopped ??= 'states';
    }
    if (isNew && rests.stopped === undefined) await this.lookBeyond();
  }

  /** The order of levels stays as it is from here on: turn 0, of which there is the initial state. */
  private begin(): void {
    const { work, system, schema } = this;
    this.judge = new Judge(system, schema, work.ground, (learner, set) => work.study(learner, set));
    this.next = work.first;
    this.layers = [this.next];
    work.ground.keepFor(this);
  }

  /** One turn more: all that each slot alone can reach from the states of those before. Answers whether that is more. */
  private async turn(): Promise<boolean> {
    const { work, rests } = this;
    for (const slot of work.slots.keys()) {
      work.set = this.reached;
      await work.close(slot);
      this.next = work.ground.sets.union(this.next, work.set);
    }
    // A turn that was cut short is no turn.
    const isNew = rests.stopped === undefined && this.next !== this.reached;
    if (isNew) this.layers.push(this.next);
    return isNew;
  }

  /** The bound is reached. If one turn more would show nothing, the search is exhausted all the same. */
  private async lookBeyond(): Promise<void> {
    const { judge, reached, rests, work } = this;
    for (const slot of work.slots) {
      await work.study(slot.learner, reached);
      slot.renew();
    }
    if (rests.stopped !== undefined) return;
    if (await judge.showsNothing(reached, work.slots)) for (const slot of work.slots) slot.expanded = reached;
    else rests.stopped ??= 'depth';
  }

  private async result(stopped: Stopped): Promise<SearchResult> {
    const { system, work, rests, judge, pace } = this;
    const { ground, slots, set } = work;
    const [next, reached] = this.isBounded ? [this.next, this.reached] : [set, set];
    const { deadlocks, ...tally } = tallyOf({ system, ground, slots, next, reached }, stopped);
    const deadlocked = ground.sets.count(deadlocks);
    rests.stopped = undefined;
    if (leavesTime(stopped)) {
      await rests.orShort(async () => {
        await judge.steps(slots, reached, this.layers[0]!);
        await judge.ends(deadlocks);
        if (stopped !== 'states') await this.judgeRuns(stopped, deadlocks);
      });
    }
    // What ended the judging is what ended the search.
    const end = rests.stopped ?? stopped;
    const causes = leavesTime(end) ? judge.notes.causes() : [];
    const runs = new Sightings<Counterexample>();
    const turns = await rests.orShort(() => this.runsTo(causes, runs));
    const broken = new Set(judge.notes.causes().map(({ property }) => property));
    if (!leavesTime(end)) for (const property of this.failing()) broken.add(property);
    const endings = { states: end, runs: end };
    return {
      engine: 'symbolic',
      ...tally,
      turns: turns ?? null,
      deadlocks: deadlocked,
      exhausted: end === 'exhausted',
      stopped: end,
      seconds: pace.seconds,
      properties: resultsOf(system.properties, counterexamples(runs), endings, tally.events, broken),
    };
  }

  /** Judges the promises of whole runs on all states there are, or all within the bound. */
  private async judgeRuns(stopped: Stopped, deadlocks: number): Promise<void> {
    const { judge, layers, limits, rests } = this;
    const { ground, slots } = this.work;
    if (judge.eventual.length === 0) return;
    const cycles = await Cycles.of(ground, slots, this.slotsOf('task'));
    const depth = stopped === 'depth' ? limits.depth! : Infinity;
    const [reached, breathe] = [this.all ?? this.reached, () => rests.breathe()];
    await judge.runs({ slots, cycles, reached, deadlocks, layers, depth, breathe });
  }

  /**
   * Looks for the simplest runs to some causes, to each as soon as the turns that it takes are known. All turns are counted where
   * that takes few nodes. Answers how many there are; `null` if that is not known.
   */
  private async runsTo(causes: readonly Wanted[], found: Sightings<Counterexample>): Promise<number | null> {
    const { work, rests, tuning } = this;
    const { ground, slots } = work;
    for (let open = causes; ;) {
      const isWhole = this.isBounded || this.reached === this.all;
      const owed = open.flatMap(({ goals }) => goals.flatMap((goal) => goal.owed ?? []));
      for (const debt of new Set(owed)) await debt.extend(this.layers, isWhole);
      const ready = open
        .map((one) => ({ ...one, goals: isWhole ? one.goals : this.nearest(one.goals) }))
        .filter(({ goals }) => goals.length > 0);
      const runs = new Runs(ground, slots, this.layers, () => rests.breathe());
      const later = ready.length > 0 ? await runs.find(ready, found) : [];
      open = open.filter((one) => !isAmong(ready, one) || isAmong(later, one));
      if (isWhole) return this.layers.length - 1;
      const isEnough = open.length === 0 && ground.sets.nodes(this.reached) > tuning.spread;
      if (this.all === undefined || isEnough || !(await this.turn())) return null;
    }
  }

  /** Those of some goals to one of which the simplest run leads; none if more turns must be known to tell. */
  private nearest(goals: readonly Goal[]): readonly Goal[] {
    const turns = this.layers.length - 1;
    const known = goals.filter((goal) => this.isWithin(goal, turns));
    // What is not reached yet may take as many turns as were counted last, but not as many as were before.
    const isEnough = known.length === goals.length || known.some((goal) => this.isWithin(goal, turns - 1));
    return isEnough ? known : [];
  }

  /** Whether a goal is surely reached within so many turns. Where it is not it takes no fewer. */
  private isWithin({ states, from, step, owed }: Goal, turns: number): boolean {
    const { sets } = this.work.ground;
    // The step may take a turn more than the state that it is taken in.
    const [goal, within] = step === undefined ? [states, turns] : [from, turns - 1];
    const layer = (owed?.layers ?? this.layers)[within];
    return layer !== undefined && sets.common(goal, layer) !== EMPTY;
  }

  /** What steps were seen to break when they were learned: in states that are reachable, but perhaps not within a bound. */
  private failing(): string[] {
    if (this.limits.depth !== undefined) return [];
    return this.work.slots.flatMap(({ ways }) =>
      ways.flatMap(({ ending: { failure } }) => failure?.property ?? []),
    );
  }
}

/** Whether a search that ended so can still say what is broken by the states that it knows. */
function leavesTime(stopped: Stopped): boolean {
  return stopped === 'exhausted' || stopped === 'depth' || stopped === 'states';
}

function isAmong(some: readonly Wanted[], { cause }: Wanted): boolean {
  return some.some((one) => one.cause === cause);
}
