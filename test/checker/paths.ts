/** Whether runs that an engine found can be played. */
import { expect } from 'vitest';
import { waitsForEver } from '../../checker/lasso.js';
import type { SearchResult } from '../../checker/result.js';
import { replay } from '../../checker/run.js';
import type { System } from '../../model/system.js';

/** Each run is one that plain execution can take, and ends where it says. */
export function checkPaths(system: System, { properties }: SearchResult): void {
  for (const { name, counterexamples } of properties) {
    for (const { cause, turns, steps, path, cycle = 0 } of counterexamples) {
      const entries = replay(system, path);
      expect(entries).toHaveLength(steps + cycle);
      const last = entries[steps - 1];
      expect(last?.turn ?? 0).toBe(turns);
      const state = last?.after ?? system.initial;
      expect(system.faults(state)).toEqual(cause.faults);
      const judge = system.properties.find((property) => property.name === name);
      if (judge !== undefined && judge.kind !== 'step') expect(judge.broken(state)).toBe(cause.object);
      else expect(last?.failure).toEqual({ property: name, object: cause.object });
      if (judge?.kind === 'eventually') {
        expect(cause.label).toBe(cycle > 0 ? 'cycle' : name);
        expect(waitsForEver(system, judge, entries, cycle)).toBe(cause.object);
      } else if (judge?.kind !== 'finally') expect(cause.label).toBe(last?.label ?? 'initial');
    }
  }
}
