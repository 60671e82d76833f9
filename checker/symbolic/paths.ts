/** What was learned of the slots, path by path, in the terms of leaves. */
import { BLOCKED, ENDING, KIND, WRITES } from '../footprint.js';
import type { PredicateFootprint, StepFootprint } from '../footprint.js';
import { ANY, SAME } from './relations.js';
import type { Relations, Row } from './relations.js';

/** `[leaf, position, leaf, position, ...]` */
export type Leaves = readonly number[];

/** One way that a slot can go. */
export interface Path {
  readonly slot: number;
  /** The number of its `Ending`. */
  readonly ending: number;
  /** `BLOCKED`, `MOVES`, `VIOLATES` or `FAILS`. */
  readonly kind: number;
  readonly reads: Leaves;
  readonly writes: Leaves;
}

/** Where nothing is known: after these reads, at any value of `leaf` but the known ones (at all if it is -1). */
export interface Hole {
  readonly reads: Leaves;
  readonly leaf: number;
  readonly known: readonly number[];
}

export function pathsOf(footprint: StepFootprint, slot: number): { paths: Path[]; holes: Hole[] } {
  const paths: Path[] = [];
  const holes: Hole[] = [];
  const { cells } = footprint;
  footprint.visit({
    end(reads, cell) {
      const from = cell + WRITES + 1;
      const writes = [...cells.subarray(from, from + 2 * cells[cell + WRITES]!)];
      paths.push({
        slot,
        ending: cells[cell + ENDING]!,
        kind: cells[cell + KIND]!,
        reads: [...reads],
        writes,
      });
    },
    hole: (reads, leaf, known) => holes.push({ reads: [...reads], leaf, known: [...known] }),
  });
  return { paths, holes };
}

export interface Answer {
  readonly answer: number;
  readonly reads: Leaves;
}

export function answersOf(footprint: PredicateFootprint): { answers: Answer[]; holes: Hole[] } {
  const answers: Answer[] = [];
  const holes: Hole[] = [];
  footprint.visit({
    end: (reads, _cell, answer) => answers.push({ answer, reads: [...reads] }),
    hole: (reads, leaf, known) => holes.push({ reads: [...reads], leaf, known: [...known] }),
  });
  return { answers, holes };
}

export function moves({ kind }: Path): boolean {
  return kind !== BLOCKED;
}

/** A row for what `reads` ask and `writes` change; `levels` has the level of each leaf. */
export function rowOf(levels: Int32Array, reads: Leaves, writes: Leaves = []): Row {
  const touched = new Map<number, [guard: number, write: number]>();
  for (let i = 0; i < reads.length; i += 2) touched.set(levels[reads[i]!]!, [reads[i + 1]!, SAME]);
  for (let i = 0; i < writes.length; i += 2) {
    const level = levels[writes[i]!]!;
    touched.set(level, [touched.get(level)?.[0] ?? ANY, writes[i + 1]!]);
  }
  return [...touched]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([level, [guard, write]]) => [level, guard, write]);
}

export function holeRow(levels: Int32Array, relations: Relations, { reads, leaf, known }: Hole): Row {
  if (leaf < 0) return rowOf(levels, reads);
  const row = [levels[leaf]!, relations.except(known), SAME];
  const asked = rowOf(levels, reads);
  let at = 0;
  while (at < asked.length && asked[at]! < row[0]!) at += 3;
  return [...asked.slice(0, at), ...row, ...asked.slice(at)];
}
