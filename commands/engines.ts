/** Which engine searches. */

import { differences } from '../checker/compare.js';
import { explicit } from '../checker/explicit.js';
import { reference } from '../checker/reference.js';
import type { Limits, SearchResult } from '../checker/result.js';
import type { System } from '../model/system.js';

export const engineNames = ['auto', 'explicit', 'reference', 'all'] as const;
export type EngineName = (typeof engineNames)[number];

/** Searches with the engine named; `all` runs both and insists that they agree. */
export async function search(engine: EngineName, system: System, limits: Limits): Promise<SearchResult> {
  if (engine === 'reference') return await reference(system, limits);
  const result = await explicit(system, limits);
  if (engine !== 'all') return result;
  const other = await reference(system, limits);
  // A limit of time or memory, or a signal, cuts each engine elsewhere, and then there is nothing to compare.
  const comparable = [result, other].every(({ stopped }) => stopped === 'exhausted' || stopped === 'depth');
  const [first, ...more] = comparable ? differences(result, other) : [];
  if (first === undefined) return comparable ? result : shallower(result, other);
  throw new Error(`the engines disagree on ${system.name}: ${[first, ...more].join('; ')}`);
}

/** The result that claims less: that of an engine which was cut short. */
function shallower(a: SearchResult, b: SearchResult): SearchResult {
  return b.stopped === 'exhausted' || b.stopped === 'depth' ? a : b;
}
