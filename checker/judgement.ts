/** What a predicate answers for a key. */
import type { Descent } from './descent.js';
import { ANSWER } from './footprint.js';
import type { PredicateFootprint } from './footprint.js';
import type { Space } from './space.js';

export class Judgement {
  readonly footprint: PredicateFootprint;
  private readonly descent: Descent;

  constructor(space: Space, footprint: PredicateFootprint) {
    this.footprint = footprint;
    this.descent = new space.parts.Descent(space, footprint, ([end]) => footprint.cells[end! + ANSWER]!);
  }

  /** The answer, as a number of the footprint, for the state that has the key at `at` in `words`. */
  of(words: Int32Array, at: number): number {
    return this.descent.of(words, at);
  }

  /** The answer itself. */
  textOf(words: Int32Array, at: number): string {
    return this.footprint.answers[this.of(words, at)]!;
  }
}
