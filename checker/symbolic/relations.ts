/**
 * What learned paths read and write, as diagrams in the same order as the sets of states: by the rank of leaves, of which
 * a level is a range.
 *
 * A path becomes a row: for each leaf that it touches, in the order of ranks, what the leaf must be and what it
 * becomes. Rows with a common end share it, and rows with a common beginning share that, so a thousand paths that
 * differ in one leaf cost little more than one.
 */
import { Interner } from '../interner.js';
import { Arena, BOTTOM } from './arena.js';
import type { Layout } from './layout.js';

/** As a guard: whatever the value is. */
export const ANY = -1;
/** As a write: the leaf stays as it is. */
export const SAME = -1;
/** No row at all. A relation below 0 is that many rows that ask for nothing more. */
export const NONE = 0;

/** `[rank, guard, write, rank, guard, write, ...]`, ranks of leaves ascending. */
export type Row = readonly number[];

interface Item {
  readonly row: Row;
  /** Where it goes on. */
  readonly from: number;
}

export class Relations {
  /** A node is `[head, guard, write, rest, guard, write, rest, ...]`, by guard: those below 0, then values ascending. */
  readonly arena = new Arena(3, 1, 13);
  private readonly layout: Layout;
  private readonly exclusions: Uint8Array[] = [];
  private readonly exclusionNumbers = new Map<string, number>();
  /** Pairs of a relation and a content of the component at its level, and where their outcomes are. */
  private readonly asked = new Interner(2);
  private readonly places: number[] = [];
  private readonly pair = new Int32Array(2);

  /** Outcomes: how many cells, then `rest, content` each. Read at `outcomes()`. */
  readonly cells: number[] = [];

  constructor(layout: Layout) {
    this.layout = layout;
  }

  /** The level of the component that the relation looks at first. */
  levelOf(relation: number): number {
    return relation <= NONE ? BOTTOM : this.layout.levels[this.arena.levelOf(relation)]!;
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

  /**
   * What the relation makes of a content of the component at its level, and what is left of it for the levels below, in
   * every way there is: the answer is a place in `cells`, where the number of cells stands, and then for each way the rest
   * and the content.
   */
  outcomes(relation: number, content: number): number {
    const { asked, pair, places, cells } = this;
    pair[0] = relation;
    pair[1] = content;
    const known = asked.intern(pair);
    if (known < places.length) return places[known]!;
    const place = cells.push(0) - 1;
    places.push(place);
    this.find(relation, content, this.levelOf(relation), [], []);
    cells[place] = cells.length - 1 - place;
    return place;
  }

  /**
   * What is left of a relation after the levels above `level`, where all components are at rest (content 0), as far as it
   * only looks there, and in one way.
   */
  atRest(relation: number, level: number): number {
    const { cells } = this;
    while (this.levelOf(relation) < level) {
      const place = this.outcomes(relation, 0);
      if (cells[place] === 0) return NONE;
      if (cells[place]! > 2 || cells[place + 2] !== 0) return relation;
      relation = cells[place + 1]!;
    }
    return relation;
  }

  /** All rows together. */
  of(rows: readonly Row[]): number {
    return this.build(rows.map((row) => ({ row, from: 0 })));
  }

  /** Finds the ways of one relation from here on; `places` are given `values`. */
  private find(
    relation: number,
    content: number,
    level: number,
    places: readonly number[],
    values: readonly number[],
  ): void {
    if (this.levelOf(relation) !== level) {
      const after = this.layout.parts[level]!.after(content, places, values);
      this.cells.push(relation, after);
      return;
    }
    const { arena, layout } = this;
    const place = layout.places[arena.levelOf(relation)]!;
    const value = layout.parts[level]!.at(content, place);
    for (let i = relation + 1, end = arena.endOf(relation); i < end && arena.cells[i]! <= value; i += 3) {
      const [guard, write, rest] = [arena.cells[i]!, arena.cells[i + 1]!, arena.cells[i + 2]!];
      if (!this.passes(guard, value)) continue;
      if (write === SAME) this.find(rest, content, level, places, values);
      else this.find(rest, content, level, [...places, place], [...values, write]);
    }
  }

  private passes(guard: number, value: number): boolean {
    if (guard >= 0) return guard === value;
    return guard === ANY || this.exclusions[-2 - guard]![value] !== 1;
  }

  private build(items: readonly Item[]): number {
    let rank = BOTTOM;
    for (const { row, from } of items) if (from < row.length) rank = Math.min(rank, row[from]!);
    if (rank === BOTTOM) return -items.length;
    const groups = new Map<number, { guard: number; write: number; items: Item[] }>();
    for (const item of items) {
      const { row, from } = item;
      const touches = from < row.length && row[from] === rank;
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
    return arena.intern(rank, base);
  }
}
