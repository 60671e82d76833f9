/** Makes sure that nothing of a step or a predicate is left to learn in any state of a set. */
import type { Vector } from '../schema.js';
import type { TrieVisitor } from '../trie.js';
import type { Ground, Holder } from './ground.js';
import { holeRow } from './paths.js';
import { NONE } from './relations.js';
import type { Row } from './relations.js';
import { EMPTY } from './sets.js';

/** What is learned: a step or a predicate. */
export interface Lesson {
  /** Grows with all that is learned. */
  readonly size: number;
  visit(visitor: TrieVisitor): void;
  /** Learns what is missing in a state, and calls back with each leaf that it is asked for there. */
  eachRead(vector: Vector, onRead: (leaf: number) => void): void;
}

export class Learner implements Holder {
  /** States in which nothing is missing: those of the last set that was looked at to its end. */
  covered = EMPTY;
  private readonly ground: Ground;
  private readonly lesson: Lesson;
  private readonly vector: Vector;
  /** The relation of what is not known, for a lesson of this size. */
  private holes = { size: -1, relation: NONE };
  /** Its rows by the nodes of the trie, and how many values are known there. */
  private readonly rows = new Map<number, { readonly count: number; readonly row: Row }>();

  constructor(ground: Ground, lesson: Lesson) {
    this.ground = ground;
    this.lesson = lesson;
    this.vector = new Uint16Array(ground.layout.ranks.length);
    ground.keepFor(this);
  }

  renumber(of: (set: number) => number): void {
    this.covered = of(this.covered);
  }

  /**
   * Learns what is missing in the states of `set`, by running user code on some of them. Answers whether all of it is
   * known now: not if `isDue` said meanwhile that it is time to rest.
   */
  fill(set: number, isDue: () => boolean): boolean {
    if (set === this.covered) return true;
    const { ground, vector, lesson } = this;
    const { sets, guards } = ground;
    const holes = this.missing();
    // Mostly there are none, and to see that takes less than to see which.
    const unseen = sets.minus(set, this.covered);
    let missing = guards.any(unseen, holes) ? guards.of(unseen, holes) : EMPTY;
    while (missing !== EMPTY) {
      ground.pick(missing, vector);
      const reads = new Map<number, number>();
      lesson.eachRead(vector, (leaf) => reads.set(leaf, vector[leaf]!));
      // All states that look the same wherever this one was looked at are known with it.
      missing = sets.minus(missing, ground.passing(missing, [ground.rowOf([...reads].flat())]));
      if (missing !== EMPTY && isDue()) return false;
    }
    this.covered = set;
    return true;
  }

  private missing(): number {
    const { layout, relations } = this.ground;
    const { lesson } = this;
    if (this.holes.size === lesson.size) return this.holes.relation;
    const rows: Row[] = [];
    lesson.visit({
      end: () => {},
      hole: (reads, leaf, known, node) => {
        const had = this.rows.get(node);
        if (had?.count === known.length && node !== 0) return rows.push(had.row);
        const row = holeRow(layout, relations, { reads, leaf, known });
        this.rows.set(node, { count: known.length, row });
        return rows.push(row);
      },
    });
    this.holes = { size: lesson.size, relation: relations.of(rows) };
    return this.holes.relation;
  }
}
