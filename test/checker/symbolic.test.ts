/** The symbolic engine finds by sets what the explicit one finds state by state. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differences } from '../../checker/compare.js';
import { explicit } from '../../checker/explicit.js';
import { symbolic } from '../../checker/symbolic/symbolic.js';
import type { System } from '../../model/system.js';
import { system as modelled } from '../model/ask.js';
import { systemOf, systemSpec } from './language.js';

const SEED = Number(process.env['CHECKER_SEED'] ?? 2020);
const RUNS = Number(process.env['CHECKER_RUNS'] ?? 300);
const SMALL = ['vfork', 'SIGCHLD', 'handler', 'unblocked', 'wait-nothing', 'child-exit-groups'];

test(
  'explicit and symbolic agree on random systems, with and without a bound',
  { timeout: 120_000 },
  async () => {
    const seen = { compared: 0, violated: 0, final: 0, bounded: 0, faulty: 0 };
    const property = fc.asyncProperty(systemSpec, async (spec) => {
      const system: System = systemOf(spec);
      const whole = await explicit(system, { maxStates: 600 });
      if (whole.stopped === 'states') return;
      expect(differences(whole, await symbolic(system))).toEqual([]);
      for (const depth of new Set([0, 1, Math.ceil(whole.turns / 2), whole.turns])) {
        const bounded = await explicit(system, { depth });
        expect(differences(bounded, await symbolic(system, { depth }))).toEqual([]);
        if (bounded.stopped === 'depth') seen.bounded++;
      }
      seen.compared++;
      const causes = whole.properties.flatMap(({ kind, counterexamples }) =>
        counterexamples.map((one) => ({ kind, ...one })),
      );
      if (causes.length > 0) seen.violated++;
      if (causes.some(({ kind }) => kind === 'finally')) seen.final++;
      if (causes.some(({ cause }) => cause.faults.length > 0)) seen.faulty++;
    });
    await fc.assert(property, { numRuns: RUNS, seed: SEED });
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(RUNS / 20);
  },
);

test.each([
  ['native, three clones', modelled('native', { guest: SMALL, clones: 3 }), 39_914],
  ['qemu-clone-vm, a small guest', modelled('qemu-clone-vm', { guest: SMALL }), 7_182],
  [
    'qemu-clone-vm, a small guest, a failing creation',
    modelled('qemu-clone-vm', { guest: SMALL, faults: ['clone-T', 'clone-C'] }),
    8_456,
  ],
])('explicit and symbolic agree on %s', async (_name, system, states) => {
  const whole = await explicit(system);
  expect(whole.states).toBe(states);
  expect(differences(whole, await symbolic(system))).toEqual([]);
});

test('a limit ends the search, and says so', async () => {
  const { stopped, exhausted, properties } = await symbolic(modelled('qemu-clone-vm'), { timeout: 0.5 });
  expect([stopped, exhausted]).toEqual(['timeout', false]);
  expect(new Set(properties.map(({ verdict }) => verdict))).toEqual(new Set(['undecided']));
});
