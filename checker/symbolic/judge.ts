/** What sets of states say of the properties: who breaks them, by which step, on which object, after which faults. */
import type { StateProperty, System } from '../../model/system.js';
import type { PredicateFootprint } from '../footprint.js';
import { predicatesOf } from '../predicates.js';
import type { Schema } from '../schema.js';
import { Answers } from './answers.js';
import { Closure } from './closure.js';
import { Eventually } from './eventually.js';
import type { Whole } from './eventually.js';
import type { Ground } from './ground.js';
import { Notes } from './notes.js';
import type { Study } from './notes.js';
import { EMPTY } from './sets.js';
import type { SlotWays, Way } from './ways.js';

export class Judge {
  readonly notes: Notes;
  private readonly ground: Ground;
  private readonly study: Study;
  /** The parts of each, in order. */
  private readonly predicates: Map<StateProperty, readonly Answers[]>;
  /** The promises of whole runs. */
  readonly eventual: readonly Eventually[];
  /** Knows no rows, so that it makes one step and no more. */
  private readonly single: Closure;

  constructor(system: System, schema: Schema, ground: Ground, study: Study) {
    this.ground = ground;
    this.study = study;
    this.single = new Closure(ground, () => false);
    this.notes = new Notes(system, schema, ground, study);
    const answers = (footprint: PredicateFootprint) => new Answers(ground, footprint);
    this.predicates = new Map(
      system.properties.flatMap((property) =>
        property.kind === 'always' || property.kind === 'finally'
          ? [[property, predicatesOf(property, system, schema).map(answers)] as const]
          : [],
      ),
    );
    this.eventual = system.properties
      .filter((property) => property.kind === 'eventually')
      .map((property) => new Eventually(ground, schema, property));
  }

  /**
   * What the initial state breaks all by itself, and what steps break within `reached`: each slot takes its ways where it was
   * expanded.
   */
  async steps(slots: readonly SlotWays[], reached: number, initial: number): Promise<void> {
    for (const slot of slots) await this.failures(slot);
    for (const [property, parts] of this.predicates) {
      if (property.kind !== 'always') continue;
      const broken = await this.answered(parts, reached);
      const intact = broken.get('') ?? EMPTY;
      broken.delete('');
      if (broken.size === 0) continue;
      for (const [object, states] of broken)
        await this.notes.take(property.name, 'initial', object, this.ground.sets.common(initial, states));
      for (const slot of slots) await this.breaks(property.name, intact, broken, slot);
    }
  }

  /** What states break in which no task can move. */
  async ends(deadlocks: number): Promise<void> {
    for (const [property, parts] of this.predicates) {
      if (property.kind !== 'finally') continue;
      for (const [object, states] of await this.answered(parts, deadlocks))
        await this.notes.take(property.name, property.name, object, states);
    }
  }

  /** What runs never come to that owe it. */
  async runs(whole: Whole): Promise<void> {
    for (const property of this.eventual) await property.judge(whole, this);
  }

  /** Whether the steps not yet taken within `reached` lead nowhere else, and break nothing. */
  async showsNothing(reached: number, slots: readonly SlotWays[]): Promise<boolean> {
    const { sets } = this.ground;
    for (const slot of slots) {
      const rest = sets.minus(reached, slot.expanded);
      const failing = slot.ways.filter(({ ending: { failure } }) => failure !== undefined);
      if (this.after(rest, failing) !== EMPTY) return false;
      if (sets.minus(this.after(rest, slot.moving), reached) !== EMPTY) return false;
    }
    for (const [property, parts] of this.predicates) {
      if (property.kind !== 'always') continue;
      const intact = (await this.answered(parts, reached)).get('') ?? EMPTY;
      const broken = sets.minus(reached, intact);
      for (const slot of slots) {
        const rest = sets.minus(intact, slot.expanded);
        if (sets.common(this.after(rest, slot.moving), broken) !== EMPTY) return false;
      }
    }
    return true;
  }

  /** The states of `set` by what the first part answers that answers anything; '' where none does. */
  async answered(parts: readonly Answers[], set: number): Promise<Map<string, number>> {
    const { sets } = this.ground;
    const found = new Map<string, number>();
    let intact = set;
    for (const part of parts) {
      await this.study(part.learner, intact);
      const said = part.of(intact);
      intact = said.get('') ?? EMPTY;
      said.delete('');
      for (const [object, states] of said) found.set(object, sets.union(found.get(object) ?? EMPTY, states));
    }
    if (intact !== EMPTY) found.set('', intact);
    return found;
  }

  private async failures(slot: SlotWays): Promise<void> {
    const groups = grouped(slot.ways, ({ ending: { label, failure } }) =>
      failure === undefined ? '' : JSON.stringify([label, failure.property, failure.object]),
    );
    groups.delete('');
    for (const ways of groups.values()) {
      const { label, failure } = ways[0]!.ending;
      const from = this.ground.passing(
        slot.expanded,
        ways.map(({ guard }) => guard),
      );
      await this.notes.take(failure!.property, label, failure!.object, this.after(from, ways), {
        from,
        step: { slot, ways },
      });
    }
  }

  /** The steps of one slot from where a predicate holds to where it is broken, by the objects that break it. */
  private async breaks(
    property: string,
    intact: number,
    broken: ReadonlyMap<string, number>,
    slot: SlotWays,
  ): Promise<void> {
    const { sets } = this.ground;
    const from = sets.common(slot.expanded, intact);
    const moving = slot.moving;
    if (sets.minus(this.after(from, moving), intact) === EMPTY) return;
    for (const [label, ways] of grouped(moving, ({ ending }) => ending.label)) {
      const after = sets.minus(this.after(from, ways), intact);
      if (after === EMPTY) continue;
      for (const [object, states] of broken)
        await this.notes.take(property, label, object, sets.common(after, states), {
          from,
          step: { slot, ways },
        });
    }
  }

  /** What these ways, all of them taken in `set`, lead to. */
  private after(set: number, ways: readonly Way[]): number {
    return this.single.step(set, this.ground.relations.of(ways.map(({ row }) => row)), 0);
  }
}

function grouped(ways: readonly Way[], keyOf: (way: Way) => string): Map<string, Way[]> {
  const groups = new Map<string, Way[]>();
  for (const way of ways) {
    const key = keyOf(way);
    const some = groups.get(key);
    if (some === undefined) groups.set(key, [way]);
    else some.push(way);
  }
  return groups;
}
