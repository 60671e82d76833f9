import { describe, expect, test } from 'vitest';
import { explicit } from '../../checker/explicit.js';
import type { SearchResult } from '../../checker/result.js';
import { system } from './ask.js';
import { early, remembering } from './decisions.js';

/** Everything that is said of the properties; a run may be longer by the step in which all is chosen. */
function told(result: SearchResult): unknown {
  return result.properties.map(({ name, verdict, counterexamples }) => ({
    name,
    verdict,
    causes: counterexamples.map(({ cause, turns }) => ({ cause, turns })),
  }));
}

describe('late choices', () => {
  test.each([
    [
      'native',
      { faults: ['clone-C'], guest: ['SIGCHLD', 'SIGUSR1', 'wait-any', 'child-exits', 'child-execs'] },
    ],
    [
      'qemu-clone-vm',
      { guest: ['SIGCHLD', 'handler', 'unblocked', 'wait-any', 'child-exit-groups', 'child-stays'] },
    ],
  ])('keep the verdicts of %s, and cut its states', async (name, question) => {
    const late = await explicit(system(name, question));
    const soon = await explicit(early(system(name, question)));
    expect(told(late)).toEqual(told(soon));
    expect(late.states * 2).toBeLessThan(soon.states);
  });

  test('a fault may be the first to read one', async () => {
    const question = {
      faults: ['foreign-exit-signal'],
      guest: ['vfork', 'SIGCHLD', 'SIGUSR1', 'handler', 'wait-nothing', 'child-exit-groups'],
    };
    const causesOf = ({ properties }: SearchResult): unknown =>
      properties.map(({ name, counterexamples }) => [name, counterexamples.map(({ cause }) => cause)]);
    const late = await explicit(system('qemu-clone-vm', question));
    // The stranger strikes first, so that the step in which all is chosen is a turn of its own.
    expect(causesOf(late)).toEqual(causesOf(await explicit(early(system('qemu-clone-vm', question)))));
  });
});

describe('forgetting dead facts', () => {
  test.each([
    ['native', { faults: ['clone-C', 'kill-P'] }],
    [
      'qemu-clone-vm',
      {
        faults: ['clone-T', 'kill-C'],
        guest: ['SIGCHLD', 'handler', 'unblocked', 'wait-any', 'child-exit-groups', 'child-execs'],
      },
    ],
  ])('keeps the verdicts of %s, and cuts its states', async (name, question) => {
    const forgetful = await explicit(system(name, question));
    const remembers = await explicit(remembering(system(name, question)));
    expect(told(forgetful)).toEqual(told(remembers));
    expect(forgetful.states * 1.2).toBeLessThan(remembers.states);
  });
});
