/**
 * In which order the tasks are looked at while a set is closed under all of them: those that have most in common are done
 * to the end with each other, before others go on from there. So what is met on the way is mostly all that some tasks
 * can do together, which takes fewer nodes than any part of it.
 */
import type { Components } from '../components.js';
import { sharesOf, tiesOf } from './order.js';
import type { Shares, Ties } from './order.js';

/** A task, or two nests: the first one is done to its end before each turn of the other. */
export type Nest = number | readonly [Nest, Nest];

interface Cluster {
  readonly nest: Nest;
  readonly tasks: readonly number[];
}

/**
 * The nest of all tasks: the two clusters that have most in common, on average of their tasks, are joined, until there is
 * one. Of two that are joined the one whose components stand lower comes first. `order` has the level of each component.
 */
export function nestOf(components: Components, order: Int32Array): Nest | undefined {
  const shares = sharesOf(components);
  const ties = tiesOf(components, shares);
  const depths = [...ties.keys()].map((task) => depthOf(task, shares, order));
  const depth = ({ tasks }: Cluster) => mean(tasks.map((task) => depths[task]!));
  let clusters: Cluster[] = [...ties.keys()].map((task) => ({ nest: task, tasks: [task] }));
  while (clusters.length > 1) {
    const [a, b] = nearest(clusters, ties);
    const [low, high] = depth(a) >= depth(b) ? [a, b] : [b, a];
    const both = { nest: [low.nest, high.nest] as const, tasks: [...low.tasks, ...high.tasks] };
    clusters = [...clusters.filter((one) => one !== a && one !== b), both];
  }
  return clusters[0]?.nest;
}

/** Where the components of a task stand, on average. */
function depthOf(task: number, shares: Shares, order: Int32Array): number {
  const weights = shares.map((of) => of[task]!);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return total === 0 ? 0 : weights.reduce((sum, weight, part) => sum + weight * order[part]!, 0) / total;
}

function nearest(clusters: readonly Cluster[], ties: Ties): [Cluster, Cluster] {
  let best: [Cluster, Cluster] = [clusters[0]!, clusters[1]!];
  let most = -1;
  for (const [i, a] of clusters.entries()) {
    for (const b of clusters.slice(i + 1)) {
      const tie = mean(a.tasks.flatMap((one) => b.tasks.map((other) => ties[one]![other]!)));
      if (tie > most) [best, most] = [[a, b], tie];
    }
  }
  return best;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
