import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { SearchResult } from '../../../checker/result.js';
import { GUEST_CHOICES } from '../../../model/protocols/choices.js';
import { ask, broken, causes, creationFaults, system, verdict } from '../ask.js';

describe("QEMU's clone(CLONE_VM), as posted", () => {
  let result: SearchResult;
  beforeAll(async () => {
    result = await ask('qemu-clone-vm', { faults: creationFaults('qemu-clone-vm') });
  });

  test('is exhausted, with as many states as it had', () => {
    const { states, transitions, turns, deadlocks, failures, exhausted } = result;
    expect({ states, transitions, turns, deadlocks, failures, exhausted }).toMatchInlineSnapshot(`
      {
        "deadlocks": 18287,
        "exhausted": true,
        "failures": 56475,
        "states": 2148247,
        "transitions": 5575155,
        "turns": 16,
      }
    `);
  });

  test('fails its assertion after FUTEX_WAIT returned EAGAIN, without any fault', () => {
    expect(causes(result, 'no-failed-assertion')).toMatchInlineSnapshot(`
      [
        "manager.wait futex(managed_tid, FUTEX_WAIT) == 0 in 10",
      ]
    `);
  });

  test('breaks these promises, each by these causes and no others', () => {
    const found = broken(result).map((name) => [name, causes(result, name)]);
    expect(Object.fromEntries(found)).toMatchInlineSnapshot(`
      {
        "clone-result": [
          "clone-result error [clone-C] in 6",
        ],
        "no-bad-lock": [
          "exit.unlock_again clone_lock in 5",
        ],
        "no-double-free": [
          "manager.free_stack_T stack_T [clone-T] in 4",
        ],
        "no-failed-assertion": [
          "manager.wait futex(managed_tid, FUTEX_WAIT) == 0 in 10",
        ],
        "no-leak": [
          "guest.child TaskState in 5",
          "guest.exit_group TaskState in 5",
          "guest.execve/K7e TaskState in 5",
          "do_fork.return TaskState [alloc-stack-T] in 1",
          "do_fork.return TaskState [alloc-stack-C] in 1",
          "do_fork.return TaskState [clone-M] in 1",
          "do_fork.return TaskState [clone-T] in 3",
          "exit/K6 stack_C [clone-C] in 4",
          "do_fork.return TaskState [clone-C] in 5",
        ],
        "no-use-after-free": [
          "child.mask info in 7",
        ],
        "only-own-children-waitable": [
          "guest.wait/release T in 7",
        ],
        "single-exit-signal": [
          "single-exit-signal C in 9",
        ],
      }
    `);
  });

  test('keeps the others', () => {
    const kept = result.properties.filter((one) => one.verdict === 'holds').map(({ name }) => name);
    expect(kept).toMatchInlineSnapshot(`
      [
        "no-crash",
        "no-hang",
        "exit-signal-as-requested",
        "parent-is-caller",
        "own-tls",
        "vfork-suspends-caller",
        "guest-mask-kept",
      ]
    `);
  });

  test('takes every step, but for those with a reason', () => {
    const { steps } = system('qemu-clone-vm');
    const never = steps.filter(({ slot, label }) => !result.taken.includes(`${slot}:${label}`));
    expect(never.filter(({ neverTaken }) => neverTaken === undefined)).toEqual([]);
    const taken = steps.filter(({ slot, label }) => result.taken.includes(`${slot}:${label}`));
    expect(taken.filter(({ neverTaken }) => neverTaken !== undefined)).toEqual([]);
  });

  test('takes the paths that need an impossible fault when it is asked for by name', async () => {
    const asked = await ask('qemu-clone-vm', {
      faults: ['sigmask-M', 'sigmask-T', 'sigmask-C'],
      guest: ['handler'],
    });
    expect(asked.taken).toContain('P:E3.failed');
    expect(asked.taken).toContain('C:E6.exit');
  });
});

describe('with the repair its author announced', () => {
  test('no assertion fails', async () => {
    const result = await ask('qemu-clone-vm-eagain-fixed');
    expect(result.exhausted).toBe(true);
    expect(verdict(result, 'no-failed-assertion')).toBe('holds');
  });
});

describe('the step table', () => {
  const text = readFileSync(new URL('../../../docs/qemu-clone-vm.md', import.meta.url), 'utf8');
  const rows = new Map(
    [...text.matchAll(/^\| (\d+[abc]?|E\d) \|.*\| (`.*`) \|$/gm)].map(([, row, steps]) => [
      row!,
      [...steps!.matchAll(/`([^`]+)`/g)].map(([, label]) => label!),
    ]),
  );
  // Every step there is, for a guest that may ask for anything.
  const { steps } = system('qemu-clone-vm', { guest: GUEST_CHOICES.map(({ name }) => name) });
  const isPartOf = (label: string, named: string): boolean =>
    label === named || label.startsWith(`${named}/`);

  test('names for each row steps that exist', () => {
    expect(rows.size).toBe(23);
    for (const [row, labels] of rows)
      for (const named of labels)
        expect([
          row,
          named,
          named === 'get_signal' || steps.some(({ label }) => isPartOf(label, named)),
        ]).toEqual([row, named, true]);
  });

  test('has a row for each step that is not the kernel’s or the guest’s', () => {
    const cited = steps.filter(({ row }) => /^(\d|E\d)/.test(row));
    const homeless = cited.filter(
      ({ label, row }) =>
        !rows.get(/^(\d+[abc]?|E\d)/.exec(row)![0])?.some((named) => isPartOf(label, named)),
    );
    expect(homeless.map(({ label, row }) => `${row} ${label}`)).toEqual([]);
    const others = steps.filter(({ row }) => !/^(\d|E\d)/.test(row));
    expect(others.filter(({ row }) => !/^(guest|K\d+)/.test(row)).map(({ label }) => label)).toEqual([]);
  });
});
