import { describe, expect, test } from 'vitest';
import {
  clone_args_valid,
  CLONE_FLAGS,
  type CloneArgs,
  type CloneFlag,
} from '../../../model/kernel/index.js';
import { releaseRules } from '../../../model/platforms.js';

function valid(flags: readonly CloneFlag[], more: Partial<CloneArgs> = {}, release = '6.18'): boolean {
  const rest = { exit_signal: '', clone3: false, unkillable: false } as const;
  return clone_args_valid({ ...releaseRules(release), ...rest, flags, ...more });
}

/** What each flag of a pair needs before the pair itself can be the reason. */
const NEEDS: Partial<Record<CloneFlag, readonly CloneFlag[]>> = {
  CLONE_SIGHAND: ['CLONE_VM'],
  CLONE_THREAD: ['CLONE_VM', 'CLONE_SIGHAND'],
};

test('refuses the pairs of CLONE-3 and nothing else', () => {
  const refused = CLONE_FLAGS.flatMap((a, i) =>
    CLONE_FLAGS.slice(i + 1)
      .filter((b) => !valid([...new Set([...(NEEDS[a] ?? []), ...(NEEDS[b] ?? []), a, b])]))
      .map((b) => `${a}|${b}`),
  );
  expect(refused).toEqual([
    'CLONE_FS|CLONE_NEWNS',
    'CLONE_FS|CLONE_NEWUSER',
    'CLONE_PIDFD|CLONE_PARENT_SETTID',
    'CLONE_PIDFD|CLONE_DETACHED',
    'CLONE_THREAD|CLONE_NEWUSER',
    'CLONE_THREAD|CLONE_NEWPID',
    'CLONE_SYSVSEM|CLONE_NEWIPC',
  ]);
  expect(valid(['CLONE_SIGHAND'])).toBe(false);
  expect(valid(['CLONE_VM', 'CLONE_THREAD'])).toBe(false);
});

test('accepts shared memory across namespaces (CLONE-8)', () => {
  const pairs: CloneFlag[][] = [
    ['CLONE_VM', 'CLONE_NEWPID'],
    ['CLONE_VM', 'CLONE_NEWUSER'],
    ['CLONE_PARENT', 'CLONE_NEWPID'],
  ];
  expect(pairs.map((pair) => valid(pair))).toEqual([true, true, true]);
});

describe('clone3', () => {
  test('refuses an exit signal that it would ignore', () => {
    expect(valid(['CLONE_PARENT'], { clone3: true, exit_signal: 'SIGCHLD' })).toBe(false);
    expect(valid(['CLONE_PARENT'], { clone3: true })).toBe(true);
    expect(valid(['CLONE_PARENT'], { exit_signal: 'SIGCHLD' })).toBe(true);
  });

  test('has two words where clone has one', () => {
    expect(valid(['CLONE_PIDFD', 'CLONE_PARENT_SETTID'], { clone3: true })).toBe(true);
  });

  test('refuses to share handlers and clear them', () => {
    expect(valid(['CLONE_VM', 'CLONE_SIGHAND', 'CLONE_CLEAR_SIGHAND'], { clone3: true })).toBe(false);
    expect(valid(['CLONE_CLEAR_SIGHAND'], { clone3: true })).toBe(true);
    expect(valid(['CLONE_CLEAR_SIGHAND'], { clone3: true }, '5.4')).toBe(false);
  });
});

test('an init makes no sibling (CLONE-4)', () => {
  expect(valid(['CLONE_PARENT'], { unkillable: true })).toBe(false);
  expect(valid([], { unkillable: true })).toBe(true);
});
