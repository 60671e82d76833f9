/** What the guest may choose on request: every answer makes a difference, Linux keeps its promises, and the proposal does not. */
import { describe, expect, test } from 'vitest';
import { GUEST_CHOICES } from '../../../model/protocols/choices.js';
import { ask, broken, causes, possibleFaults, system } from '../ask.js';
import { outcomes } from '../outcomes.js';

/** What else a guest chooses for an answer to make a difference, and the answer it is compared with. */
const COMPARED: Record<string, { readonly to: string; readonly others: readonly string[] }> = {
  'no-vfork': { to: 'vfork', others: ['child-stays'] },
  vfork: { to: 'no-vfork', others: ['child-stays'] },
  'exit-signal-0': { to: 'SIGCHLD', others: ['handler', 'unblocked'] },
  SIGCHLD: { to: 'SIGUSR1', others: ['wait-any'] },
  SIGUSR1: { to: 'SIGCHLD', others: ['wait-any'] },
  SIGRTMIN: { to: 'SIGCHLD', others: ['wait-any'] },
  default: { to: 'handler', others: ['unblocked'] },
  ignore: { to: 'default', others: ['wait-any'] },
  handler: { to: 'default', others: ['unblocked'] },
  unblocked: { to: 'blocked', others: ['handler'] },
  blocked: { to: 'unblocked', others: ['handler'] },
  'wait-nothing': { to: 'wait-any', others: [] },
  'wait-child': { to: 'wait-nothing', others: [] },
  'wait-any': { to: 'wait-nothing', others: [] },
  'wait-all': { to: 'wait-any', others: ['SIGUSR1', 'handler', 'unblocked'] },
  'child-exits': { to: 'child-starts-thread', others: [] },
  'child-exit-groups': { to: 'child-stays', others: [] },
  'child-execs': { to: 'child-exits', others: [] },
  'child-exec-fails': { to: 'child-execs', others: [] },
  'child-exec-fails-late': { to: 'child-exit-groups', others: ['SIGUSR1', 'wait-any'] },
  'child-faults': { to: 'child-stays', others: [] },
  'child-stays': { to: 'child-exits', others: [] },
  'child-starts-thread': { to: 'child-exits', others: [] },
  'child-forks': { to: 'child-stays', others: [] },
  CLONE_PARENT: { to: 'own-child', others: ['handler', 'unblocked'] },
  CLONE_FILES: { to: 'own-files', others: ['caller-closes-pipe', 'child-stays'] },
  CLONE_SIGHAND: { to: 'own-handlers', others: ['resets-handlers', 'handler', 'unblocked'] },
  CLONE_PARENT_SETTID: { to: 'no-parent-settid', others: [] },
  CLONE_CHILD_SETTID: { to: 'no-child-settid', others: [] },
  CLONE_CHILD_CLEARTID: { to: 'no-child-cleartid', others: [] },
  PDEATHSIG: { to: 'no-pdeathsig', others: ['caller-ends', 'child-stays'] },
  SA_NOCLDWAIT: { to: 'handler', others: ['wait-any', 'unblocked'] },
  sigtimedwait: { to: 'wait-nothing', others: ['blocked', 'handler'] },
  'resets-handlers': { to: 'keeps-handlers', others: ['CLONE_SIGHAND', 'handler', 'unblocked'] },
  'caller-closes-pipe': { to: 'no-pipe', others: ['child-stays'] },
  'child-closes-pipe': { to: 'no-pipe', others: [] },
  'caller-ends': { to: 'caller-stays', others: [] },
};

describe('every guest choice', () => {
  /** The answer that asks for nothing is the one that the others are compared with. */
  const plain = Object.values(COMPARED).map(({ to }) => to);
  const asking = GUEST_CHOICES.filter(({ name }) => name in COMPARED);

  test('is compared with another answer to its question', () => {
    const known = [...Object.keys(COMPARED), ...plain];
    expect(GUEST_CHOICES.filter(({ name }) => !known.includes(name))).toEqual([]);
  });

  test.each(asking.map(({ name }) => name))('%s makes a difference on Linux', (name) => {
    const { to, others } = COMPARED[name]!;
    const base = [
      ...(others.some((one) => one.startsWith('child-') && !one.endsWith('pipe')) || name.startsWith('child-')
        ? []
        : ['child-exit-groups']),
      ...(['SIGCHLD', 'SIGUSR1', 'exit-signal-0', 'SIGRTMIN'].some((one) =>
        [...others, name, to].includes(one),
      )
        ? []
        : ['SIGCHLD']),
      ...others,
    ];
    const [one, other] = [name, to].map((answer) => outcomes(system('native', { guest: [...base, answer] })));
    expect(one).not.toEqual(other);
  });
});

