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

/** Who has sets that must outlive a collection. */
export interface Holder {
  /** Called with a function that answers the number that a set is to have, for each of them in the same order. */
  renumber(of: (set: number) => number): void;
}

export class Ground {
  readonly sets = new Sets();
  readonly relations: Relations;
  readonly guards: Guards;
  readonly layout: Layout;
  /** For closures: what a set closed comes to, and what a step makes of one. */
  readonly closed = new Memo(MEMO_BITS);
  readonly steps = new Memo(MEMO_BITS);
  private readonly holders: Holder[] = [];
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

  /** From now on the sets of this one outlive a collection. */
  keepFor(holder: Holder): void {
    this.holders.push(holder);
  }

  /** Forgets all sets but those that somebody holds, who is told the numbers that they have from now on. */
  collect(): void {
    const { holders } = this;
    const kept: number[] = [];
    for (const holder of holders) holder.renumber((set) => kept[kept.push(set) - 1]!);
    this.guards.clear();
    this.closed.clear();
    this.steps.clear();
    const moved = this.sets.collect(kept).values();
    for (const holder of holders) holder.renumber(() => moved.next().value!);
  }
}
