/**
 * Everything that steps lead to from a set of states, and from there, until nothing is new: by saturation (Ciardo,
 * Lüttgen, Siminiceanu, TACAS 2001). What happens in the lower levels alone is done to the end there, once for each
 * node, before the levels above look at it.
 */
import { BOTTOM } from './arena.js';
import type { Ground } from './ground.js';
import type { Memo } from './memo.js';
import { NONE, SAME } from './relations.js';
import type { Relations, Row } from './relations.js';
import { EMPTY } from './sets.js';
import type { Sets } from './sets.js';

const TICKS = 1024;

export class Closure {
  /** Whether the last answer is a part of the closure only, since it was time to rest. */
  interrupted = false;
  private readonly ground: Ground;
  private readonly sets: Sets;
  private readonly relations: Relations;
  private readonly closed: Memo;
  private readonly steps: Memo;
  private readonly isDue: () => boolean;
  /** The rows that begin at each level, and the relation that they make. */
  private readonly rows: Row[][];
  private readonly roots: Int32Array;
  /** From each level on, the first that has such rows. */
  private readonly nexts: Int32Array;
  /** A number of its own for each level and the rows that begin there or below, for the memos. */
  private readonly stamps: Int32Array;
  private ticks = 0;

  /** `isDue` is asked now and then whether it is time to rest. */
  constructor(ground: Ground, isDue: () => boolean) {
    const levels = ground.layout.parts.length;
    this.ground = ground;
    this.sets = ground.sets;
    this.relations = ground.relations;
    this.closed = ground.closed;
    this.steps = ground.steps;
    this.isDue = isDue;
    this.rows = Array.from({ length: levels }, () => []);
    this.roots = new Int32Array(levels).fill(NONE);
    this.nexts = new Int32Array(levels + 1).fill(BOTTOM);
    this.stamps = Int32Array.from({ length: levels + 1 }, () => ground.nextStamp());
  }

  /** From now on these rows are taken as well. */
  extend(rows: readonly Row[]): void {
    const { roots, nexts, stamps } = this;
    const grown = new Set<number>();
    for (const row of rows.filter(changes)) {
      const level = this.ground.layout.levels[row[0]!]!;
      this.rows[level]!.push(row);
      grown.add(level);
    }
    const deepest = Math.max(-1, ...grown);
    for (let level = 0; level <= deepest; level++) stamps[level] = this.ground.nextStamp();
    for (let level = roots.length - 1; level >= 0; level--) {
      if (grown.has(level)) roots[level] = this.relations.of(this.rows[level]!);
      nexts[level] = roots[level] === NONE ? nexts[level + 1]! : level;
    }
  }

  /**
   * All states that any number of steps lead to; or if it was time to rest, some of them, from which to go on.
   */
  of(set: number): number {
    this.interrupted = false;
    return this.close(set, 0);
  }

  private next(level: number): number {
    return level < this.nexts.length ? this.nexts[level]! : BOTTOM;
  }

  /** Closes a node under the rows that begin at `from` or below. */
  private close(node: number, from: number): number {
    if (node === EMPTY) return EMPTY;
    const { sets, closed, stamps } = this;
    const { arena } = sets;
    const next = this.next(from);
    if (next === BOTTOM || this.interrupted) return node;
    const level = Math.min(next, arena.levelOf(node));
    const known = closed.get(node, stamps[level]!, 0);
    if (known >= 0) return known;
    this.tick();
    const base = arena.top;
    if (arena.levelOf(node) === level) {
      for (let i = node + 1, end = arena.endOf(node); i < end; i += 2) {
        const value = arena.cells[i]!;
        sets.push(value, this.close(arena.cells[i + 1]!, level + 1));
      }
    } else {
      sets.push(0, this.close(node, level + 1));
    }
    const root = this.roots[level]!;
    if (root !== NONE) this.saturate(root, level, base);
    const result = sets.make(level, base);
    if (this.interrupted) return result;
    closed.set(node, stamps[level]!, 0, result);
    return closed.set(result, stamps[level]!, 0, result);
  }

