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

/** Where a leaf has its place in the diagrams. */
export interface Layout {
  /** The level of each leaf. */
  readonly levels: Int32Array;
  /** The position that each leaf has at rest, as most often it is: it stands there as 0, and 0 as that. */
  readonly rests: Uint16Array;
}

/** What stands in the diagrams for a position of a leaf; and the position, for what stands there. */
export function swapped({ rests }: Layout, leaf: number, position: number): number {
  const rest = rests[leaf]!;
  if (position === rest) return 0;
  return position === 0 ? rest : position;
}

/** A row for what `reads` ask and `writes` change. */
export function rowOf(layout: Layout, reads: Leaves, writes: Leaves = []): Row {
  const { levels } = layout;
  const touched = new Map<number, [guard: number, write: number]>();
  for (let i = 0; i < reads.length; i += 2)
    touched.set(levels[reads[i]!]!, [swapped(layout, reads[i]!, reads[i + 1]!), SAME]);
  for (let i = 0; i < writes.length; i += 2) {
    const level = levels[writes[i]!]!;
    touched.set(level, [touched.get(level)?.[0] ?? ANY, swapped(layout, writes[i]!, writes[i + 1]!)]);
  }
  return [...touched]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([level, [guard, write]]) => [level, guard, write]);
}

/** A row for the states that fall into a hole. */
export function holeRow(layout: Layout, relations: Relations, { reads, leaf, known }: Hole): Row {
  const asked = rowOf(layout, reads);
  if (leaf < 0) return asked;
  const excluded = known.map((position) => swapped(layout, leaf, position)).toSorted((a, b) => a - b);
  const row = [layout.levels[leaf]!, relations.except(excluded), SAME];
  let at = 0;
  while (at < asked.length && asked[at]! < row[0]!) at += 3;
  return [...asked.slice(0, at), ...row, ...asked.slice(at)];
}
