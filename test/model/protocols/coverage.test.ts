/** Every step of every program is taken by some run, or the coverage report says why not. */
import { expect, test } from 'vitest';
import { protocols } from '../../../model/protocols/index.js';
import { ask, possibleFaults, system } from '../ask.js';

/** Small searches that together take what there is: a guest, a bound, and faults (all unless given). */
const SEARCHES: readonly { guest: string; depth: number; faults?: string[] }[] = [
  { guest: 'no-vfork SIGCHLD handler unblocked wait-any child-exits child-execs', depth: 9 },
  {
    guest:
      'CLONE_FILES CLONE_PARENT_SETTID CLONE_CHILD_SETTID CLONE_CHILD_CLEARTID caller-closes-pipe child-closes-pipe ' +
      'resets-handlers exit-signal-0 no-vfork default unblocked wait-nothing child-exits child-exec-fails',
    depth: 10,
    faults: [],
  },
  {
    guest: 'CLONE_PARENT PDEATHSIG vfork SIGCHLD handler unblocked wait-any child-exits',
    depth: 9,
    faults: [],
  },
  {
    guest: 'CLONE_CHILD_CLEARTID vfork SIGCHLD handler unblocked wait-nothing child-execs',
    depth: 10,
    faults: [],
  },
  {
    guest: 'child-forks child-closes-pipe vfork SIGCHLD ignore handler unblocked wait-any',
    depth: 12,
    faults: ['kill-D'],
  },
  { guest: 'sigtimedwait blocked vfork SIGCHLD child-exits', depth: 9, faults: [] },
  {
    guest: 'caller-ends child-closes-pipe vfork SIGCHLD handler unblocked wait-any child-exits',
    depth: 10,
    faults: [],
  },
  {
    guest: 'caller-ends caller-stays vfork exit-signal-0 handler unblocked wait-nothing child-exits',
    depth: 12,
    faults: ['exit_group-P', 'execve-P'],
  },
  {
    guest:
      'caller-ends CLONE_PARENT child-closes-pipe vfork SIGCHLD ignore unblocked wait-nothing child-exits',
    depth: 6,
    faults: ['kill-P'],
  },
  {
    guest: 'child-starts-thread child-closes-pipe vfork exit-signal-0 default unblocked wait-nothing',
    depth: 8,
    faults: ['term-C'],
  },
];

test.each(protocols)(
  '$name',
  async ({ name, guest }) => {
    const anything = system(name, {
      guest: guest.map((choice) => choice.name),
      faults: possibleFaults(name),
    });
    const unexplained = anything.steps.filter(({ neverTaken }) => neverTaken === undefined);
    const left = new Set(unexplained.map(({ slot, label }) => `${slot}:${label}`));
    for (const { guest: choices, depth, faults = possibleFaults(name) } of SEARCHES) {
      const { taken } = await ask(name, { guest: choices.split(' '), faults }, { depth });
      for (const step of taken) left.delete(step);
    }
    expect([...left]).toEqual([]);
  },
  60_000,
);
