/** Wrong kernels: each is caught by a litmus test, so a test can fail and a rule is not there for nothing. */
import { describe, expect, test } from 'vitest';
import { runLitmus } from '../../../commands/litmus.js';
import { litmusSystem, readLitmus, shippedLitmus } from '../../../model/litmus/index.js';
import { releaseRules, type Rules } from '../../../model/platforms.js';
import { withWrongKernel, type Call } from '../wrong-kernel.js';

function shipped(name: string): string {
  return shippedLitmus().find((path) => path.endsWith(`/${name}.litmus`))!;
}

describe('a rule of another release', () => {
  const wrong: [keyof Rules, Partial<Rules>, string][] = [
    ['cleartid', { cleartid: 'unless-killed' }, 'exit-6-killed-task-clears'],
    ['cleartid', { cleartid: 'unless-core-dump', coreDumpKills: 'mm' }, 'exit-6-core-dump-clears'],
    ['coreDumpKills', { coreDumpKills: 'mm' }, 'exit-10-core-dump-spares-sharers'],
    ['statusOf', { statusOf: 'leader' }, 'exit-3-status-of-the-last-thread'],
    ['vforkWaitKillable', { vforkWaitKillable: false }, 'vf-3-killed-waiter'],
    ['subreaper', { subreaper: false }, 'rep-1-subreaper'],
    ['deferredFput', { deferredFput: false }, 'exec-5-late-close'],
    ['clone3', { clone3: false }, 'clone-7-clone3-is-strict'],
    ['threadPidfd', { threadPidfd: false }, 'clone-5-pidfd-of-a-thread'],
  ];

  test.each(wrong)('%s is caught: %o by %s', async (_, mutation, name) => {
    const litmus = readLitmus(shipped(name));
    expect((await runLitmus(litmus)).asExpected).toBe(true);
    const mutated = litmusSystem(litmus, { ...releaseRules(), ...mutation });
    expect((await runLitmus(litmus, mutated)).asExpected).toBe(false);
  });
});

/** The tests that fail when functions of one file of the kernel are replaced; `real` gives the ones there are. */
async function caught(
  file: string,
  replace: (real: (name: string) => Call) => Record<string, unknown>,
): Promise<string[]> {
  const wrong = (real: Record<string, Call>) => replace((name) => real[name]!);
  return withWrongKernel(file, wrong, failingTests);
}

/** The shipped tests that are not as expected by the model as it is loaded now. */
async function failingTests(): Promise<string[]> {
  const fresh = await import('../../../commands/litmus.js');
  const { litmusSystem: system } = await import('../../../model/litmus/index.js');
  const failing: string[] = [];
  for (const litmus of shippedLitmus().map((one) => readLitmus(one))) {
    try {
      if (!(await fresh.runLitmus(litmus, system(litmus))).asExpected) failing.push(litmus.name);
    } catch {
      failing.push(litmus.name);
    }
  }
  return failing;
}

describe('a wrong step', () => {
  test('CLEARTID wakes all waiters', async () => {
    const failing = await caught('futex', (real) => {
      const wake = real('futex_wake');
      return { futex_wake: (k: unknown, word: unknown, _: unknown, key: unknown) => wake(k, word, 9, key) };
    });
    expect(failing).toContain('fut-5-wakes-one');
  });

  test('a private key is as good as a shared one', async () => {
    const failing = await caught('futex', (real) => {
      const [wait, wake] = [real('futex_wait'), real('futex_wake')];
      return {
        futex_wait: (label: unknown, row: unknown, call: object) =>
          wait(label, row, { ...call, key: 'shared' }),
        futex_wake: (k: unknown, word: unknown, count: unknown) => wake(k, word, count, 'shared'),
      };
    });
    expect(failing).toContain('fut-4-private-sleeps-on');
  });

  test('children stay with a dead parent’s process silently: PDEATHSIG never fires', async () => {
    const failing = await caught('reparent', () => ({ set_pdeath_signal: () => {} }));
    expect(failing).toContain('rep-2-pdeathsig-follows-the-thread');
    expect(failing).toContain('rep-3-fires-again');
  });

  test('a dead leader counts as a dead process', async () => {
    const failing = await caught('notify', () => ({ groupIsEmpty: () => true }));
    expect(failing).toContain('exit-9-dead-leader-is-not-waitable');
  });

  test('a child shares its descriptors always', async () => {
    const failing = await caught('files', (real) => {
      const copy = real('copy_files');
      return { copy_files: (k: unknown, child: unknown) => copy(k, child, true) };
    });
    expect(failing).toContain('k8-end-of-file-before-zombie');
  });

  test('nothing is checked about flags', async () => {
    const failing = await caught('clone-args', () => ({ clone_errno: () => '' }));
    expect(failing).toEqual(
      expect.arrayContaining(['clone-4-no-sibling-of-init', 'clone-7-clone3-is-strict', 'clone-einval']),
    );
  });

  test('a stop does not reach the parent', async () => {
    const failing = await caught('stop', () => ({
      tellsStop: (k: { t: { jobctl: string } }) => (k.t.jobctl = 'stopped'),
    }));
    expect(failing).toContain('stop-1-sigchld-for-a-stop');
  });

  test('a signal never wakes a sleeper', async () => {
    const failing = await caught('signal', () => ({ signal_pending: () => false }));
    expect(failing).toEqual(
      expect.arrayContaining(['wait-8-interrupted', 'fut-2-handlers', 'fut-2-timeout']),
    );
  });
});
