/** What a predicate answers, for all states of a set at once. */
import type { PredicateFootprint } from '../footprint.js';
import type { Ground } from './ground.js';
import { Learner } from './learner.js';
import type { Row } from './relations.js';
import { EMPTY } from './sets.js';

export class Answers {
  readonly learner: Learner;
  private readonly ground: Ground;
  private readonly footprint: PredicateFootprint;

  constructor(ground: Ground, footprint: PredicateFootprint) {
    this.ground = ground;
    this.footprint = footprint;
    this.learner = new Learner(ground, footprint);
  }

  /** The states of `set` by what is answered there. States for which the answer is not known are in none. */
  of(set: number): Map<string, number> {
    const { ground, footprint } = this;
    const rows: Row[][] = footprint.answers.map(() => []);
    footprint.visit({
      end: (reads, _cell, answer) => rows[answer]!.push(ground.rowOf(reads)),
      hole: () => {},
    });
    const sets = rows.map((some, i) => [footprint.answers[i]!, ground.passing(set, some)] as const);
    return new Map(sets.filter(([, states]) => states !== EMPTY));
  }
}
