/**
 * One lap of a fair run through a component, as `../lap.ts` puts it together; but the ways are found by sets, since a component
 * may have more states than can be looked at one by one: what leads to the end in one move, in two, in three, ...
 */
import { lapThrough } from '../lap.js';
import type { Leg, Round } from '../lap.js';
import type { Action } from '../result.js';
import type { Vector } from '../schema.js';
import type { Mover } from './cycles.js';
import type { Ground } from './ground.js';
import { EMPTY } from './sets.js';
import type { SlotWays } from './ways.js';
import type { Within } from './within.js';

export interface Component {
  readonly ground: Ground;
  readonly slots: readonly SlotWays[];
  /** By the number of the slot. */
  readonly tasks: ReadonlyMap<number, Mover>;
  /** The relation of all that can be part of a cycle. */
  readonly moves: number;
  readonly states: number;
  readonly within: Within;
}

/** `start` is a state of the component, which must be fair. */
export function lapFrom(component: Component, start: Vector): Action[] {
  return lapThrough(new Laps(component), component.ground.single(start));
}

/** A state is named by the set that has it alone. */
class Laps implements Round<number> {
  readonly tasks: readonly number[];
  private readonly component: Component;

  constructor(component: Component) {
    this.component = component;
    this.tasks = [...component.tasks.keys()];
  }

  canMove(node: number, slot: number): boolean {
    return this.rest(node, slot) === EMPTY;
  }

  wayToServe(start: number, tasks: readonly number[]): Leg<number>[] {
    const { ground, states, moves, within } = this.component;
    const resting = tasks.reduce((all, slot) => ground.sets.union(all, this.rest(states, slot)), EMPTY);
    const served = tasks.map((slot) => within.until(states, states, this.mover(slot).moves));
    const last = [within.until(resting, states, moves), ...served];
    return this.way(
      start,
      last.reduce((all, some) => ground.sets.union(all, some), EMPTY),
      ({ action, next }) => tasks.includes(action.slot) || this.has(resting, next),
    );
  }

  wayTo(start: number, end: number): Leg<number>[] {
    const { states, moves, within } = this.component;
    return this.way(start, within.until(end, states, moves), ({ next }) => next === end);
  }

  /** The fewest moves from `start` whose last one, made in a state of `last`, is as wanted. */
  private way(start: number, last: number, isWanted: (leg: Leg<number>) => boolean): Leg<number>[] {
    const { ground, states, moves, within } = this.component;
    /** Where one move is left, two, three, ... */
    const layers = [last];
    for (let seen = last; !this.has(seen, start);) {
      const next = ground.sets.minus(within.until(layers.at(-1)!, states, moves), seen);
      if (next === EMPTY) throw new Error('internal error: no way leads through a component');
      layers.push(next);
      seen = ground.sets.union(seen, next);
    }
    const legs: Leg<number>[] = [];
    for (let left = layers.length - 1, node = start; left >= 0; left--) {
      const leg = this.legsOf(node).find((one) =>
        left === 0 ? isWanted(one) : this.has(layers[left - 1]!, one.next),
      );
      if (leg === undefined) throw new Error('internal error: a lap goes astray');
      legs.push(leg);
      node = leg.next;
    }
    return legs;
  }

  /** All moves from a state that stay in the component. */
  private legsOf(node: number): Leg<number>[] {
    const { ground, slots, states } = this.component;
    const state: Vector = new Uint16Array(ground.layout.ranks.length);
    ground.pick(node, state);
    return slots
      .flatMap((ways, slot) =>
        ways
          .endsOf(state)
          .filter(({ ending }) => ending.failure?.ends !== true)
          .map(({ ending, after }) => ({
            action: { slot, choices: ending.choices },
            next: ground.single(after),
          })),
      )
      .filter(({ next }) => this.has(states, next));
  }

  /** The states of a set in which a task can do nothing. */
  private rest(set: number, slot: number): number {
    const { sets, guards } = this.component.ground;
    return sets.minus(set, guards.of(set, this.mover(slot).asks));
  }

  private mover(slot: number): Mover {
    return this.component.tasks.get(slot)!;
  }

  private has(set: number, node: number): boolean {
    return this.component.ground.sets.minus(node, set) === EMPTY;
  }
}
