import { expect, test } from 'vitest';
import { explicit } from '../../../checker/explicit.js';
import {
  absentTask,
  allocate,
  clone,
  do_exit,
  free,
  newSignal,
  rest,
  step,
  taskSlot,
  type CloneFlag,
  type KernelState,
  type Machine,
} from '../../../model/kernel/index.js';
import type { System } from '../../../model/system.js';
import { run, systemOf } from '../litmus/walk.js';

test('a dying task takes its parts in the order of EXIT-4', () => {
  const system = systemOf(
    'words: x = 7, y = 0',
    'pipes: p',
    'P | C',
    'clone(C, CLONE_VM|CLONE_VFORK|CLONE_CHILD_CLEARTID|SIGCHLD, child_tid=x) | set_robust_list(y)',
    ' | exit(0)',
  );
  const { state } = run(system, 'P');
  expect(run(system, 'C', state).labels).toEqual([
    '1 set_robust_list(y)',
    '2 exit(0)',
    'exit/K6',
    'exit/K7a',
    'exit/K7b',
    'exit/K7c',
    'exit/K7d',
    'exit/K7e',
    'exit/K8',
    'exit/K9',
  ]);
});

test('a part that has nothing to do is passed over', () => {
  const system = systemOf('P', 'exit(0)');
  expect(run(system, 'P').labels).toEqual(['1 exit(0)', 'exit/K6', 'exit/K7e', 'exit/K9', 'exit/K10']);
});

test('the stack of a dying task may be freed once it let go of the memory (EXIT-11)', async () => {
  const { properties, taken } = await explicit(stackOf(['CLONE_VM', 'CLONE_VFORK']));
  expect(properties.flatMap(({ counterexamples }) => counterexamples)).toEqual([]);
  expect(taken).toContain('C:exit/K10');
});

test('a stack freed sooner is used after it was freed', async () => {
  const { properties } = await explicit(stackOf(['CLONE_VM']));
  expect(properties[0]!.verdict).toBe('violated');
});

/** P clones C onto a stack and frees it when clone returns. */
function stackOf(flags: readonly CloneFlag[]): System {
  const machine: Machine<KernelState> = {
    tasks: ['P', 'C'],
    objectOf: {},
    standsOn: (k) => (k.me === 'C' ? ['stack'] : []),
    allows: () => false,
  };
  const P = [
    step<KernelState>('stack', '', (k) => allocate(k, 'stack')),
    ...clone<KernelState>('clone', '', {
      child: 'C',
      mayVfork: flags.includes('CLONE_VFORK'),
      flags: () => flags,
      exit_signal: () => 'SIGCHLD',
      entry: 'works',
      fault: '',
      failed: '',
    }),
    step<KernelState>('free', '', (k) => free(k, 'stack')),
    rest<KernelState>('end', ''),
  ];
  const C = [
    step<KernelState>('works', '', () => {}),
    step<KernelState>('exit', '', (k) => do_exit(k)),
    rest<KernelState>('end', ''),
  ];
  const initial: KernelState = {
    task: {
      P: {
        ...absentTask(),
        state: 'running',
        pc: 'stack',
        tid: 100,
        group_leader: 'P',
        real_parent: 'init',
        exit_signal: 'SIGCHLD',
        mm: 'P',
        sighand: 'P',
      },
      C: absentTask(),
    },
    signal: { P: newSignal(), C: newSignal() },
    sighand: { P: { SIGCHLD: 'ignore' }, C: { SIGCHLD: 'ignore' } },
    sigset: {},
    files: {},
    word: {},
    futex: {},
    object: { stack: '' },
    pids: { free: { P: false, C: false } },
    faults: [],
  };
  return {
    name: 'stack',
    initial,
    slots: [taskSlot('P', P, machine), taskSlot('C', C, machine)],
    properties: [
      { kind: 'step', name: 'no-use-after-free', sentence: 'nobody uses what was freed', witness: 'use' },
    ],
    steps: [],
    faults: () => [],
  };
}
