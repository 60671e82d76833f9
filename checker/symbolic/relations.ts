/**
 * What learned paths read and write, as diagrams in the same order of levels as the sets of states.
 *
 * A path becomes a row: for each leaf that it touches, in the order of levels, what the leaf must be and what it
 * becomes. Rows with a common end share it, and rows with a common beginning share that, so a thousand paths that
 * differ in one leaf cost little more than one.
 */
import { Arena, BOTTOM } from './arena.js';

/** As a guard: whatever the value is. */
export const ANY = -1;
/** As a write: the leaf stays as it is. */
export const SAME = -1;
/** No row at all. A relation below 0 is that many rows that ask for nothing more. */
export const NONE = 0;

/** `[level, guard, write, level, guard, write, ...]`, levels ascending. */
export type Row = readonly number[];

interface Item {
  readonly row: Row;
  /** Where it goes on. */
  readonly from: number;
}

export class Relations {
  /** A node is `[head, guard, write, rest, guard, write, rest, ...]`, by guard: those below 0, then values ascending. */
  readonly arena = new Arena(3, 1);
  private readonly exclusions: Uint8Array[] = [];
  private readonly exclusionNumbers = new Map<string, number>();

  levelOf(relation: number): number {
    return relation <= NONE ? BOTTOM : this.arena.levelOf(relation);
  }

  /** The guard that lets pass all but these values. */
  except(values: readonly number[]): number {
    if (values.length === 0) return ANY;
    const key = values.join();
    const known = this.exclusionNumbers.get(key);
    if (known !== undefined) return -2 - known;
    const excluded = new Uint8Array(Math.max(...values) + 1);
    for (const value of values) excluded[value] = 1;
    this.exclusionNumbers.set(key, this.exclusions.length);
    return -2 - (this.exclusions.push(excluded) - 1);
  }

  passes(guard: number, value: number): boolean {
    if (guard >= 0) return guard === value;
    return guard === ANY || this.exclusions[-2 - guard]![value] !== 1;
  }

  /**
   * What is left of a relation after the levels above `level`, where all leaves are at rest (value 0), as far as it
   * only looks there, and in one way.
   */
  atRest(relation: number, level: number): number {
    const { arena } = this;
    while (relation > NONE && arena.levelOf(relation) < level) {
      const { cells } = arena;
      let rest = NONE;
      for (let i = relation + 1, end = arena.endOf(relation); i < end && cells[i]! <= 0; i += 3) {
        if (!this.passes(cells[i]!, 0)) continue;
        if (rest !== NONE || cells[i + 1]! > 0) return relation;
        rest = cells[i + 2]!;
      }
      relation = rest;
    }
    return relation;
  }

  /** All rows together. */
  of(rows: readonly Row[]): number {
    return this.build(rows.map((row) => ({ row, from: 0 })));
  }

  private build(items: readonly Item[]): number {
    let level = BOTTOM;
    for (const { row, from } of items) if (from < row.length) level = Math.min(level, row[from]!);
    if (level === BOTTOM) return -items.length;
    const groups = new Map<number, { guard: number; write: number; items: Item[] }>();
    for (const item of items) {
      const { row, from } = item;
      const touches = from < row.length && row[from] === level;
      const guard = touches ? row[from + 1]! : ANY;
      const write = touches ? row[from + 2]! : SAME;
      const key = guard * 2 ** 16 + write;
      const group = groups.get(key) ?? { guard, write, items: [] };
      groups.set(key, group);
      group.items.push(touches ? { row, from: from + 3 } : item);
    }
    const { arena } = this;
    const base = arena.top;
    for (const { guard, write, items: some } of [...groups.values()].toSorted(
      (a, b) => a.guard - b.guard || a.write - b.write,
    )) {
      const rest = this.build(some);
      arena.reserve(3);
      arena.scratch[arena.top++] = guard;
      arena.scratch[arena.top++] = write;
      arena.scratch[arena.top++] = rest;
    }
    return arena.intern(level, base);
  }
}
