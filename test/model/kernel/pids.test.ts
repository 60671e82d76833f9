/** Tids by slot instead of in the order of Linux: nobody can tell, and there are fewer states. */
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { explicit } from '../../../checker/explicit.js';
import type { Limits, SearchResult } from '../../../checker/result.js';
import type { Question } from '../ask.js';
import { ask, protocol } from '../ask.js';
import { inOrder } from './in-order.js';

vi.resetModules();
vi.doMock('../../../model/kernel/pids.js', async (original) => ({
  ...(await original<object>()),
  ...(await import('./in-order.js')),
}));
const { system: systemInOrder } = await import('../ask.js');
vi.doUnmock('../../../model/kernel/pids.js');

/** Everything but how many states there are, and which answers were chosen. */
function told({ properties, taken, events, turns, stopped, deadlocks }: SearchResult): unknown {
  return {
    properties: properties.map(({ name, verdict, counterexamples }) => ({
      name,
      verdict,
      causes: counterexamples.map(({ cause, turns: inTurns, path }) => [cause, inTurns, path.length]),
    })),
    taken,
    events,
    turns,
    stopped,
    ends: deadlocks > 0,
  };
}

async function compare(name: string, question: Question, limits: Limits = {}): Promise<[number, number]> {
  const here = await ask(name, question, limits);
  const there = await explicit(inOrder(systemInOrder(name, question)), limits);
  expect(told(here)).toEqual(told(there));
  return [here.states, there.states];
}

const SMALL = ['vfork', 'SIGCHLD', 'handler', 'unblocked', 'wait-any', 'child-exit-groups'];

describe('with tids by slot and with tids in order the same is found', () => {
  test.each<[string, string, Question, Limits, [number, number]]>([
    ['one clone', 'qemu-clone-vm', { guest: SMALL, faults: ['clone-T', 'clone-C'] }, {}, [11_832, 11_832]],
    ['two clones at once', 'native', { guest: SMALL, clones: 2 }, {}, [1_419, 2_457]],
    ['two clones at once', 'qemu-clone-vm', { guest: SMALL, clones: 2 }, { depth: 9 }, [179_323, 596_808]],
    ['two clones in a row', 'native', { guest: SMALL, rounds: 2 }, {}, [82, 82]],
    [
      'two clones in a row',
      'qemu-clone-vm-eagain-fixed',
      { guest: SMALL, rounds: 2 },
      { depth: 15 },
      [366_204, 743_962],
    ],
  ])('%s, %s', { timeout: 120_000 }, async (_what, name, question, limits, states) => {
    expect(await compare(name, question, limits)).toEqual(states);
  });

  test('a usual guest and a fault at random, native, two clones', { timeout: 120_000 }, async () => {
    const { profiles, faults } = protocol('native');
    const question = fc.record({
      guest: fc.constantFrom(...profiles.map(({ choices }) => choices)),
      faults: fc.constantFrom(...faults).map((fault) => [fault.name]),
      several: fc.constantFrom({ clones: 2 }, { rounds: 2 }),
    });
    let fewer = 0;
    const property = fc.asyncProperty(question, async ({ several, ...asked }) => {
      const [here, there] = await compare('native', { ...asked, ...several }, { depth: 8 });
      if (here < there) fewer++;
    });
    await fc.assert(property, { numRuns: 20, seed: 2020 });
    expect(fewer).toBeGreaterThan(5);
  });
});
