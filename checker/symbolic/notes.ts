/** The causes that were found, and where they show, as sets: of each property, step, object and list of faults. */
import type { Property, System } from '../../model/system.js';
import { telling } from '../causes.js';
import { PredicateFootprint } from '../footprint.js';
import type { Schema } from '../schema.js';
import { Answers } from './answers.js';
import { Before } from './before.js';
import type { Goal, Wanted } from './goals.js';
import type { Ground, Holder } from './ground.js';
import type { Learner } from './learner.js';
import { EMPTY } from './sets.js';

/** Makes sure that nothing is left to learn in a set of states, if nothing bids it end. */
export type Study = (learner: Learner, set: number) => Promise<void>;

/** How a state shows a cause, if not all by itself: by a step from a state of `from`, or if something is owed. */
type How = Partial<Omit<Goal, 'states'>>;

export class Notes implements Holder {
  private readonly found = new Map<string, Wanted & { readonly goals: Goal[] }>();
  private readonly ground: Ground;
  private readonly study: Study;
  private readonly properties: readonly Property[];
  private readonly faults: Answers;
  private readonly faultLists = new Map<string, readonly string[]>();
  private readonly before: Before;

  constructor(system: System, schema: Schema, ground: Ground, study: Study) {
    this.ground = ground;
    this.study = study;
    this.properties = system.properties;
    this.before = new Before(ground);
    const footprint = new PredicateFootprint(schema, 'the list of faults', (state) => {
      const faults = system.faults(state).toSorted();
      const text = JSON.stringify(faults);
      this.faultLists.set(text, faults);
      return text;
    });
    this.faults = new Answers(ground, footprint);
    ground.keepFor(this);
  }

  renumber(of: (set: number) => number): void {
    for (const { goals } of this.found.values())
      for (const goal of goals) [goal.states, goal.from] = [of(goal.states), of(goal.from)];
  }

  /** The causes that say something of their own. */
  causes(): Wanted[] {
    const named = new Set(this.properties.map(({ name }) => name));
    return telling([...this.found.values()].filter(({ property }) => named.has(property)));
  }

  /** The states of a set by the faults that have struck there. */
  async byFaults(set: number): Promise<Map<string, number>> {
    await this.study(this.faults.learner, set);
    return this.faults.of(set);
  }

  /** Takes note of a cause that shows in some states. */
  async take(
    property: string,
    label: string,
    object: string,
    states: number,
    { from = EMPTY, step, owed }: How = {},
  ): Promise<void> {
    if (object === '' || states === EMPTY) return;
    const { before, ground } = this;
    const relation = ground.relations.of(step?.ways.map(({ row }) => row) ?? []);
    for (const [text, some] of await this.byFaults(states)) {
      const key = JSON.stringify([property, label, object, text]);
      const cause = { label, object, faults: this.faultLists.get(text)! };
      const known = this.found.get(key) ?? { property, cause, goals: [] };
      known.goals.push({ states: some, from: before.of(from, some, relation), step, owed });
      this.found.set(key, known);
    }
  }
}
