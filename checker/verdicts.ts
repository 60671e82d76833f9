/** What a search lets one say about each property. */
import type { Property } from '../model/system.js';
import type { Counterexample, PropertyResult, Stopped, Verdict } from './result.js';

export function resultsOf(
  properties: readonly Property[],
  counterexamples: ReadonlyMap<string, readonly Counterexample[]>,
  stopped: Stopped,
  events: readonly string[],
  /** Names of properties that are broken, whether or not there is a run to show it. */
  broken: ReadonlySet<string> = new Set(),
): PropertyResult[] {
  return properties.map(({ name, kind, witness }) => {
    const found = counterexamples.get(name) ?? [];
    const isBroken = found.length > 0 || broken.has(name);
    const verdict = isBroken ? 'violated' : unbroken(stopped, events.includes(witness));
    return { name, kind, verdict, counterexamples: found };
  });
}

/** A property nobody was seen to break: how much that says depends on why the search ended. */
function unbroken(stopped: Stopped, wasTested: boolean): Verdict {
  if (stopped !== 'exhausted' && stopped !== 'depth') return 'undecided';
  if (!wasTested) return 'vacuous';
  return stopped === 'exhausted' ? 'holds' : 'holds-to-depth';
}
