/**
 * What the explicit engine sees go wrong while it searches, one sighting a cause.
 *
 * A predicate that must hold always is asked only after a step that writes a leaf it is known to read. That loses
 * nothing: a state's own path through the predicate is known before the state is left, either because the
 * predicate was asked there or because the path is that of the state before it, unwritten on the way.
 */
import type { StateProperty } from '../model/system.js';
import { isSooner, Sightings } from './causes.js';
import type { Sighting } from './causes.js';
import { ENDING, PredicateFootprint, WRITES } from './footprint.js';
import type { Space } from './space.js';

/** Where a violation was seen: a step at a state, or with `slot` -1 the state itself. */
export interface Place {
  readonly state: number;
  readonly slot: number;
  readonly end: number;
}

interface Judge {
  readonly name: string;
  readonly footprint: PredicateFootprint;
}

export class Watch {
  readonly sightings = new Sightings<Place>();
  private readonly space: Space;
  private readonly always: Judge[];
  private readonly finally: Judge[];
  /** For each leaf, which predicates may read it: bit i stands for those whose number is i modulo 31. */
  private readonly readers: Int32Array;
  /** For each slot, what was seen of a failing step, by its ending and the faults. */
  private readonly failing: Map<number, Sighting<Place>>[];

  constructor(space: Space) {
    this.space = space;
    const judges = (kind: StateProperty['kind']) =>
      space.system.properties
        .filter((property) => property.kind !== 'step')
        .filter((property) => property.kind === kind)
        .map((property): Judge => {
          const footprint = new PredicateFootprint(space.schema, `property ${property.name}`, (state) =>
            property.broken(state),
          );
          // The first answer is "holds", so that it has number 0.
          footprint.answers.push('');
          return { name: property.name, footprint };
        });
    this.always = judges('always');
    this.finally = judges('finally');
    this.readers = new Int32Array(space.schema.leaves.length);
    for (const [i, { footprint }] of this.always.entries()) {
      footprint.onRead = (leaf) => (this.readers[leaf]! |= 1 << (i % 31));
    }
    this.failing = space.slots.map(() => new Map());
  }

  /** The initial state may break a predicate all by itself. */
  initial(): void {
    const { vector } = this.space;
    for (const { name, footprint } of this.always) {
      const answer = footprint.ask(vector);
      if (answer !== 0)
        this.note(name, 'initial', footprint.answers[answer]!, 0, 0, { state: 0, slot: -1, end: -1 });
    }
  }

  /** A step of the loaded state that calls `fail` or `violate`, as the last of `steps` steps. */
  failed(state: number, slot: number, end: number, turns: number, steps: number): void {
    const { space } = this;
    const { cells } = space.slots[slot]!;
    space.enter(cells, end);
    const faults = space.faults.ask(space.vector);
    const key = cells[end + ENDING]! * 2 ** 20 + faults;
    const known = this.failing[slot]!.get(key);
    if (known === undefined || isSooner(turns, steps, known)) {
      const { label, failure } = space.endingOf(slot, end);
      const kept = this.note(failure!.property, label, failure!.object, turns, steps, { state, slot, end });
      this.failing[slot]!.set(key, kept);
    }
    space.leave(cells, end);
  }

  /** A step of the loaded state to another state. Answers whether it breaks a predicate; notes it if `noting`. */
  moved(state: number, slot: number, end: number, turns: number, steps: number, noting = true): boolean {
    const { space, readers, always } = this;
    const { cells } = space.slots[slot]!;
    let touched = 0;
    for (let at = end + WRITES + 1, last = at + 2 * cells[end + WRITES]!; at < last; at += 2)
      touched |= readers[cells[at]!]!;
    if (touched === 0) return false;
    let broke = false;
    for (let i = 0; i < always.length; i++) {
      if ((touched & (1 << (i % 31))) === 0) continue;
      const { name, footprint } = always[i]!;
      space.enter(cells, end);
      const answer = footprint.ask(space.vector);
      space.leave(cells, end);
      if (answer === 0 || footprint.ask(space.vector) !== 0) continue;
      broke = true;
      if (!noting) continue;
      space.enter(cells, end);
      this.note(name, space.endingOf(slot, end).label, footprint.answers[answer]!, turns, steps, {
        state,
        slot,
        end,
      });
      space.leave(cells, end);
    }
    return broke;
  }

  /** The loaded state is one in which no task can move. */
  deadlocked(state: number, turns: number): void {
    const { vector, table } = this.space;
    for (const { name, footprint } of this.finally) {
      const answer = footprint.ask(vector);
      if (answer === 0) continue;
      this.note(name, name, footprint.answers[answer]!, turns, table.stepsOf(state), {
        state,
        slot: -1,
        end: -1,
      });
    }
  }

  /** Notes what is wrong in the state that `vector` holds. */
  private note(
    property: string,
    label: string,
    object: string,
    turns: number,
    steps: number,
    where: Place,
  ): Sighting<Place> {
    return this.sightings.note({
      property,
      cause: { label, object, faults: this.space.struck() },
      turns,
      steps,
      where,
    });
  }
}
