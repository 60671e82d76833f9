/** Runs that stay within a set of states: where they lead, and where they come from. */
import { Before } from './before.js';
import { Closure } from './closure.js';
import type { Ground } from './ground.js';
import { EMPTY } from './sets.js';

/** Called between one set and the next; answers whether to go on. */
export type Breathe = () => Promise<boolean>;

/** What it remembers is void after a collection. Where `breathe` ended it the answer is undefined. */
export class Within {
  private readonly ground: Ground;
  private readonly breathe: Breathe;
  private readonly before: Before;
  /** Knows no rows, so that it makes one step and no more. */
  private readonly single: Closure;

  constructor(ground: Ground, breathe: Breathe) {
    this.ground = ground;
    this.breathe = breathe;
    this.before = new Before(ground);
    this.single = new Closure(ground, () => false);
  }

  /** The states of `all` that one step leads to. */
  after(from: number, all: number, relation: number): number {
    return this.ground.sets.common(all, this.single.step(from, relation, 0));
  }

  /** The states of `all` from which one step leads to `to`. */
  until(to: number, all: number, relation: number): number {
    return this.before.of(all, to, relation);
  }

  /** All that any number of steps of some relations lead to, from `from`, without leaving `all`. */
  async ahead(from: number, all: number, relations: readonly number[]): Promise<number | undefined> {
    return await this.spread(from, relations, (set, relation) => this.after(set, all, relation));
  }

  /** All from where any number of such steps lead to `to`. */
  async behind(to: number, all: number, relations: readonly number[]): Promise<number | undefined> {
    return await this.spread(to, relations, (set, relation) => this.until(set, all, relation));
  }

  private async spread(
    from: number,
    relations: readonly number[],
    step: (set: number, relation: number) => number,
  ): Promise<number | undefined> {
    const { sets } = this.ground;
    let all = from;
    for (let seen = -1; seen !== all;) {
      seen = all;
      for (const relation of relations) {
        for (let fresh = all; fresh !== EMPTY;) {
          if (!(await this.breathe())) return undefined;
          fresh = sets.minus(step(fresh, relation), all);
          all = sets.union(all, fresh);
        }
      }
    }
    return all;
  }
}
