/**
 * The turns of the simplest runs to what was found: led back over the sets of states, from all states at which it shows to
 * the initial one. Of a run of fewest turns each turn begins in a state that takes exactly as many turns as are over; among
 * these runs the steps are counted.
 */
import { Before } from './before.js';
import type { Ground } from './ground.js';
import type { Goal, Owed } from './goals.js';
import { EMPTY } from './sets.js';
import { isNowhere, NOWHERE, pairwise } from './spots.js';
import type { Spots } from './spots.js';
import type { SlotWays } from './ways.js';
import type { Breathe } from './within.js';

/** Where some turn of a slot can be, by how many steps are left to the goal. */
interface Leg {
  readonly slot: number;
  readonly steps: Spots[];
}

/** A turn: where it can begin, by the steps that are left, and what each slot can make of it. */
export interface Turn {
  readonly starts: Spots[];
  readonly legs: readonly Leg[];
}

export class Turns {
  private readonly ground: Ground;
  private readonly before: Before;
  private readonly slots: readonly SlotWays[];
  /** The relation of what each slot can do. */
  private readonly moves: readonly number[];
  /** The states within each number of turns. No set is thrown away while runs are looked for. */
  private readonly layers: readonly number[];
  private readonly breathe: Breathe;

  constructor(ground: Ground, slots: readonly SlotWays[], layers: readonly number[], breathe: Breathe) {
    this.ground = ground;
    this.before = new Before(ground);
    this.slots = slots;
    this.moves = slots.map(({ moving }) => ground.relations.of(moving.map(({ row }) => row)));
    this.layers = layers;
    this.breathe = breathe;
  }

  /** The turns of all runs of fewest turns to a goal; undefined if `breathe` ended it. The layers must come as far. */
  async to({ states, from, step, owed }: Goal): Promise<Turn[] | undefined> {
    const { sets } = this.ground;
    if (step === undefined) {
      const layers = owed?.layers ?? this.layers;
      const least = leastTurns(layers, (layer) => sets.common(states, layer) !== EMPTY);
      const found = sets.common(states, layers[least]!);
      const ends = owed === undefined ? { free: found, owing: EMPTY } : { free: EMPTY, owing: found };
      return this.leadBack([ends], least, [], owed);
    }
    const least = leastTurns(this.layers, (layer) => sets.common(from, layer) !== EMPTY);
    // Either it is in this turn that the slot comes to where it takes the step, or it takes a turn more.
    for (const last of [least, least + 1]) {
      if (last === 0) continue;
      const ends = { free: sets.common(from, this.within(last, owed).free), owing: EMPTY };
      const turn = await this.turn([this.slots.indexOf(step.slot)], [NOWHERE, ends], last, owed);
      if (turn === undefined) return undefined;
      if (!turn.starts.every(isNowhere)) return this.leadBack(turn.starts, last - 1, [turn], owed);
    }
    throw new Error('internal error: no run leads to a step that was taken');
  }

  /** The turns before those that are known, the last of which ends in `ends`. */
  private async leadBack(
    ends: readonly Spots[],
    last: number,
    known: readonly Turn[],
    owed: Owed | undefined,
  ): Promise<Turn[] | undefined> {
    if (last === 0) return [...known];
    const turn = await this.turn([...this.slots.keys()], ends, last, owed);
    return turn && this.leadBack(turn.starts, last - 1, [turn, ...known], owed);
  }

  /** Turn `number`, of any of some slots, that ends in `ends`: these are sets by the steps that are left to the goal. */
  private async turn(
    slots: readonly number[],
    ends: readonly Spots[],
    number: number,
    owed: Owed | undefined,
  ): Promise<Turn | undefined> {
    const { sets } = this.ground;
    const [union, minus, common] = [
      (a: number, b: number) => sets.union(a, b),
      (a: number, b: number) => sets.minus(a, b),
      (a: number, b: number) => sets.common(a, b),
    ];
    const [all, earlier] = [this.within(number, owed), this.within(number - 1, owed)];
    const first = number === 1 ? earlier : pairwise(earlier, this.within(number - 2, owed), minus);
    const starts: Spots[] = [];
    const legs: Leg[] = [];
    for (const slot of slots) {
      const steps: Spots[] = [];
      const lead = (set: number, goal: number) => this.before.of(set, goal, this.moves[slot]!);
      let seen = NOWHERE;
      for (let left = 0; left < ends.length || !isNowhere(steps[left - 1]!); left++) {
        if (!(await this.breathe())) return undefined;
        const near = left === 0 ? NOWHERE : pairwise(all, steps[left - 1]!, lead);
        const known = pairwise(near, ends[left] ?? NOWHERE, union);
        // Where it is asked for, who owed nothing begins to owe.
        const free = sets.union(known.free, sets.common(known.owing, owed?.asked ?? EMPTY));
        const here = pairwise({ ...known, free }, seen, minus);
        seen = pairwise(seen, here, union);
        steps.push(here);
        starts[left] = pairwise(starts[left] ?? NOWHERE, pairwise(here, first, common), union);
      }
      legs.push({ slot, steps });
    }
    return { starts, legs };
  }

  /** What can be reached within so many turns. */
  private within(turns: number, owed: Owed | undefined): Spots {
    return {
      free: layerOf(this.layers, turns),
      owing: owed === undefined ? EMPTY : layerOf(owed.layers, turns),
    };
  }
}

function layerOf(layers: readonly number[], turns: number): number {
  return layers[Math.min(turns, layers.length - 1)]!;
}

/** The first of some layers of which something holds, which then holds of all that follow: of the last one, if of any. */
function leastTurns(layers: readonly number[], holds: (layer: number) => boolean): number {
  let [least, most] = [0, layers.length - 1];
  while (least < most) {
    const middle = (least + most) >> 1;
    if (holds(layers[middle]!)) most = middle;
    else least = middle + 1;
  }
  return least;
}