  /** Fires the rows of `root` on the entries from `base` on until they lead to nothing new. */
  private saturate(root: number, level: number, base: number): void {
    const { sets, relations } = this;
    const { arena } = sets;
    const { cells } = relations;
    const waiting = new Set<number>();
    for (let at = base; at < arena.top; at += 2) waiting.add(arena.scratch[at]!);
    // A value that is added again comes again, after the others.
    for (const value of waiting) {
      waiting.delete(value);
      const place = relations.outcomes(root, value);
      for (let i = place + 1, end = i + cells[place]!; i < end; i += 2) {
        const kid = arena.scratch[placeOf(arena.scratch, base, arena.top, value) + 1]!;
        const more = this.step(kid, cells[i]!, level + 1);
        if (more === EMPTY) continue;
        const to = cells[i + 1]!;
        if (this.add(base, to, more)) waiting.add(to);
      }
    }
  }

  /** What one step of `relation` makes of the states of a closed node, closed again under the rows from `from` on. */
  step(node: number, relation: number, from: number): number {
    if (node === EMPTY) return node;
    const { sets, relations, steps, stamps } = this;
    const { arena } = sets;
    const levelN = arena.levelOf(node);
    relation = relations.atRest(relation, levelN);
    if (relation < NONE) return node;
    if (relation === NONE) return EMPTY;
    const levelR = relations.levelOf(relation);
    const level = Math.min(levelN, levelR);
    const lead = Math.min(this.next(from), level);
    const known = steps.get(node, relation, stamps[lead]!);
    if (known >= 0) return known;
    if (this.interrupted) return EMPTY;
    this.tick();
    const base = arena.top;
    if (levelN < levelR) {
      for (let i = node + 1, end = arena.endOf(node); i < end; i += 2) {
        const value = arena.cells[i]!;
        const kid = this.step(arena.cells[i + 1]!, relation, level + 1);
        if (kid !== EMPTY) sets.push(value, kid);
      }
    } else if (levelN > levelR) {
      this.stepFrom(0, node, relation, level, base);
    } else {
      for (let i = node + 1, end = arena.endOf(node); i < end; i += 2)
        this.stepFrom(arena.cells[i]!, arena.cells[i + 1]!, relation, level, base);
    }
    const result = this.close(sets.make(level, base), lead);
    return this.interrupted ? result : steps.set(node, relation, stamps[lead]!, result);
  }

  private stepFrom(value: number, kid: number, relation: number, level: number, base: number): void {
    const { relations } = this;
    const { cells } = relations;
    const place = relations.outcomes(relation, value);
    for (let i = place + 1, end = i + cells[place]!; i < end; i += 2) {
      const more = this.step(kid, cells[i]!, level + 1);
      if (more !== EMPTY) this.add(base, cells[i + 1]!, more);
    }
  }

  private tick(): void {
    if (++this.ticks % TICKS === 0 && this.isDue()) this.interrupted = true;
  }

  /** Adds to the entry of `value`, of those from `base` on, which are sorted; answers whether it grew. */
  private add(base: number, value: number, more: number): boolean {
    const { sets } = this;
    const { arena } = sets;
    const at = placeOf(arena.scratch, base, arena.top, value);
    if (at < arena.top && arena.scratch[at] === value) {
      const before = arena.scratch[at + 1]!;
      const after = sets.union(before, more);
      arena.scratch[at + 1] = after;
      return after !== before;
    }
    arena.reserve(2);
    arena.scratch.copyWithin(at + 2, at, arena.top);
    arena.scratch[at] = value;
    arena.scratch[at + 1] = more;
    arena.top += 2;
    return true;
  }
}

/** Where the entry of `value` is, or would be. */
function placeOf(scratch: Int32Array, base: number, top: number, value: number): number {
  let [from, to] = [0, (top - base) >> 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (scratch[base + 2 * middle]! < value) from = middle + 1;
    else to = middle;
  }
  return base + 2 * from;
}

/** Whether a row changes anything. */
function changes(row: Row): boolean {
  for (let i = 0; i < row.length; i += 3) if (row[i + 2] !== SAME && row[i + 2] !== row[i + 1]) return true;
  return false;
}
