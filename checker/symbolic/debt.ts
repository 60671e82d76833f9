/**
 * Where what a property of kind `eventually` waits for is owed, as sets: after a state in which it was asked for, as long
 * as it has not come.
 */
import type { Ground, Holder } from './ground.js';
import { EMPTY } from './sets.js';
import type { SlotWays } from './ways.js';
import { Within } from './within.js';
import type { Breathe } from './within.js';

export class Debt implements Holder {
  /** The states in which it has not come, and those of them in which it is asked for. */
  pending = EMPTY;
  asked = EMPTY;
  /** Where it is owed within 0, 1, 2, ... turns, as far as that is known. */
  layers: number[] = [];
  private readonly ground: Ground;
  private slots: readonly SlotWays[] = [];
  /** What each slot does. */
  private moves: readonly number[] = [];

  constructor(ground: Ground) {
    this.ground = ground;
    ground.keepFor(this);
  }

  renumber(of: (set: number) => number): void {
    this.pending = of(this.pending);
    this.asked = of(this.asked);
    this.layers = this.layers.map(of);
  }

  /** From now on it is known where it is owed by whom. Nothing is left to learn of the slots there. */
  begin(slots: readonly SlotWays[], pending: number, asked: number): void {
    this.slots = slots;
    this.moves = slots.map(({ moving }) => this.ground.relations.of(moving.map(({ row }) => row)));
    this.pending = pending;
    this.asked = asked;
  }

  /** All states in which it is owed on some run; undefined if `breathe` ended it. */
  async everywhere(breathe: Breathe): Promise<number | undefined> {
    return await new Within(this.ground, breathe).ahead(this.asked, this.pending, this.moves);
  }

  /**
   * Makes as many layers as there are of the search, `free`, and if those are all there are, more until nothing is new, but
   * never more than `depth` turns take. Fewer if `breathe` ended it.
   */
  async extend(free: readonly number[], areAll: boolean, depth: number, breathe: Breathe): Promise<void> {
    const { layers, ground } = this;
    if (layers.length === 0) layers.push(ground.sets.common(this.asked, free[0]!));
    const most = areAll ? depth + 1 : free.length;
    while (layers.length < most && !(layers.length > free.length && layers.at(-1) === layers.at(-2))) {
      const next = await this.turn(free[Math.min(layers.length, free.length) - 1]!, layers.at(-1)!, breathe);
      if (next === undefined) return;
      layers.push(next);
    }
  }

  /**
   * Where it is owed after one turn more than it takes to `free`, and to `owing`, where it is owed. Who owes nothing may
   * be asked in the middle of the turn.
   */
  private async turn(free: number, owing: number, breathe: Breathe): Promise<number | undefined> {
    const { sets } = this.ground;
    const within = new Within(this.ground, breathe);
    let next = owing;
    for (const [i, { closure }] of this.slots.entries()) {
      let turn = free;
      do {
        if (!(await breathe())) return undefined;
        turn = closure.of(turn);
      } while (closure.interrupted);
      const from = sets.union(owing, sets.common(turn, this.asked));
      const all = await within.ahead(from, this.pending, [this.moves[i]!]);
      if (all === undefined) return undefined;
      next = sets.union(next, all);
    }
    return next;
  }
}
