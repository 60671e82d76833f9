/**
 * Where a fair run can stay for ever, as sets: strongly connected components in which each task moves, or somewhere cannot.
 *
 * First what is surely none is taken away, to the greatest set of states each of which leads to all that fairness asks for,
 * and comes from there, within the set (E. A. Emerson and C.-L. Lei, LICS 1986). What is left is taken apart component by
 * component: what a state leads to and comes from (A. Xie and P. A. Beerel, FMCAD 1999).
 */
import type { Action } from '../result.js';
import type { Vector } from '../schema.js';
import type { Ground } from './ground.js';
import { lapFrom } from './laps.js';
import { recurring } from './recurring.js';
import type { Row } from './relations.js';
import { EMPTY } from './sets.js';
import type { SlotWays, Way } from './ways.js';
import { Within } from './within.js';
import type { Breathe } from './within.js';

const GO_ON: Breathe = async () => await Promise.resolve(true);

/** A task: what it does that can be part of a cycle, and the states that let it move at all, or fail. */
export interface Mover {
  readonly moves: number;
  readonly asks: number;
}

export class Cycles {
  private readonly ground: Ground;
  private readonly slots: readonly SlotWays[];
  /** What each slot does that can be part of a cycle, and all of that together. */
  private readonly moves: readonly number[];
  private readonly any: number;
  private readonly tasks: ReadonlyMap<number, Mover>;

  private constructor(
    ground: Ground,
    slots: readonly SlotWays[],
    tasks: readonly number[],
    ways: ReadonlySet<Way>,
  ) {
    const relationOf = (rows: readonly Row[]) => ground.relations.of(rows);
    const rows = slots.map((slot) => slot.moving.filter((way) => ways.has(way)).map(({ row }) => row));
    this.ground = ground;
    this.slots = slots;
    this.moves = rows.map(relationOf);
    this.any = relationOf(rows.flat());
    this.tasks = new Map(
      tasks.map((task) => [
        task,
        { moves: this.moves[task]!, asks: relationOf(slots[task]!.ways.map(({ guard }) => guard)) },
      ]),
    );
  }

  /** `tasks` are the numbers of those slots to which fairness is owed. Nothing is left to learn of the slots. */
  static async of(ground: Ground, slots: readonly SlotWays[], tasks: readonly number[]): Promise<Cycles> {
    return new Cycles(ground, slots, tasks, new Set(await recurring(slots.flatMap(({ moving }) => moving))));
  }

  /**
   * A part of `set` that has all of its fair components with a state of `wanted`, and is empty if there is none. Undefined
   * if `breathe` ended it.
   */
  async around(set: number, wanted: number, breathe: Breathe): Promise<number | undefined> {
    const { sets } = this.ground;
    const within = new Within(this.ground, breathe);
    let left: number | undefined = set;
    for (let before = -1; before !== left;) {
      before = left;
      left = await this.trimmed(left, within, breathe);
      if (left === undefined) return undefined;
      const goals = [
        (all: number) => sets.common(all, wanted),
        ...[...this.tasks.values()].map((task) => (all: number) => this.served(task, all, within)),
      ];
      for (const goal of goals) {
        left = await within.behind(goal(left), left, this.moves);
        if (left === undefined) return undefined;
        left = await within.ahead(goal(left), left, this.moves);
        if (left === undefined) return undefined;
      }
    }
    return left;
  }

  /** The states of `set` that lead to the first one of `some` and come from there, itself included. */
  async roundOf(some: number, set: number, breathe: Breathe): Promise<number | undefined> {
    const within = new Within(this.ground, breathe);
    const ahead = await within.ahead(some, set, this.moves);
    return ahead && (await within.behind(some, ahead, this.moves));
  }

  /** Whether a fair run can stay in a component. A task that can move in its only state, and not stay, has not been served. */
  isFair(round: number): boolean {
    const within = new Within(this.ground, GO_ON);
    return [...this.tasks.values()].every((task) => this.served(task, round, within) !== EMPTY);
  }

  /** One lap of a fair run from a state of a fair component. */
  lapFrom(start: Vector, round: number): Action[] {
    const { ground, slots, tasks, any } = this;
    const within = new Within(ground, GO_ON);
    return lapFrom({ ground, slots, tasks, moves: any, states: round, within }, start);
  }

  /** Without the states that no step within the set leads to, or from. */
  private async trimmed(set: number, within: Within, breathe: Breathe): Promise<number | undefined> {
    let left = set;
    for (let before = -1; before !== left;) {
      if (!(await breathe())) return undefined;
      before = left;
      left = within.until(left, left, this.any);
      left = within.after(left, left, this.any);
    }
    return left;
  }

  /** The states of `set` in which a task can do nothing, or something without leaving the set. */
  private served({ moves, asks }: Mover, set: number, within: Within): number {
    const { sets, guards } = this.ground;
    return sets.union(sets.minus(set, guards.of(set, asks)), within.until(set, set, moves));
  }
}
