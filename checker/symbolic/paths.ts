/** What was learned of a path, as rows: from leaves to levels. */
import { ANY, SAME } from './relations.js';
import type { Relations, Row } from './relations.js';

/** `[leaf, position, leaf, position, ...]` */
export type Leaves = readonly number[];

/** Where nothing is known: after these reads, at any value of `leaf` but the known ones (at all if it is -1). */
export interface Hole {
  readonly reads: Leaves;
  readonly leaf: number;
  readonly known: readonly number[];
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

/** A row for the states that fall into a hole. */
export function holeRow(levels: Int32Array, relations: Relations, { reads, leaf, known }: Hole): Row {
  if (leaf < 0) return rowOf(levels, reads);
  const row = [levels[leaf]!, relations.except(known), SAME];
  const asked = rowOf(levels, reads);
  let at = 0;
  while (at < asked.length && asked[at]! < row[0]!) at += 3;
  return [...asked.slice(0, at), ...row, ...asked.slice(at)];
}
