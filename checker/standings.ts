/**
 * How a state stands: what the predicates that must hold always answer there, and which faults have struck, as one
 * number.
 *
 * A step changes the answers of those predicates only that are known to read a leaf it writes. That loses nothing: a
 * state's own path through a predicate is known when the state is left, either because the predicate was asked there
 * or because the path is that of the state before it, unwritten on the way.
 */
import { ENDING, WRITES } from './footprint.js';
import type { PredicateFootprint } from './footprint.js';
import { Interner } from './interner.js';
import type { Judgement } from './judgement.js';
import type { Space } from './space.js';

export interface Standing {
  /** For each predicate its answer; '' where it holds. */
  readonly answers: readonly string[];
  readonly isBroken: boolean;
  readonly faults: readonly string[];
}

export class Standings {
  readonly known: Standing[] = [];
  private readonly space: Space;
  /** Of the parts of the predicates in their order, and of the list of faults. */
  private readonly judgements: readonly Judgement[];
  /** Where the parts of each predicate begin and end. */
  private readonly ranges: readonly (readonly [number, number])[];
  private readonly tuples: Interner;
  private readonly tuple: Int32Array;
  /** For each leaf, the judgements that may depend on it. */
  private readonly readers: readonly Set<number>[];
  /** For each slot and ending, the judgements that the step may change, where that is known. */
  private touched: (readonly number[])[][];

  /** `always` has the parts of each predicate. */
  constructor(space: Space, always: readonly (readonly PredicateFootprint[])[]) {
    this.space = space;
    this.judgements = [...always.flat(), space.faults].map(
      (footprint) => new space.parts.Judgement(space, footprint),
    );
    let end = 0;
    this.ranges = always.map(({ length }) => [end, (end += length)]);
    this.readers = space.schema.leaves.map(() => new Set());
    this.touched = space.slots.map(() => []);
    for (const [i, judgement] of this.judgements.entries()) {
      judgement.footprint.onRead = (leaf) => {
        if (this.readers[leaf]!.has(i)) return;
        this.readers[leaf]!.add(i);
        this.touched = space.slots.map(() => []);
      };
    }
    this.tuple = new Int32Array(this.judgements.length);
    this.tuples = new Interner(this.judgements.length);
  }

  /** How the state stands that has the key at `at` in `words`. */
  of(words: Int32Array, at: number): number {
    for (const [i, judgement] of this.judgements.entries()) this.tuple[i] = judgement.of(words, at);
    return this.standing();
  }

  /** The same, for a state that the step of `slot` to `end` leads to from one that stands so. */
  after(before: number, slot: number, end: number, words: Int32Array, at: number): number {
    const { judgements, tuple, tuples } = this;
    const touched = this.touchedBy(slot, end);
    let changed = false;
    for (let i = 0; i < touched.length; i++) {
      const judgement = touched[i]!;
      const answer = judgements[judgement]!.of(words, at);
      if (answer === tuples.at(before, judgement)) continue;
      if (!changed) for (let all = 0; all < tuple.length; all++) tuple[all] = tuples.at(before, all);
      tuple[judgement] = answer;
      changed = true;
    }
    return changed ? this.standing() : before;
  }

  private standing(): number {
    const { tuple, tuples, known, judgements, ranges, space } = this;
    const standing = tuples.intern(tuple);
    if (standing === known.length) {
      const all = judgements.map(({ footprint }, i) => footprint.answers[tuple[i]!]!);
      const answers = ranges.map(([from, end]) => firstOf(all.slice(from, end)));
      const isBroken = answers.some((answer) => answer !== '');
      known.push({ answers, isBroken, faults: space.faultsOf(tuple[all.length - 1]!) });
    }
    return standing;
  }

  private touchedBy(slot: number, end: number): readonly number[] {
    const { cells } = this.space.slots[slot]!;
    const known = this.touched[slot]![cells[end + ENDING]!];
    if (known !== undefined) return known;
    const touched = new Set<number>();
    for (let at = end + WRITES + 1, last = at + 2 * cells[end + WRITES]!; at < last; at += 2)
      for (const judgement of this.readers[cells[at]!]!) touched.add(judgement);
    return (this.touched[slot]![cells[end + ENDING]!] = [...touched]);
  }
}

/** The answer of a predicate from those of its parts. */
export function firstOf(answers: readonly string[]): string {
  return answers.find((answer) => answer !== '') ?? '';
}
