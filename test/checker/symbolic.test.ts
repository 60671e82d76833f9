/** Counting by sets finds what counting one by one finds. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explicit } from '../../checker/explicit.js';
import type { SearchResult } from '../../checker/result.js';
import { count } from '../../checker/symbolic/count.js';
import type { System } from '../../model/system.js';
import { system as modelled } from '../model/ask.js';
import { systemOf, systemSpec } from './language.js';

const SMALL = ['vfork', 'SIGCHLD', 'handler', 'unblocked', 'wait-nothing', 'child-exit-groups'];

function compare(system: System, { states, transitions, deadlocks, failures, taken }: SearchResult): void {
  expect(count(system)).toEqual({
    states,
    transitions: BigInt(transitions),
    deadlocks,
    failures: BigInt(failures),
    taken,
    exhausted: true,
  });
}

test('explicit and symbolic count the same on random systems', { timeout: 120_000 }, async () => {
  let compared = 0;
  const property = fc.asyncProperty(systemSpec, async (spec) => {
    const system: System = systemOf(spec);
    const whole = await explicit(system, { maxStates: 600 });
    if (whole.stopped === 'states') return;
    compare(system, whole);
    compared++;
  });
  await fc.assert(property, { numRuns: 200, seed: 2020 });
  expect(compared).toBeGreaterThan(100);
});

test.each([
  ['native, three clones', modelled('native', { guest: SMALL, clones: 3 }), 39_914],
  ['qemu-clone-vm, a small guest', modelled('qemu-clone-vm', { guest: SMALL }), 7_182],
  [
    'qemu-clone-vm, a small guest, a failing creation',
    modelled('qemu-clone-vm', { guest: SMALL, faults: ['clone-T', 'clone-C'] }),
    8_456,
  ],
])('explicit and symbolic count the same on %s', async (_name, system, states) => {
  const whole = await explicit(system);
  expect(whole.states).toBe(states);
  compare(system, whole);
});

test('a bound ends the count, and says so', () => {
  const counts = count(modelled('qemu-clone-vm'), { timeout: 0.5 });
  expect(counts.exhausted).toBe(false);
});
