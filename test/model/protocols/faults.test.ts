/** What each fault breaks in the proposal, for one small guest, beyond what is broken without it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ask, causes, possibleFaults, system } from '../ask.js';
import { outcomes } from '../outcomes.js';

const { protocol: NAME, guest: SMALL } = JSON.parse(
  readFileSync(new URL('../../../scripts/faults.json', import.meta.url), 'utf8'),
) as { protocol: string; guest: string[] };

async function broken(fault: string): Promise<string[]> {
  const result = await ask(NAME, { guest: SMALL, faults: [fault] });
  return result.properties.flatMap(({ name, counterexamples }) =>
    counterexamples
      .filter(({ cause }) => cause.faults.length > 0)
      .map(({ cause, turns }) => `${name}: ${cause.label} ${cause.object} in ${turns}`),
  );
}

describe('each fault, once', () => {
  test('breaks this much', async () => {
    const found: Record<string, string[]> = {};
    for (const fault of possibleFaults(NAME)) found[fault] = await broken(fault);
    expect(found).toMatchInlineSnapshot(`
      {
        "alloc-stack-C": [
          "no-leak: do_fork.return TaskState in 1",
        ],
        "alloc-stack-T": [
          "no-leak: do_fork.return TaskState in 1",
        ],
        "clone-C": [
          "no-leak: exit/K6 stack_C in 4",
          "no-leak: do_fork.return TaskState in 5",
        ],
        "clone-D": [],
        "clone-M": [
          "no-leak: do_fork.return TaskState in 1",
        ],
        "clone-N": [],
        "clone-T": [
          "no-double-free: manager.free_stack_T stack_T in 4",
          "no-leak: do_fork.return TaskState in 3",
        ],
        "core-P": [
          "no-leak: deliver.guest stack_T in 9",
          "guest-mask-kept: clone_run.guest C in 6",
        ],
        "execve-P": [
          "no-leak: exit/K6 stack_T in 11",
        ],
        "exit_group-P": [
          "no-leak: guest.exit_group stack_T in 10",
        ],
        "foreign-exit-signal": [
          "guest-mask-kept: clone_run.guest C in 6",
        ],
        "kill-C": [
          "no-leak: strikes TaskState in 5",
          "no-hang: no-hang P in 7",
        ],
        "kill-D": [],
        "kill-P": [
          "no-leak: clone_C/K2 stack_T in 5",
          "no-leak: strikes stack_T in 5",
          "no-hang: no-hang C in 8",
          "no-hang: no-hang T in 9",
        ],
        "kill-T": [
          "no-use-after-free: runs tls_M in 10",
          "no-leak: strikes stack_C in 4",
          "no-leak: clone_T/K3 stack_C in 5",
          "no-hang: no-hang P in 5",
          "no-hang: no-hang C in 11",
        ],
        "stop-C": [],
        "stop-P": [],
        "stop-T": [
          "single-exit-signal: single-exit-signal T in 13",
        ],
        "stray-cond": [
          "no-failed-assertion: await_fetched/unlock mgr.fetched in 3",
          "no-failed-assertion: await_spawned/unlock mgr.spawned in 4",
          "no-failed-assertion: await_child_ready/unlock info.child_ready in 5",
          "no-use-after-free: clone_run.mask dinfo in 9",
          "no-use-after-free: clone_run.lock dinfo in 9",
          "no-leak: await_child_ready/unlock stack_T in 6",
          "no-leak: await_spawned/unlock stack_T in 6",
          "no-leak: clone_C/K2 stack_T in 6",
          "no-hang: no-hang C in 8",
          "no-hang: no-hang T in 9",
        ],
        "stray-futex": [
          "no-use-after-free: runs tls_M in 10",
          "no-use-after-free: runs stack_T in 11",
          "no-use-after-free: exit/K7b mgr in 11",
        ],
        "term-C": [
          "no-leak: deliver.guest TaskState in 6",
        ],
        "term-P": [
          "no-leak: deliver.guest stack_T in 9",
          "guest-mask-kept: clone_run.guest C in 6",
        ],
      }
    `);
  });
});

test('the table in README.md is what `npm run faults` makes', () => {
  const file = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, [file('scripts/faults.mjs')], { encoding: 'utf8' });
  expect(stderr).toBe('');
  const inReadme = /<!-- faults:begin -->\n\n([^]*)\n\n<!-- faults:end -->/.exec(
    readFileSync(file('README.md'), 'utf8'),
  );
  expect(inReadme?.[1]).toBe(stdout.trimEnd());
});

describe('every fault makes a difference', () => {
  const ofGuest = possibleFaults('native');
  const guests: Record<string, readonly string[]> = {
    'clone-N': ['child-starts-thread'],
    'clone-D': ['child-forks', 'handler'],
    'kill-D': ['child-forks'],
    'kill-C': ['child-stays'],
    'term-C': ['handler', 'child-stays'],
  };

  test.each(ofGuest)('%s: on Linux', (fault) => {
    const guest = ['SIGCHLD', 'unblocked', 'wait-any', ...(guests[fault] ?? ['handler', 'child-exits'])];
    const [struck, spared] = [[fault], []].map((faults) => outcomes(system('native', { guest, faults })));
    expect(struck).not.toEqual(spared);
  });

  test.each(possibleFaults('qemu-clone-vm').filter((fault) => !ofGuest.includes(fault)))(
    '%s: in what it breaks',
    async (fault) => {
      expect(await broken(fault)).not.toEqual([]);
    },
  );
});

describe('several clones', () => {
  test('in a row: the second child can inherit the mask that a notice of the first left behind', async () => {
    const guest = [...SMALL, 'vfork'];
    const result = await ask('qemu-clone-vm', { guest, rounds: 2 }, { depth: 13, maxStates: 3_000_000 });
    const kept = result.properties.find(({ name }) => name === 'guest-mask-kept')!;
    expect(
      kept.counterexamples.map(({ cause, turns }) => `${cause.label} ${cause.object} in ${turns}`),
    ).toEqual(['clone_run.guest C2 in 13']);
  });

  test('in a row: a stale entry of the hidden table hides the death of a child that got the old pid', async () => {
    const guest = ['vfork', 'SIGCHLD', 'handler', 'unblocked', 'wait-any', 'child-exit-groups'];
    const result = await ask('qemu-clone-vm-eagain-fixed', { guest, rounds: 2 }, { depth: 15 });
    expect(causes(result, 'single-exit-signal')).toContain('single-exit-signal C2 in 15');
  });

  test('in a row: a clone that fails is not blamed for the helper of another', async () => {
    const guest = ['vfork', 'SIGCHLD', 'default', 'unblocked', 'wait-any', 'child-exit-groups'];
    const result = await ask('qemu-clone-vm', { guest, rounds: 2, faults: ['alloc-stack-T'] }, { depth: 12 });
    expect(causes(result, 'clone-result')).toEqual([]);
    expect(result.taken).toContain('P:clone_vm.failed@2');
  });

  test('at once and in a row, native keeps every promise', async () => {
    for (const question of [{ clones: 2 }, { rounds: 2 }]) {
      const result = await ask('native', {
        ...question,
        guest: ['SIGCHLD', 'SIGUSR1', 'handler', 'ignore', 'wait-any'],
      });
      expect(result.properties.map(({ name, verdict }) => [name, verdict])).toEqual(
        result.properties.map(({ name }) => [name, 'holds']),
      );
    }
  });
});
