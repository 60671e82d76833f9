import { expect, test } from 'vitest';
import { Cpu, send_signal, type KernelState, type Machine, type Sig } from '../../../model/kernel/index.js';
import { get_signal, signalToTake, zap_group } from '../../../model/kernel/signal.js';
import type { Move, State } from '../../../model/system.js';
import { systemOf } from '../litmus/walk.js';

const move: Move = {
  choose: () => 0,
  block: () => {
    throw new Error('blocks');
  },
  fail: (property) => {
    throw new Error(property);
  },
  violate() {},
  at() {},
  event() {},
  says() {},
  calls() {},
  returns() {},
};

/** A copy of a state that may be written. */
function stateOf(initial: State): KernelState {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a litmus system has no other state
  return structuredClone(initial) as KernelState;
}

function cpu(...lines: readonly string[]): Cpu {
  const { initial, slots } = systemOf(...lines);
  const machine: Machine<KernelState> = {
    tasks: slots.map(({ name }) => name),
    objectOf: {},
    standsOn: () => [],
    allows: () => false,
  };
  return new Cpu(stateOf(initial), 'P', move, machine);
}

test('a group that is exiting drops what is sent to it (EXIT-13)', () => {
  const k = cpu('task P: blocks SIGUSR1', 'P', 'pause()');
  expect(send_signal(k, 'SIGUSR1', 'SI_USER', 0, 'P').fate).toBe('queued');
  zap_group(k, 'P', 'CLD_EXITED');
  expect(send_signal(k, 'SIGUSR1', 'SI_USER', 0, 'P').fate).toBe('ignored');
  expect(k.s.signal['P']!.shared_pending).toEqual([]);
});

test('signals are taken lowest number first, a thread own ones before those of its process', () => {
  const k = cpu(
    'task P: handles SIGQUIT, handles SIGUSR1, handles SIGSEGV, handles SIGRTMIN',
    'P',
    'pause()',
  );
  k.t.blocked = 'none';
  const all: Sig[] = ['SIGRTMIN', 'SIGSEGV', 'SIGQUIT'];
  for (const sig of all) send_signal(k, sig, 'SI_USER', 0, 'P');
  send_signal(k, 'SIGUSR1', 'SI_TKILL', 0, 'P', 'thread');
  const taken: string[] = [];
  const handler = (_: unknown, sig: Sig) => taken.push(sig);
  const handling = new Cpu(k.s, 'P', move, { ...k.machine, handler });
  for (let entry = signalToTake(handling); entry !== undefined; entry = signalToTake(handling))
    get_signal(handling, entry);
  expect(taken).toEqual(['SIGUSR1', 'SIGQUIT', 'SIGSEGV', 'SIGRTMIN']);
});

test('a signal that merges names the entry that stays', () => {
  const k = cpu('task P: blocks SIGCHLD', 'P', 'pause()');
  send_signal(k, 'SIGCHLD', 'SI_USER', 1, 'P');
  expect(send_signal(k, 'SIGCHLD', 'CLD_EXITED', 101, 'P')).toEqual({
    fate: 'merged',
    pending: 'SIGCHLD SI_USER 1',
  });
});

test('SIGKILL ends every thread, whatever it blocks or handles', () => {
  const k = cpu('task P: blocks all', 'task M: thread of P', 'P | M', 'pause() | pause()');
  send_signal(k, 'SIGKILL', 'SI_USER', 0, 'M');
  expect(['P', 'M'].map((name) => k.task(name).pending)).toEqual([
    ['SIGKILL SI_KERNEL 0'],
    ['SIGKILL SI_KERNEL 0'],
  ]);
});

test('SIGKILL for a thread that is exiting kills nobody, and for its process those that live', () => {
  const k = cpu('task M: thread of P', 'P | M', 'pause() | pause()');
  k.task('P').state = 'zombie';
  send_signal(k, 'SIGKILL', 'SI_TKILL', 0, 'P', 'thread');
  expect(k.task('M').pending).toEqual([]);
  send_signal(k, 'SIGKILL', 'SI_USER', 0, 'P');
  expect(k.task('M').pending).toEqual(['SIGKILL SI_KERNEL 0']);
});
