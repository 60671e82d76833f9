/** What a search lets one say about each property. */
import type { Property } from '../model/system.js';
import type { Counterexample, PropertyResult, Stopped, Verdict } from './result.js';

/** Why the search for states ended, and why the one for runs that go on for ever did, which comes after it. */
export interface Endings {
  readonly states: Stopped;
  readonly runs: Stopped;
}

export function resultsOf(
  properties: readonly Property[],
  counterexamples: ReadonlyMap<string, readonly Counterexample[]>,
  stopped: Endings,
  events: readonly string[],
  /** Names of properties that are broken, whether or not there is a run to show it. */
  broken: ReadonlySet<string> = new Set(),
): PropertyResult[] {
  return properties.map(({ name, kind, witness }) => {
    const found = counterexamples.get(name) ?? [];
    const isBroken = found.length > 0 || broken.has(name);
    const wasTested = events.includes(witness);
    const open =
      kind === 'eventually' ? neverLate(stopped.runs, wasTested) : unbroken(stopped.states, wasTested);
    return { name, kind, verdict: isBroken ? 'violated' : open, counterexamples: found };
  });
}

/** A property nobody was seen to break: how much that says depends on why the search ended. */
function unbroken(stopped: Stopped, wasTested: boolean): Verdict {
  if (stopped !== 'exhausted' && stopped !== 'depth') return 'undecided';
  if (!wasTested) return 'vacuous';
  return stopped === 'exhausted' ? 'holds' : 'holds-to-depth';
}

/** The same of a property of whole runs: of a run that was cut at a bound nobody knows how it goes on. */
function neverLate(stopped: Stopped, wasTested: boolean): Verdict {
  return stopped === 'depth' ? 'undecided' : unbroken(stopped, wasTested);
}