/** The guest that the others are made from. */
const SMALL = ['vfork', 'SIGCHLD', 'unblocked', 'child-exit-groups'];

describe('what a guest may ask for', () => {
  const guests: Record<string, readonly string[]> = {
    CLONE_PARENT: ['CLONE_PARENT', 'handler', 'wait-any', ...SMALL],
    'CLONE_FILES and a pipe': ['CLONE_FILES', 'child-closes-pipe', 'handler', 'wait-nothing', ...SMALL],
    'CLONE_SIGHAND and sigaction': ['CLONE_SIGHAND', 'resets-handlers', 'handler', 'wait-nothing', ...SMALL],
    'the words of its own': [
      'CLONE_PARENT_SETTID',
      'CLONE_CHILD_SETTID',
      'CLONE_CHILD_CLEARTID',
      'handler',
      'wait-nothing',
      ...SMALL,
    ],
    PDEATHSIG: ['PDEATHSIG', 'handler', 'wait-nothing', ...SMALL],
    'a caller that ends': ['caller-ends', 'handler', 'wait-nothing', ...SMALL],
    SA_NOCLDWAIT: ['SA_NOCLDWAIT', 'wait-any', ...SMALL],
    sigtimedwait: ['sigtimedwait', 'handler', 'blocked', 'vfork', 'SIGCHLD', 'child-exit-groups'],
    'a child with a thread': [
      'child-starts-thread',
      'handler',
      'unblocked',
      'wait-nothing',
      'vfork',
      'SIGCHLD',
    ],
    'a child with a child': ['child-forks', 'handler', 'unblocked', 'wait-nothing', 'no-vfork', 'SIGCHLD'],
  };

  test.each(Object.entries(guests))('%s: Linux keeps every promise, under every fault', async (_, guest) => {
    const result = await ask('native', { guest, faults: possibleFaults('native') });
    expect(broken(result)).toEqual([]);
  });

  test('the proposal, without any fault, beyond what every guest meets', async () => {
    const found: Record<string, string[]> = {};
    for (const [name, guest] of Object.entries(guests)) {
      const usual = await ask('qemu-clone-vm', { guest: guest.filter((answer) => !isOnRequest(answer)) });
      const result = await ask('qemu-clone-vm', { guest });
      const known = broken(usual).flatMap((property) => causes(usual, property).map(withoutTurns));
      found[name] = broken(result).flatMap((property) =>
        causes(result, property)
          .filter((cause) => !known.includes(withoutTurns(cause)))
          .map((cause) => `${property}: ${cause}`),
      );
    }
    expect(found).toMatchInlineSnapshot(`
      {
        "CLONE_FILES and a pipe": [],
        "CLONE_PARENT": [
          "single-exit-signal: single-exit-signal T in 10",
          "single-exit-signal: single-exit-signal somebody in 10",
        ],
        "CLONE_SIGHAND and sigaction": [],
        "PDEATHSIG": [],
        "SA_NOCLDWAIT": [],
        "a caller that ends": [],
        "a child with a child": [],
        "a child with a thread": [
          "exit-ends-one-thread: exit.exit N in 5",
        ],
        "sigtimedwait": [
          "single-exit-signal: single-exit-signal T in 9",
        ],
        "the words of its own": [
          "cleartid-as-native: cleartid-as-native ctid in 8",
        ],
      }
    `);
  });
});

function withoutTurns(cause: string): string {
  return cause.replace(/ in \d+$/, '');
}

function isOnRequest(answer: string): boolean {
  return GUEST_CHOICES.some(({ name, onRequest }) => name === answer && onRequest === true);
}
