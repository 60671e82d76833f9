/**
 * What the explicit engine sees go wrong while it searches, one sighting a cause.
 *
 * The same cause is seen from very many states. What was seen of it is kept by the ending of the step and by how the
 * states before and after it stand, so that all but the first look is one at a table.
 */
import type { StateProperty } from '../model/system.js';
import { isSooner, Sightings } from './causes.js';
import { ENDING, WRITES } from './footprint.js';
import type { Judgement } from './judgement.js';
import { predicatesOf } from './predicates.js';
import type { Space } from './space.js';
import { firstOf } from './standings.js';
import type { Standings } from './standings.js';

/** Where a violation was seen: a step at a state, or with `slot` -1 the state itself. */
export interface Place {
  readonly state: number;
  readonly slot: number;
  readonly end: number;
}

interface Seen {
  turns: number;
  steps: number;
}

export class Watch {
  readonly sightings = new Sightings<Place>();
  readonly standings: Standings;
  private readonly space: Space;
  private readonly always: readonly string[];
  private readonly finally: readonly { name: string; judgements: readonly Judgement[] }[];
  /** For each slot, by ending and standing: the simplest that was seen of a failing step. */
  private readonly failing: Map<number, Seen>[];
  /** For each slot, by standing before and after and then by ending: the simplest that was seen of a move. */
  private readonly breaking: Map<number, Map<number, Seen>>[];

  constructor(space: Space) {
    this.space = space;
    const predicates = (kind: StateProperty['kind']) =>
      space.system.properties
        .filter((property): property is StateProperty => property.kind === kind)
        .map((property) => ({
          name: property.name,
          footprints: predicatesOf(property, space.system, space.schema),
        }));
    const always = predicates('always');
    this.always = always.map(({ name }) => name);
    this.standings = new space.parts.Standings(
      space,
      always.map(({ footprints }) => footprints),
    );
    this.finally = predicates('finally').map(({ name, footprints }) => ({
      name,
      judgements: footprints.map((footprint) => new space.parts.Judgement(space, footprint)),
    }));
    this.failing = space.slots.map(() => new Map());
    this.breaking = space.slots.map(() => new Map());
  }

  /** The initial state may break a predicate all by itself. */
  initial(standing: number): void {
    const { answers, faults } = this.standings.known[standing]!;
    for (const [i, name] of this.always.entries())
      this.note(name, 'initial', answers[i]!, faults, 0, 0, { state: 0, slot: -1, end: -1 });
  }

  /** A step that calls `fail` or `violate`, as the last of `steps` steps; `standing` is that of the state before it. */
  failed(state: number, standing: number, slot: number, end: number, turns: number, steps: number): void {
    const { space } = this;
    const { cells } = space.slots[slot]!;
    const key = cells[end + ENDING]! * 2 ** 26 + standing;
    const seen = this.failing[slot]!.get(key);
    const strikes = this.strikes(cells, end);
    if (seen !== undefined && !strikes && !isSooner(turns, steps, seen)) return;
    this.failing[slot]!.set(key, { turns, steps });
    let { faults } = this.standings.known[standing]!;
    if (strikes) {
      space.load(state);
      space.enter(cells, end);
      faults = space.faultsOf(space.faults.ask(space.vector));
      space.leave(cells, end);
    }
    const { label, failure } = space.endingOf(slot, end);
    this.note(failure!.property, label, failure!.object, faults, turns, steps, { state, slot, end });
  }

  /** Whether a step between states that stand so breaks a predicate. */
  breaks(before: number, after: number): boolean {
    const { known } = this.standings;
    if (before === after || !known[after]!.isBroken) return false;
    return this.always.some((_, i) => known[before]!.answers[i] === '' && known[after]!.answers[i] !== '');
  }

  /** A step to another state, which stands otherwise. */
  moved(
    state: number,
    before: number,
    after: number,
    slot: number,
    end: number,
    turns: number,
    steps: number,
  ): void {
    const { known } = this.standings;
    if (!known[after]!.isBroken) return;
    const pair = before * 2 ** 26 + after;
    const byEnding = this.breaking[slot]!.get(pair) ?? new Map<number, Seen>();
    this.breaking[slot]!.set(pair, byEnding);
    const seen = byEnding.get(end);
    if (seen !== undefined && !isSooner(turns, steps, seen)) return;
    byEnding.set(end, { turns, steps });
    const { answers, faults } = known[after]!;
    for (const [i, name] of this.always.entries()) {
      if (known[before]!.answers[i] !== '') continue;
      const { label } = this.space.endingOf(slot, end);
      this.note(name, label, answers[i]!, faults, turns, steps, { state, slot, end });
    }
  }

  /** A state in which no task can move, and its key. */
  deadlocked(state: number, key: Int32Array, turns: number): void {
    const { table } = this.space;
    const { faults } = this.standings.known[table.standingOf(state)]!;
    for (const { name, judgements } of this.finally) {
      const object = firstOf(judgements.map((judgement) => judgement.textOf(key, 0)));
      this.note(name, name, object, faults, turns, table.stepsOf(state), { state, slot: -1, end: -1 });
    }
  }

  /** Whether a step writes a leaf that the list of faults is known to depend on. */
  private strikes(cells: Int32Array, end: number): boolean {
    const { reads } = this.space.faults;
    for (let at = end + WRITES + 1, last = at + 2 * cells[end + WRITES]!; at < last; at += 2)
      if (reads[cells[at]!] !== 0) return true;
    return false;
  }

  private note(
    property: string,
    label: string,
    object: string,
    faults: readonly string[],
    turns: number,
    steps: number,
    where: Place,
  ): void {
    if (object === '') return;
    this.sightings.note({ property, cause: { label, object, faults }, turns, steps, where });
  }
}
