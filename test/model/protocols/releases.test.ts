/** What changed in Linux changes verdicts: the rules are data, and the protocol is the same text. */
import { describe, expect, test } from 'vitest';
import { ask, causes } from '../ask.js';

const SMALL = ['SIGCHLD', 'handler', 'unblocked', 'wait-nothing', 'child-exit-groups', 'child-faults'];

describe('the trampoline is killed while the child lives', () => {
  const killed = (kernel: string) =>
    ask('qemu-clone-vm-eagain-fixed', { guest: SMALL, faults: ['kill-T'], kernel });

  test('on 4.7 a death by signal does not clear the CLEARTID word, and the manager sleeps for ever (EXIT-6)', async () => {
    const result = await killed('4.7');
    expect(causes(result, 'no-hang')).toContain('no-hang M [kill-T] in 10');
    expect(causes(result, 'no-use-after-free')).toEqual(['child.mask info in 7']);
  });

  test('since 4.8 it does, and the manager frees the TLS image under the child', async () => {
    for (const kernel of ['5.10', '6.18']) {
      const result = await killed(kernel);
      expect(causes(result, 'no-hang').filter((cause) => cause.includes(' M '))).toEqual([]);
      expect(causes(result, 'no-use-after-free')).toContain('runs tls_M [kill-T] in 10');
    }
  });
});

describe('the child dumps core', () => {
  const dumped = (kernel: string) => ask('qemu-clone-vm-eagain-fixed', { guest: SMALL, kernel });

  test('before 5.16 that kills all who share its memory, and nobody is left to leak for (EXIT-10)', async () => {
    expect(causes(await dumped('5.15'), 'no-leak')).toEqual(['guest.exit_group TaskState in 5']);
  });

  test('since then the emulator lives on, with what the child left behind', async () => {
    expect(causes(await dumped('5.16'), 'no-leak')).toEqual([
      'guest.child TaskState in 5',
      'guest.exit_group TaskState in 5',
    ]);
  });
});
