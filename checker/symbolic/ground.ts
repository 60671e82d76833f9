/** What all sets of a search have in common: the order of levels, and the diagrams that sets and relations are made of. */
import type { Vector } from '../schema.js';
import { Guards } from './guards.js';
import { Memo } from './memo.js';
import type { Layout } from './layout.js';
import { rowOf } from './paths.js';
import type { Leaves } from './paths.js';
import { Relations } from './relations.js';
import type { Row } from './relations.js';
import { Sets } from './sets.js';

const MEMO_BITS = 22;

export class Ground {
  readonly sets = new Sets();
  readonly relations: Relations;
  readonly guards: Guards;
  readonly layout: Layout;
  /** For closures: what a set closed comes to, and what a step makes of one. */
  readonly closed = new Memo(MEMO_BITS);
  readonly steps = new Memo(MEMO_BITS);
  private stamps = 0;
  private readonly contents: Int32Array;

  constructor(layout: Layout) {
    this.layout = layout;
    this.relations = new Relations(layout);
    this.guards = new Guards(this.sets, this.relations);
    this.contents = new Int32Array(layout.parts.length);
  }

  /** A number that was not answered before. */
  nextStamp(): number {
    return ++this.stamps;
  }

  /** The set of one state, given by its leaves. */
  single(vector: Vector): number {
    return this.sets.single(this.layout.contentsOf(vector));
  }

  /** Makes `vector` the leaves of a state of `set`, which has one. */
  pick(set: number, vector: Vector): void {
    this.sets.first(set, this.contents);
    this.layout.load(this.contents, vector);
  }

  /** The states of `set` that one of the rows lets pass. */
  passing(set: number, rows: readonly Row[]): number {
    return this.guards.of(set, this.relations.of(rows));
  }

  /** A row for what `reads` ask and `writes` change. */
  rowOf(reads: Leaves, writes: Leaves = []): Row {
    return rowOf(this.layout, reads, writes);
  }

  /** Forgets all sets but `kept`, and answers the numbers that these have from now on. */
  collect(kept: readonly number[]): number[] {
    this.guards.clear();
    this.closed.clear();
    this.steps.clear();
    return this.sets.collect(kept);
  }
}
