/** Which engine searches. */

import { differences } from '../checker/compare.js';
import { explicit } from '../checker/explicit.js';
import { reference } from '../checker/reference.js';
import type { Limits, PropertyResult, SearchResult } from '../checker/result.js';
import { symbolic } from '../checker/symbolic/symbolic.js';
import type { System } from '../model/system.js';

export const engineNames = ['auto', 'explicit', 'symbolic', 'reference', 'all'] as const;
export type EngineName = (typeof engineNames)[number];

const engines = { auto, explicit, symbolic, reference };

/** States beyond which sets of states are mostly faster than states one by one; some ten seconds. */
const LARGE = 10_000_000;

/** Searches with the engine named; `all` runs each and insists that they agree. */
export async function search(engine: EngineName, system: System, limits: Limits): Promise<SearchResult> {
  if (engine !== 'all') return await engines[engine](system, limits);
  let result = await explicit(system, limits);
  for (const other of [symbolic, reference]) result = agreed(system, result, await other(system, limits));
  return result;
}

/**
 * State by state first, since most searches end soon so; what turns out to have more than `large` states is searched
 * anew by sets. Where neither comes to its end, it is told what the one knows that came farther, and what either of them
 * saw to be broken.
 */
export async function auto(system: System, limits: Limits, large = LARGE): Promise<SearchResult> {
  const { maxStates = Infinity, timeout = Infinity } = limits;
  if (maxStates <= large) return await explicit(system, limits);
  const first = await explicit(system, { ...limits, maxStates: large });
  if (first.stopped !== 'states') return first;
  const { progress } = limits;
  const later = (seconds: number) => first.seconds + seconds;
  const second = await symbolic(system, {
    ...limits,
    timeout: Math.max(0, timeout - first.seconds),
    ...(progress && { progress: (now) => progress({ ...now, seconds: later(now.seconds) }) }),
  });
  const seconds = later(second.seconds);
  if (isComparable(second)) return { ...second, seconds };
  const [farther, other] = second.states >= first.states ? [second, first] : [first, second];
  const properties = farther.properties.map((property, i) => worse(property, other.properties[i]!));
  return { ...farther, properties, stopped: second.stopped, seconds };
}

/** Of what two searches say of a property the one that breaks it, and shows how if it can. */
function worse(one: PropertyResult, other: PropertyResult): PropertyResult {
  const badness = ({ verdict, counterexamples }: PropertyResult) =>
    Number(verdict === 'violated') + Math.min(1, counterexamples.length);
  return badness(other) > badness(one) ? other : one;
}

/** The first result, if the other is the same; of two that were not both run to their end, the one that claims less. */
function agreed(system: System, result: SearchResult, other: SearchResult): SearchResult {
  // A limit of time or memory, or a signal, cuts each engine elsewhere, and then there is nothing to compare.
  if (!isComparable(result)) return result;
  if (!isComparable(other)) return other;
  const found = differences(result, other);
  if (found.length === 0) return result;
  throw new Error(`the engines disagree on ${system.name}: ${found.join('; ')}`);
}

function isComparable({ stopped }: SearchResult): boolean {
  return stopped === 'exhausted' || stopped === 'depth';
}
