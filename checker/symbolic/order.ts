/**
 * The order of levels, chosen from what tasks touch: those that touch the same components come to stand side by side,
 * and each component stands amid those that touch it.
 *
 * The tasks are put in a row such that the components span as little of it as can be had by moving one task at a time (a
 * linear arrangement of a hypergraph). It is the few tasks that are arranged and not the many components, since what
 * belongs to one clone would else be mixed with what belongs to another as like as twins.
 */
import type { Components } from '../components.js';

/** A task counts among those that touch a component if it is behind more than this share of its reads and writes. */
const SHARE = 0.05;

/** The level of each component. Those that nobody touches come last. */
export function orderOf({ parts, touches }: Components): Int32Array {
  const totals = [...parts.keys()].map((part) => touches.reduce((sum, counts) => sum + counts[part]!, 0));
  const groups = totals.map((total, part) =>
    [...touches.keys()].filter((task) => touches[task]![part]! > SHARE * total),
  );
  const place = arranged(touches.length, groups);
  const means = totals.map((total, part) =>
    total === 0
      ? Infinity
      : touches.reduce((sum, counts, task) => sum + (counts[part]! / total) * place[task]!, 0),
  );
  const levels = new Int32Array(parts.length);
  const sorted = [...parts.keys()].toSorted((a, b) => means[a]! - means[b]! || a - b);
  for (const [level, part] of sorted.entries()) levels[part] = level;
  return levels;
}

/** The place of each task in a row in which no task can be moved to make the groups span less of it. */
function arranged(tasks: number, groups: readonly (readonly number[])[]): number[] {
  let row = [...Array(tasks).keys()];
  let least = spanOf(row, groups);
  for (let improves = true; improves;) {
    improves = false;
    for (const from of row.keys()) {
      for (const to of row.keys()) {
        const other = row.toSpliced(from, 1).toSpliced(to, 0, row[from]!);
        const span = spanOf(other, groups);
        if (span >= least) continue;
        [row, least, improves] = [other, span, true];
      }
    }
  }
  return placesIn(row);
}

/** The sum of how far apart the first and the last of each group are. */
function spanOf(row: readonly number[], groups: readonly (readonly number[])[]): number {
  const place = placesIn(row);
  let total = 0;
  for (const group of groups) {
    let [first, last] = [Infinity, -Infinity];
    for (const task of group) {
      first = Math.min(first, place[task]!);
      last = Math.max(last, place[task]!);
    }
    if (last > first) total += last - first;
  }
  return total;
}

function placesIn(row: readonly number[]): number[] {
  const place: number[] = [];
  for (const [at, task] of row.entries()) place[task] = at;
  return place;
}
