/** The simplest runs to what was found: the initial state, walked forwards through the turns that lead there. */
import type { Sightings } from '../causes.js';
import { CYCLE } from '../lap.js';
import { turnsOf } from '../result.js';
import type { Action, Counterexample } from '../result.js';
import type { Vector } from '../schema.js';
import type { Goal, Wanted } from './goals.js';
import type { Ground } from './ground.js';
import { EMPTY } from './sets.js';
import { isNowhere } from './spots.js';
import type { Spots } from './spots.js';
import { Turns } from './turns.js';
import type { Turn } from './turns.js';
import type { SlotWays } from './ways.js';
import type { Breathe } from './within.js';

/** A run, and a lap that can be gone again and again after it. */
interface Run {
  readonly stem: readonly Action[];
  readonly lap: readonly Action[];
}

/** Where a run is, and whether something is owed there that it is to show. */
interface Spot {
  readonly state: Vector;
  readonly isOwing: boolean;
}

/** The counterexamples by property, simplest first. */
export function counterexamples(found: Sightings<Counterexample>): Map<string, Counterexample[]> {
  const all = new Map<string, Counterexample[]>();
  for (const { property, where } of found.simplest())
    all.set(property, [...(all.get(property) ?? []), where]);
  return all;
}

export class Runs {
  private readonly ground: Ground;
  private readonly slots: readonly SlotWays[];
  private readonly initial: number;
  private readonly turns: Turns;
  private readonly breathe: Breathe;

  /** `layers`: the states within each number of turns. No set is thrown away while runs are looked for. */
  constructor(ground: Ground, slots: readonly SlotWays[], layers: readonly number[], breathe: Breathe) {
    this.ground = ground;
    this.slots = slots;
    this.initial = layers[0]!;
    this.turns = new Turns(ground, slots, layers, breathe);
    this.breathe = breathe;
  }

  /**
   * Takes note of the simplest run to each cause. One that there was no time for has none. Answers those to which a run
   * takes more turns than are known.
   */
  async find(wanted: readonly Wanted[], found: Sightings<Counterexample>): Promise<Wanted[]> {
    const later: Wanted[] = [];
    for (const one of wanted) {
      const { property, cause, goals } = one;
      const runs = await this.toAll(goals, cause.label === CYCLE);
      if (runs === 'later') later.push(one);
      else
        for (const { stem, lap } of runs ?? []) {
          const size = { cause, turns: turnsOf(stem), steps: stem.length };
          const cycle = lap.length > 0 ? { cycle: lap.length } : {};
          found.note({ ...size, property, where: { ...size, path: [...stem, ...lap], ...cycle } });
        }
    }
    return later;
  }

  /** A run to each: unless there is time for all of them nobody knows which is the simplest. */
  private async toAll(goals: readonly Goal[], endless: boolean): Promise<Run[] | 'later' | undefined> {
    const runs: Run[] = [];
    for (const goal of goals) {
      const run = await this.to(goal, endless);
      if (run === undefined || run === 'later') return run;
      runs.push(run);
    }
    return runs;
  }

  /** A run of fewest turns, and of these one of fewest steps. */
  private async to(goal: Goal, endless: boolean): Promise<Run | 'later' | undefined> {
    const { sets } = this.ground;
    while (await this.breathe()) {
      const turns = await this.turns.to(goal);
      if (turns === undefined) return undefined;
      const { stem, end } = this.walk(goal, turns);
      if (!endless || goal.owed === undefined) return { stem, lap: [] };
      const lap = await goal.owed.lapFrom(end);
      if (lap === undefined) return undefined;
      if (typeof lap !== 'number') return { stem, lap };
      goal.states = sets.minus(goal.states, lap);
      if (sets.common(goal.states, goal.owed.layers.at(-1)!) === EMPTY) return 'later';
    }
    return undefined;
  }

  /** Walks the initial state through the turns. */
  private walk(goal: Goal, turns: readonly Turn[]): { stem: Action[]; end: Vector } {
    const stem: Action[] = [];
    const state: Vector = new Uint16Array(this.ground.layout.ranks.length);
    this.ground.pick(this.initial, state);
    let spot: Spot = { state, isOwing: false };
    let left = Math.max(0, turns[0]?.starts.findIndex((set) => !isNowhere(set)) ?? 0);
    for (const [i, { legs }] of turns.entries()) {
      const { slot, steps } = legs.find((leg) => this.has(leg.steps[left], spot))!;
      do {
        spot = this.asked(spot, goal, steps[left]!);
        left--;
        const isGoal = left === 0 && goal.step !== undefined;
        const endings = isGoal ? goal.step.ways.map(({ ending }) => ending) : undefined;
        const to = isGoal ? { free: goal.states, owing: EMPTY } : steps[left];
        const { isOwing } = spot;
        const next = this.slots[slot]!.endsOf(spot.state).find(
          ({ ending, after }) =>
            (endings?.includes(ending) ?? ending.failure?.ends !== true) &&
            this.has(to, { state: after, isOwing }),
        );
        if (next === undefined) throw new Error('internal error: a run goes astray');
        stem.push({ slot, choices: next.ending.choices });
        spot = { state: next.after, isOwing };
      } while (left > 0 && !this.has(turns[i + 1]?.starts[left], spot));
    }
    return { stem, end: spot.state };
  }

  /** The spot, if it owes from there on where that is asked for and leads to the goal as soon. */
  private asked(spot: Spot, { owed }: Goal, { owing }: Spots): Spot {
    if (spot.isOwing || owed === undefined) return spot;
    const both = this.ground.sets.common(owing, owed.asked);
    return { ...spot, isOwing: this.has({ free: EMPTY, owing: both }, { ...spot, isOwing: true }) };
  }

  private has(spots: Spots | undefined, { state, isOwing }: Spot): boolean {
    const set = isOwing ? spots?.owing : spots?.free;
    return set !== undefined && this.ground.sets.has(set, this.ground.layout.contentsOf(state));
  }
}
