/** SPIN finds in an export what we find in the system. Nothing here runs without SPIN and a C compiler. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { learn } from '../../checker/explicit.js';
import { relationOf } from '../../checker/relation.js';
import type { Rule } from '../../checker/relation.js';
import { formatPromela } from '../../exports/promela.js';
import { protocols } from '../../model/protocols/index.js';
import type { System } from '../../model/system.js';
import { systemOf, systemSpec } from '../checker/language.js';
import { possibleFaults, system } from '../model/ask.js';
import { askSpin, missing } from './spin.js';

const SEED = Number(process.env['EXPORT_SEED'] ?? 2020);
const RUNS = Number(process.env['EXPORT_RUNS'] ?? 12);

/** What we find and what SPIN finds; deadlocks only where there is no environment, which SPIN lets move too. */
async function both(asked: System) {
  const learned = await learn(asked);
  const { states, failures, deadlocks } = learned.result;
  const spin = askSpin(formatPromela(relationOf(learned), ['a test']));
  const comparable = asked.slots.every(({ kind }) => kind === 'task');
  return {
    ours: { states, failures, deadlocks: comparable ? deadlocks : undefined },
    spins: { ...spin, deadlocks: comparable ? spin.deadlocks : undefined },
  };
}

describe.skipIf(missing !== undefined)(`SPIN (${missing ?? 'here'}) finds the same`, () => {
  test.each(protocols)('in $name, one guest, with and without failing creations', async (protocol) => {
    const { choices: guest } = protocol.profiles.find(({ name }) => name === 'vfork-exit')!;
    for (const faults of [[], protocol.defaultFaults]) {
      const { ours, spins } = await both(system(protocol.name, { guest, faults }));
      expect(spins).toEqual(ours);
      expect(ours.states).toBeGreaterThan(10);
    }
  });

  test('in native, one guest, with every fault', async () => {
    const { choices: guest } = protocols
      .find(({ name }) => name === 'native')!
      .profiles.find(({ name }) => name === 'crashing-child')!;
    const { ours, spins } = await both(system('native', { guest, faults: possibleFaults('native') }));
    expect(spins).toEqual(ours);
    expect(ours.states).toBeGreaterThan(100);
  });

  test('in native, every guest', async () => {
    const { ours, spins } = await both(system('native'));
    expect(spins).toEqual(ours);
    expect(ours.states).toBeGreaterThan(1000);
  });

  test('but not in one that has lost a step, or the end of a guard', async () => {
    const learned = await learn(system('native'));
    const relation = relationOf(learned);
    const [P, ...others] = relation.slots;
    for (const lose of [
      (rules: readonly Rule[]) => rules.slice(1),
      (rules: readonly Rule[]) => rules.map((rule) => ({ ...rule, guard: rule.guard.slice(0, 2) })),
    ]) {
      const worse = { ...relation, slots: [{ ...P!, rules: lose(P!.rules) }, ...others] };
      expect(askSpin(formatPromela(worse, [])).states).not.toBe(learned.result.states);
    }
  });

  test('in random systems', async () => {
    const seen = { systems: 0, failing: 0 };
    const property = fc.asyncProperty(systemSpec, async (spec) => {
      const asked = systemOf(spec);
      const { result } = await learn(asked, { maxStates: 2000 });
      fc.pre(result.exhausted && result.states > 5);
      const { ours, spins } = await both(asked);
      expect(spins).toEqual(ours);
      seen.systems++;
      if (ours.failures > 0) seen.failing++;
    });
    await fc.assert(property, { numRuns: RUNS, seed: SEED });
    if (process.env['EXPORT_TELL']) console.log(seen);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(0);
  });
});
