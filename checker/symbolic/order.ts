/**
 * The order of levels, chosen from what paths touch together: FORCE (Aloul, Markov, Sakallah, GLSVLSI 2003).
 *
 * Each leaf moves to the mean place of the paths that touch it, each path being at the mean place of its leaves, until
 * the total span of the paths shrinks no more.
 */
import { WRITES } from '../footprint.js';
import type { StepFootprint } from '../footprint.js';
import type { Vector } from '../schema.js';

/** The most rounds; the span seldom shrinks after a few dozen. */
const ROUNDS = 200;

/** Leaves that a path touches. */
type Bundle = readonly number[];

/** The level of each leaf. Leaves that nobody touches come last. */
export function orderOf(leaves: number, footprints: readonly StepFootprint[]): Int32Array {
  const bundles = bundlesOf(footprints);
  let places = Float64Array.from({ length: leaves }, (_, leaf) => leaf);
  let best = { levels: ranksOf(places), span: Infinity };
  for (let round = 0; round < ROUNDS; round++) {
    const levels = ranksOf(places);
    const span = spanOf(levels, bundles);
    if (span < best.span) best = { levels, span };
    else if (round > 20) break;
    const sums = new Float64Array(leaves);
    const counts = new Float64Array(leaves);
    for (const bundle of bundles) {
      let centre = 0;
      for (const leaf of bundle) centre += levels[leaf]! / bundle.length;
      for (const leaf of bundle) {
        sums[leaf]! += centre;
        counts[leaf]!++;
      }
    }
    places = sums.map((sum, leaf) => (counts[leaf] === 0 ? leaves + leaf : sum / counts[leaf]!));
  }
  return best.levels;
}

function ranksOf(places: Float64Array): Int32Array {
  const levels = new Int32Array(places.length);
  const sorted = [...places.keys()].toSorted((a, b) => places[a]! - places[b]! || a - b);
  for (const [level, leaf] of sorted.entries()) levels[leaf] = level;
  return levels;
}

/** The sum of how far apart the first and the last leaf of each bundle are. */
function spanOf(levels: Int32Array, bundles: readonly Bundle[]): number {
  let total = 0;
  for (const bundle of bundles) {
    let [first, last] = [Infinity, -Infinity];
    for (const leaf of bundle) {
      first = Math.min(first, levels[leaf]!);
      last = Math.max(last, levels[leaf]!);
    }
    total += last - first;
  }
  return total;
}

/** What the known paths touch, each bundle once. */
function bundlesOf(footprints: readonly StepFootprint[]): Bundle[] {
  const bundles = new Map<string, Bundle>();
  for (const footprint of footprints) {
    const { cells } = footprint;
    footprint.visit({
      end: (reads, cell) => {
        const leaves = new Set(reads.filter((_, i) => i % 2 === 0));
        for (let i = 0; i < cells[cell + WRITES]!; i++) leaves.add(cells[cell + WRITES + 1 + 2 * i]!);
        const bundle = [...leaves].toSorted((a, b) => a - b);
        if (bundle.length > 0) bundles.set(bundle.join(), bundle);
      },
      hole: () => {},
    });
  }
  return [...bundles.values()];
}

/** The position that each leaf has in most of these states. */
export function restsOf(leaves: number, states: readonly Vector[]): Uint16Array {
  return Uint16Array.from({ length: leaves }, (_, leaf) => {
    const counts = new Map<number, number>();
    let [rest, most] = [0, 0];
    for (const state of states) {
      const count = (counts.get(state[leaf]!) ?? 0) + 1;
      counts.set(state[leaf]!, count);
      if (count > most) [rest, most] = [state[leaf]!, count];
    }
    return rest;
  });
}
