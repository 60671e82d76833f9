/**
 * The simplest runs to what was found: led back turn by turn over the sets of states, from all states at which it shows
 * to the initial one, and then walked forwards. Of a run of fewest turns each turn begins in a state that takes exactly as
 * many turns as are over; among these runs the steps are counted.
 */
import type { Sightings } from '../causes.js';
import { turnsOf } from '../result.js';
import type { Action, Cause, Counterexample } from '../result.js';
import type { Vector } from '../schema.js';
import { Before } from './before.js';
import type { Ground } from './ground.js';
import { EMPTY } from './sets.js';
import type { SlotWays, Way } from './ways.js';

/** What shows a cause: a state of a set, or a step into one. */
export interface Goal {
  states: number;
  /** Where the step is taken that leads into such a state, if it takes one. */
  from: number;
  /** The step is one of some ways of a slot. */
  readonly step: { readonly slot: SlotWays; readonly ways: readonly Way[] } | undefined;
}

/** What goals have in common. */
export interface Wanted {
  readonly property: string;
  readonly cause: Cause;
  readonly goals: readonly Goal[];
}

/** Some states of one turn of a slot, by how many steps are left to the goal. */
interface Leg {
  readonly slot: number;
  readonly steps: number[];
}

/** A turn: the states in which it can begin, by the steps that are left, and what each slot can make of it. */
interface Turn {
  readonly starts: number[];
  readonly legs: readonly Leg[];
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
  private readonly before: Before;
  private readonly slots: readonly SlotWays[];
  /** The relation of what each slot can do. */
  private readonly moves: readonly number[];
  /** The states within each number of turns. No set is thrown away while runs are looked for. */
  private readonly layers: readonly number[];
  /** Called between one set and the next; answers whether to go on. */
  private readonly breathe: () => Promise<boolean>;

  constructor(
    ground: Ground,
    slots: readonly SlotWays[],
    layers: readonly number[],
    breathe: () => Promise<boolean>,
  ) {
    this.ground = ground;
    this.before = new Before(ground);
    this.slots = slots;
    this.moves = slots.map(({ moving }) => ground.relations.of(moving.map(({ row }) => row)));
    this.layers = layers;
    this.breathe = breathe;
  }

  /** Takes note of the simplest run to each cause. One that there was no time for has none. */
  async find(wanted: readonly Wanted[], found: Sightings<Counterexample>): Promise<void> {
    for (const { property, cause, goals } of wanted) {
      for (const path of (await this.toAll(goals)) ?? []) {
        const size = { cause, turns: turnsOf(path), steps: path.length };
        found.note({ ...size, property, where: { ...size, path } });
      }
    }
  }

  /** A run to each: unless there is time for all of them nobody knows which is the simplest. */
  private async toAll(goals: readonly Goal[]): Promise<Action[][] | undefined> {
    const paths: Action[][] = [];
    for (const goal of goals) {
      const path = (await this.breathe()) ? await this.to(goal) : undefined;
      if (path === undefined) return undefined;
      paths.push(path);
    }
    return paths;
  }

  /** A run of fewest turns, and of these one of fewest steps. */
  private async to(goal: Goal): Promise<Action[] | undefined> {
    const turns = await this.turnsTo(goal);
    return turns && this.walk(goal, turns);
  }

  /** The turns of all such runs. */
  private async turnsTo({ states, from, step }: Goal): Promise<Turn[] | undefined> {
    const { sets } = this.ground;
    if (step === undefined) {
      const least = this.leastTurns(states);
      return this.leadBack([sets.common(states, this.within(least))], least, []);
    }
    const least = this.leastTurns(from);
    // Either it is in this turn that the slot comes to where it takes the step, or it takes a turn more.
    for (const last of [least, least + 1]) {
      if (last === 0) continue;
      const turn = await this.turn(
        [this.slots.indexOf(step.slot)],
        [EMPTY, sets.common(from, this.within(last))],
        last,
      );
      if (turn === undefined) return undefined;
      if (turn.starts.some((set) => set !== EMPTY)) return this.leadBack(turn.starts, last - 1, [turn]);
    }
    throw new Error('internal error: no run leads to a step that was taken');
  }

  /** The turns before those that are known, the last of which ends in `ends`. */
  private async leadBack(
    ends: readonly number[],
    last: number,
    known: readonly Turn[],
  ): Promise<Turn[] | undefined> {
    if (last === 0) return [...known];
    const turn = await this.turn([...this.slots.keys()], ends, last);
    return turn && this.leadBack(turn.starts, last - 1, [turn, ...known]);
  }

  /** Turn `number`, of any of some slots, that ends in `ends`: these are sets by the steps that are left to the goal. */
  private async turn(
    slots: readonly number[],
    ends: readonly number[],
    number: number,
  ): Promise<Turn | undefined> {
    const { sets } = this.ground;
    const [all, earlier] = [this.within(number), this.within(number - 1)];
    const first = number === 1 ? earlier : sets.minus(earlier, this.within(number - 2));
    const starts: number[] = [];
    const legs: Leg[] = [];
    for (const slot of slots) {
      const steps: number[] = [];
      let seen = EMPTY;
      for (let left = 0; left < ends.length || steps[left - 1] !== EMPTY; left++) {
        if (!(await this.breathe())) return undefined;
        const near = left === 0 ? EMPTY : this.before.of(all, steps[left - 1]!, this.moves[slot]!);
        const here = sets.minus(sets.union(near, ends[left] ?? EMPTY), seen);
        seen = sets.union(seen, here);
        steps.push(here);
        starts[left] = sets.union(starts[left] ?? EMPTY, sets.common(here, first));
      }
      legs.push({ slot, steps });
    }
    return { starts, legs };
  }

  /** Walks the initial state through the turns. */
  private walk(goal: Goal, turns: readonly Turn[]): Action[] {
    const actions: Action[] = [];
    let state: Vector = new Uint16Array(this.ground.layout.ranks.length);
    this.ground.pick(this.within(0), state);
    let left = Math.max(0, turns[0]?.starts.findIndex((set) => set !== EMPTY) ?? 0);
    for (const [i, { legs }] of turns.entries()) {
      const { slot, steps } = legs.find((leg) => this.has(leg.steps[left], state))!;
      do {
        left--;
        const isGoal = left === 0 && goal.step !== undefined;
        const endings = isGoal ? goal.step.ways.map(({ ending }) => ending) : undefined;
        const to = isGoal ? goal.states : steps[left];
        const next = this.slots[slot]!.endsOf(state).find(
          ({ ending, after }) =>
            (endings?.includes(ending) ?? ending.failure?.ends !== true) && this.has(to, after),
        );
        if (next === undefined) throw new Error('internal error: a run goes astray');
        actions.push({ slot, choices: next.ending.choices });
        state = next.after;
      } while (left > 0 && !this.has(turns[i + 1]?.starts[left], state));
    }
    return actions;
  }

  private has(set: number | undefined, state: Vector): boolean {
    return set !== undefined && this.ground.sets.has(set, this.ground.layout.contentsOf(state));
  }

  /** The states within so many turns. */
  private within(turns: number): number {
    return this.layers[Math.min(turns, this.layers.length - 1)]!;
  }

  /** How many turns it takes to come to some state of a set. */
  private leastTurns(set: number): number {
    let [least, most] = [0, this.layers.length - 1];
    while (least < most) {
      const middle = (least + most) >> 1;
      if (this.ground.sets.common(set, this.layers[middle]!) === EMPTY) least = middle + 1;
      else most = middle;
    }
    return least;
  }
}
