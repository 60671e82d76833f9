/**
 * The order of levels, chosen from what paths touch together: FORCE (Aloul, Markov, Sakallah, GLSVLSI 2003).
 *
 * Each leaf moves to the mean place of the paths that touch it, each path being at the mean place of its leaves, until
 * the total span of the paths shrinks no more.
 */

/** The most rounds; the span seldom shrinks after a few dozen. */
const ROUNDS = 200;

/** A group of leaves that are touched together, and how often. */
export interface Bundle {
  readonly leaves: readonly number[];
  readonly weight: number;
}

/** The level of each leaf. Leaves that nobody touches come last. */
export function orderOf(leaves: number, bundles: readonly Bundle[]): Int32Array {
  let places = Float64Array.from({ length: leaves }, (_, leaf) => leaf);
  let best = { levels: ranksOf(places), span: Infinity };
  for (let round = 0; round < ROUNDS; round++) {
    const levels = ranksOf(places);
    const span = spanOf(levels, bundles);
    if (span < best.span) best = { levels, span };
    else if (round > 20) break;
    const sums = new Float64Array(leaves);
    const weights = new Float64Array(leaves);
    for (const { leaves: touched, weight } of bundles) {
      let centre = 0;
      for (const leaf of touched) centre += levels[leaf]!;
      centre /= touched.length;
      for (const leaf of touched) {
        sums[leaf]! += centre * weight;
        weights[leaf]! += weight;
      }
    }
    places = sums.map((sum, leaf) => (weights[leaf] === 0 ? leaves + leaf : sum / weights[leaf]!));
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
export function spanOf(levels: Int32Array, bundles: readonly Bundle[]): number {
  let total = 0;
  for (const { leaves, weight } of bundles) {
    let [first, last] = [Infinity, -Infinity];
    for (const leaf of leaves) {
      first = Math.min(first, levels[leaf]!);
      last = Math.max(last, levels[leaf]!);
    }
    total += weight * (last - first);
  }
  return total;
}
