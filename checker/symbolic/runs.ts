/** The simplest run to each cause that is known: the explicit engine looks for it, no deeper than it must. */
import type { System } from '../../model/system.js';
import type { Sighting } from '../causes.js';
import { explicit } from '../explicit.js';
import type { Counterexample, Limits } from '../result.js';

/**
 * The counterexamples by property. `wanted` tells for each cause a number of turns that it takes at the least. A cause
 * that the limits leave no room for has no counterexample.
 */
export async function simplestRuns(
  system: System,
  wanted: readonly Sighting<undefined>[],
  limits: Limits,
): Promise<Map<string, Counterexample[]>> {
  const found = new Map<string, Counterexample[]>();
  if (wanted.length === 0) return found;
  for (let depth = Math.max(...wanted.map(({ turns }) => turns)); ; depth++) {
    const bound = Math.min(depth, limits.depth ?? Infinity);
    const { properties, stopped } = await explicit(system, { ...limits, depth: bound });
    let missing = wanted.length;
    for (const { name, counterexamples } of properties) {
      const some = counterexamples.filter((one) => wanted.some((other) => isSame(name, one, other)));
      missing -= some.length;
      found.set(name, some);
    }
    if (missing === 0 || stopped !== 'depth' || bound < depth) return found;
  }
}

function isSame(name: string, { cause }: Counterexample, other: Sighting<undefined>): boolean {
  return (
    other.property === name &&
    other.cause.label === cause.label &&
    other.cause.object === cause.object &&
    other.cause.faults.join() === cause.faults.join()
  );
}
