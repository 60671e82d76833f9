/**
 * Judges a property of kind `eventually` on all states that a search has found, as `../eventually.ts` does, but by sets: among
 * the states in which it is owed there must be none in which no task can move, and no cycle in which a fair run can stay.
 */
import type { EventualProperty } from '../../model/system.js';
import { PredicateFootprint } from '../footprint.js';
import { CYCLE } from '../lap.js';
import type { Action } from '../result.js';
import type { Schema, Vector } from '../schema.js';
import { Answers } from './answers.js';
import type { Cycles } from './cycles.js';
import { Debt } from './debt.js';
import type { Ground, Holder } from './ground.js';
import type { Owed } from './goals.js';
import type { Notes } from './notes.js';
import { EMPTY } from './sets.js';
import type { SlotWays } from './ways.js';
import type { Breathe } from './within.js';

/** What it takes to look for cycles, and for runs. */
interface Means {
  readonly cycles: Cycles;
  /** The most turns of a run. */
  readonly depth: number;
  readonly breathe: Breathe;
}

/** What a search has found; nothing is left to learn of what the slots do there. */
export interface Whole extends Means {
  readonly slots: readonly SlotWays[];
  readonly reached: number;
  /** The states of `reached` in which no task can move. */
  readonly deadlocks: number;
  /** The states within 0, 1, 2, ... turns. */
  readonly layers: readonly number[];
}

/** Who judges all properties. */
export interface Court {
  readonly notes: Notes;
  /** The states of a set by what the first of some predicates answers that answers anything. */
  answered(parts: readonly Answers[], set: number): Promise<Map<string, number>>;
}

/** A cause that may show in some states, if a fair run can stay there. */
interface Suspect {
  readonly object: string;
  readonly states: number;
}

export class Eventually implements Owed, Holder {
  readonly name: string;
  private readonly ground: Ground;
  private readonly broken: Answers;
  private readonly when: Answers | undefined;
  private means!: Means;
  private readonly debt: Debt;
  /** The states in which it is owed and a fair run may stay, as far as that is known. */
  private lasting = EMPTY;

  constructor(ground: Ground, schema: Schema, property: EventualProperty) {
    const { name } = property;
    const answers = (part: string, predicate: ConstructorParameters<typeof PredicateFootprint>[2]) =>
      new Answers(ground, new PredicateFootprint(schema, `property ${name}${part}`, predicate));
    this.name = name;
    this.ground = ground;
    this.debt = new Debt(ground);
    this.broken = answers('', (state) => property.broken(state));
    this.when = property.when && answers(', when', (state) => (property.when?.(state) ? 'asked' : ''));
    ground.keepFor(this);
  }

  renumber(of: (set: number) => number): void {
    this.lasting = of(this.lasting);
  }

  get asked(): number {
    return this.debt.asked;
  }

  get layers(): readonly number[] {
    return this.debt.layers;
  }

  /** Takes note of all causes; of fewer if `breathe` ended it. */
  async judge(whole: Whole, court: Court): Promise<void> {
    const { sets } = this.ground;
    const { slots, cycles, reached, deadlocks, layers, depth, breathe } = whole;
    this.means = { cycles, depth, breathe };
    const objects = await court.answered([this.broken], reached);
    const pending = sets.minus(reached, objects.get('') ?? EMPTY);
    objects.delete('');
    this.debt.begin(slots, pending, await this.askedIn(pending, layers[0]!, court));
    const owing = await this.debt.everywhere(breathe);
    if (owing === undefined) return;
    if (depth < Infinity) await this.extend(layers, true);
    const shown = depth < Infinity ? this.layers.at(-1)! : owing;
    for (const [object, states] of objects) {
      const ends = sets.common(sets.common(shown, deadlocks), states);
      await court.notes.take(this.name, this.name, object, ends, { owed: this });
    }
    const lasting = await cycles.around(owing, owing, breathe);
    if (lasting === undefined) return;
    this.lasting = lasting;
    await this.judgeCycles(sets.minus(sets.common(lasting, shown), deadlocks), objects, court);
  }

  /** Makes as many layers as the search has, or if these are all, as there are at all. */
  async extend(free: readonly number[], areAll: boolean): Promise<void> {
    const { depth, breathe } = this.means;
    await this.debt.extend(free, areAll, depth, breathe);
  }

  /** One lap of a fair run from a state at which it may stay for ever. If none does, all states that it could have gone through. */
  async lapFrom(start: Vector): Promise<Action[] | number | undefined> {
    const { ground } = this;
    const { cycles, breathe } = this.means;
    const round = await cycles.roundOf(ground.single(start), this.lasting, breathe);
    if (round === undefined) return undefined;
    if (!cycles.isFair(round)) {
      this.lasting = ground.sets.minus(this.lasting, round);
      return round;
    }
    return cycles.lapFrom(start, round);
  }

  private async askedIn(pending: number, initial: number, court: Court): Promise<number> {
    if (this.when === undefined) return this.ground.sets.common(pending, initial);
    return (await court.answered([this.when], pending)).get('asked') ?? EMPTY;
  }

  /** Looks at one component after the other, as long as one may show a cause that none has shown. */
  private async judgeCycles(
    states: number,
    objects: ReadonlyMap<string, number>,
    court: Court,
  ): Promise<void> {
    const { ground } = this;
    const { sets } = ground;
    const { cycles, breathe } = this.means;
    let open = await this.suspectsIn(states, objects, court);
    let left: number | undefined = this.lasting;
    while (open.length > 0) {
      const wanted = open.reduce((all, one) => sets.union(all, one.states), EMPTY);
      left = await cycles.around(left, wanted, breathe);
      if (left === undefined || left === EMPTY) return;
      const one: Vector = new Uint16Array(ground.layout.ranks.length);
      ground.pick(sets.common(left, wanted), one);
      const round = await cycles.roundOf(ground.single(one), left, breathe);
      if (round === undefined) return;
      if (cycles.isFair(round)) {
        const shown = open.filter((suspect) => sets.common(suspect.states, round) !== EMPTY);
        for (const suspect of shown)
          await court.notes.take(this.name, CYCLE, suspect.object, suspect.states, { owed: this });
        open = open.filter((suspect) => !shown.includes(suspect));
      }
      left = sets.minus(left, round);
    }
  }

  private async suspectsIn(
    states: number,
    objects: ReadonlyMap<string, number>,
    court: Court,
  ): Promise<Suspect[]> {
    const { sets } = this.ground;
    const suspects: Suspect[] = [];
    for (const some of (await court.notes.byFaults(states)).values()) {
      for (const [object, broken] of objects) {
        const here = sets.common(some, broken);
        if (here !== EMPTY) suspects.push({ object, states: here });
      }
    }
    return suspects;
  }
}
