/** The engines know nothing of each other's search, and must find the same of any system. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differences } from '../../checker/compare.js';
import { explicit } from '../../checker/explicit.js';
import { reference } from '../../checker/reference.js';
import { symbolic } from '../../checker/symbolic/symbolic.js';
import type { System } from '../../model/system.js';
import { systemOf, systemSpec } from './language.js';
import { checkPaths } from './paths.js';

const SEED = Number(process.env['CHECKER_SEED'] ?? 2020);
const RUNS = Number(process.env['CHECKER_RUNS'] ?? 1100);
const MOST_STATES = 600;
/** At most so many of the systems drawn are too large to be compared. */
const MOST_LEFT_OUT = 0.05;

test(
  'all engines agree on random systems, explicit and reference with a bound, too',
  { timeout: 900_000 },
  async () => {
    const seen = {
      compared: 0,
      states: 0,
      violated: 0,
      final: 0,
      bounded: 0,
      faulty: 0,
      endless: 0,
      cycles: 0,
    };
    const property = fc.asyncProperty(systemSpec, async (spec) => {
      const system: System = systemOf(spec);
      const whole = await explicit(system, { maxStates: MOST_STATES });
      if (whole.stopped === 'states') return;
      expect(differences(whole, await reference(system))).toEqual([]);
      expect(differences(whole, await symbolic(system))).toEqual([]);
      checkPaths(system, whole);
      for (const depth of new Set([0, 1, Math.ceil(whole.turns! / 2), whole.turns!])) {
        const bounded = await explicit(system, { depth });
        expect(differences(bounded, await reference(system, { depth }))).toEqual([]);
        if (bounded.exhausted) expect(differences(bounded, whole)).toEqual([]);
        checkPaths(system, bounded);
        if (bounded.stopped === 'depth') seen.bounded++;
      }
      seen.compared++;
      seen.states += whole.states;
      const causes = whole.properties.flatMap(({ kind, counterexamples }) =>
        counterexamples.map((one) => ({ kind, ...one })),
      );
      if (causes.length > 0) seen.violated++;
      if (causes.some(({ kind }) => kind === 'finally')) seen.final++;
      if (causes.some(({ cause }) => cause.faults.length > 0)) seen.faulty++;
      if (causes.some(({ kind }) => kind === 'eventually')) seen.endless++;
      if (causes.some(({ cycle }) => cycle !== undefined)) seen.cycles++;
    });
    await fc.assert(property, { numRuns: RUNS, seed: SEED });
    // The draw is worth something only if it reaches what it is meant to reach.
    if (process.env['CHECKER_TELL']) console.log(seen);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(RUNS / 20);
    expect(seen.compared).toBeGreaterThan(RUNS * (1 - MOST_LEFT_OUT));
  },
);
