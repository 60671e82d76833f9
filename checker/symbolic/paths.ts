/** What was learned of a path, as rows: from leaves to their ranks. */
import type { Layout } from './layout.js';
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

/** A row for what `reads` ask and `writes` change. */
export function rowOf({ ranks }: Layout, reads: Leaves, writes: Leaves = []): Row {
  const touched = new Map<number, [guard: number, write: number]>();
  for (let i = 0; i < reads.length; i += 2) touched.set(ranks[reads[i]!]!, [reads[i + 1]!, SAME]);
  for (let i = 0; i < writes.length; i += 2) {
    const rank = ranks[writes[i]!]!;
    touched.set(rank, [touched.get(rank)?.[0] ?? ANY, writes[i + 1]!]);
  }
  return [...touched].toSorted(([a], [b]) => a - b).flatMap(([rank, [guard, write]]) => [rank, guard, write]);
}

/** A row for the states that fall into a hole. */
export function holeRow(layout: Layout, relations: Relations, { reads, leaf, known }: Hole): Row {
  const asked = rowOf(layout, reads);
  if (leaf < 0) return asked;
  const row = [layout.ranks[leaf]!, relations.except(known.toSorted((a, b) => a - b)), SAME];
  let at = 0;
  while (at < asked.length && asked[at]! < row[0]!) at += 3;
  return [...asked.slice(0, at), ...row, ...asked.slice(at)];
}
