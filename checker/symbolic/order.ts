/**
 * The order of levels, chosen from what tasks touch: those that touch the same components come to stand side by side, and each
 * component stands amid those that touch it.
 *
 * The tasks are put in a row in which the more two of them have in common, the nearer they are to each other (a minimum
 * linear arrangement, as far as it can be had by moving one task at a time). It is the few tasks that are arranged and
 * not the many components, since else what belongs to one clone would be mixed with what belongs to another.
 */
import type { Components } from '../components.js';

/** How much each two tasks have in common: components, by how many bits they hold and by how much the two do to them. */
export type Ties = readonly (readonly number[])[];

export function tiesOf({ parts, touches }: Components, shares: Shares): Ties {
  const tasks = [...touches.keys()];
  return tasks.map((a) =>
    tasks.map((b) =>
      shares.reduce((sum, of, part) => sum + of[a]! * of[b]! * Math.log2(parts[part]!.count), 0),
    ),
  );
}

/** The level of each component. Those that nobody touches come last. */
export function orderOf(components: Components): Int32Array {
  const { parts, touches } = components;
  const shares = sharesOf(components);
  const place = arranged(tiesOf(components, shares));
  const means = shares.map((of) =>
    of.every((share) => share === 0)
      ? Infinity
      : [...touches.keys()].reduce((sum, task) => sum + of[task]! * place[task]!, 0),
  );
  const levels = new Int32Array(parts.length);
  const sorted = [...parts.keys()].toSorted((a, b) => means[a]! - means[b]! || a - b);
  for (const [level, part] of sorted.entries()) levels[part] = level;
  return levels;
}

/** What part of all that is done to a component is each task's: by component, then by task. */
export type Shares = readonly (readonly number[])[];

export function sharesOf({ parts, touches }: Components): Shares {
  return [...parts.keys()].map((part) => sharesOfAll(touches.map((counts) => counts[part]!)));
}

/** What part of all is each; nothing where there is none. */
function sharesOfAll(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (total === 0 ? 0 : count / total));
}

/** The place of each task in a row in which no task can be moved to bring closer together what is tied. */
function arranged(ties: Ties): number[] {
  let row = [...ties.keys()];
  let least = strainOf(row, ties);
  for (let improves = true; improves;) {
    improves = false;
    for (const from of row.keys()) {
      for (const to of row.keys()) {
        const other = row.toSpliced(from, 1).toSpliced(to, 0, row[from]!);
        const strain = strainOf(other, ties);
        if (strain >= least) continue;
        [row, least, improves] = [other, strain, true];
      }
    }
  }
  return row.map((_, task) => row.indexOf(task));
}

/** The sum of the distances of all pairs, each as often as they are tied. */
function strainOf(row: readonly number[], ties: Ties): number {
  let strain = 0;
  for (const [i, a] of row.entries())
    for (let j = i + 1; j < row.length; j++) strain += (j - i) * ties[a]![row[j]!]!;
  return strain;
}
