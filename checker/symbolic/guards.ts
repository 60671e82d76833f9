/** The states that a relation lets pass, whatever it would make of them. */
import { Memo } from './memo.js';
import { NONE } from './relations.js';
import type { Relations } from './relations.js';
import { EMPTY } from './sets.js';
import type { Sets } from './sets.js';

const MEMO_BITS = 21;

export class Guards {
  private readonly sets: Sets;
  private readonly relations: Relations;
  private readonly passing = new Memo(MEMO_BITS);
  private readonly answers = new Memo(MEMO_BITS);
  /** By relation, then by set. */
  private readonly counts = new Map<number, Map<number, number>>();

  constructor(sets: Sets, relations: Relations) {
    this.sets = sets;
    this.relations = relations;
  }

  /** Forgets what was asked before. */
  clear(): void {
    this.passing.clear();
    this.answers.clear();
    this.counts.clear();
  }

  /** Whether some row of the relation lets some state of `set` pass. */
  any(set: number, relation: number): boolean {
    if (set === EMPTY || relation === NONE) return false;
    if (relation < NONE) return true;
    const { sets, relations } = this;
    const { arena } = sets;
    const [levelS, levelR] = [arena.levelOf(set), relations.levelOf(relation)];
    const known = this.answers.get(set, relation, 0);
    if (known >= 0) return known === 1;
    let found = false;
    if (levelS > levelR) {
      found = this.anyBelow(0, set, relation);
    } else {
      for (let i = set + 1, end = arena.endOf(set); i < end && !found; i += 2) {
        const kid = arena.cells[i + 1]!;
        found = levelS < levelR ? this.any(kid, relation) : this.anyBelow(arena.cells[i]!, kid, relation);
      }
    }
    return this.answers.set(set, relation, 0, Number(found)) === 1;
  }

  private anyBelow(value: number, kid: number, relation: number): boolean {
    const { cells } = this.relations;
    const place = this.relations.outcomes(relation, value);
    for (let i = place + 1, end = i + cells[place]!; i < end; i += 2)
      if (this.any(kid, cells[i]!)) return true;
    return false;
  }

  /** The states of `set` that some row of the relation lets pass. */
  of(set: number, relation: number): number {
    if (set === EMPTY || relation === NONE) return EMPTY;
    if (relation < NONE) return set;
    const { sets, relations } = this;
    const { arena } = sets;
    const levelS = arena.levelOf(set);
    const levelR = relations.levelOf(relation);
    const known = this.passing.get(set, relation, 0);
    if (known >= 0) return known;
    const level = Math.min(levelS, levelR);
    const base = arena.top;
    const add = (value: number, kid: number) => {
      if (kid !== EMPTY) sets.push(value, kid);
    };
    if (levelS > levelR) {
      add(0, this.below(0, set, relation));
    } else {
      for (let i = set + 1, end = arena.endOf(set); i < end; i += 2) {
        const value = arena.cells[i]!;
        const kid = arena.cells[i + 1]!;
        add(value, levelS < levelR ? this.of(kid, relation) : this.below(value, kid, relation));
      }
    }
    return this.passing.set(set, relation, 0, sets.make(level, base));
  }

  /** How many pairs there are of a state of `set` and a row that lets it pass. */
  pairs(set: number, relation: number): number {
    if (set === EMPTY || relation === NONE) return 0;
    if (relation < NONE) return -relation * this.sets.count(set);
    const counts = this.counts.get(relation) ?? new Map<number, number>();
    this.counts.set(relation, counts);
    const known = counts.get(set);
    if (known !== undefined) return known;
    const { sets, relations } = this;
    const [levelS, levelR] = [sets.arena.levelOf(set), relations.levelOf(relation)];
    let sum = 0;
    if (levelS > levelR) {
      sum = this.pairsBelow(0, set, relation);
    } else {
      const { cells } = sets.arena;
      for (let i = set + 1, end = sets.arena.endOf(set); i < end; i += 2) {
        const kid = cells[i + 1]!;
        sum += levelS < levelR ? this.pairs(kid, relation) : this.pairsBelow(cells[i]!, kid, relation);
      }
    }
    counts.set(set, sum);
    return sum;
  }

  private pairsBelow(value: number, kid: number, relation: number): number {
    const { relations } = this;
    const { cells } = relations;
    const place = relations.outcomes(relation, value);
    let sum = 0;
    for (let i = place + 1, end = i + cells[place]!; i < end; i += 2) sum += this.pairs(kid, cells[i]!);
    return sum;
  }

  private below(value: number, kid: number, relation: number): number {
    const { sets, relations } = this;
    const { cells } = relations;
    const place = relations.outcomes(relation, value);
    let all = EMPTY;
    for (let i = place + 1, end = i + cells[place]!; i < end && all !== kid; i += 2)
      all = sets.union(all, this.of(kid, cells[i]!));
    return all;
  }
}
