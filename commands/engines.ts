/** Which engine searches. */

import { differences } from '../checker/compare.js';
import { explicit } from '../checker/explicit.js';
import { reference } from '../checker/reference.js';
import type { Limits, SearchResult } from '../checker/result.js';
import { symbolic } from '../checker/symbolic/symbolic.js';
import type { System } from '../model/system.js';
import { Problem } from './problem.js';

export const engineNames = ['auto', 'explicit', 'symbolic', 'reference', 'all'] as const;
export type EngineName = (typeof engineNames)[number];

const engines = { auto, explicit, symbolic, reference };

/** States beyond which sets of states are mostly faster than states one by one; some ten seconds. */
const LARGE = 10_000_000;

/** Searches with the engine named; `all` runs each and insists that they agree. */
export async function search(engine: EngineName, system: System, limits: Limits): Promise<SearchResult> {
  const ofRuns = system.properties.filter(({ kind }) => kind === 'eventually').map(({ name }) => name);
  if (engine === 'symbolic' && ofRuns.length > 0)
    throw new Problem(`the symbolic engine does not judge promises of whole runs: ${ofRuns.join(', ')}`);
  if (engine !== 'all') return await engines[engine](system, limits);
  let result = await explicit(system, limits);
  for (const other of ofRuns.length > 0 ? [reference] : [symbolic, reference])
    result = agreed(system, result, await other(system, limits));
  return result;
}

/**
 * State by state first, since most searches end soon so; what turns out to have more than `large` states is searched
 * anew by sets. Of what neither of them can end, the one that came farther is told.
 */
export async function auto(system: System, limits: Limits, large = LARGE): Promise<SearchResult> {
  const { maxStates = Infinity, timeout = Infinity } = limits;
  if (maxStates <= large || system.properties.some(({ kind }) => kind === 'eventually'))
    return await explicit(system, limits);
  const first = await explicit(system, { ...limits, maxStates: large });
  if (first.stopped !== 'states') return first;
  const second = await symbolic(system, { ...limits, timeout: Math.max(0, timeout - first.seconds) });
  const seconds = first.seconds + second.seconds;
  if (isComparable(second) || second.states >= first.states) return { ...second, seconds };
  return { ...first, stopped: second.stopped, seconds };
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
