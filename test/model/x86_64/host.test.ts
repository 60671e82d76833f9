import { expect, test } from 'vitest';
import { kernelOf } from '../../../model/x86_64/stops.js';
import { beginning, hostState, objectOf, resurrected, settled, UNKNOWN } from '../../../model/x86_64/host.js';
import { protocol, system } from '../ask.js';

const initial = kernelOf(system('qemu-clone-vm').initial);
const { disposition } = protocol('qemu-clone-vm');

test('the kernel is told what the emulator tells it, not what the guest wants', () => {
  const wanted = settled(initial, { ...initial, sighand: { P: { SIGCHLD: 'ignore', SIGUSR1: 'default' } } });
  expect(hostState(wanted, disposition).sighand['P']).toMatchObject({
    SIGCHLD: 'ignore',
    SIGUSR1: 'handler',
    SIGTERM: 'handler',
    // Nobody sends this one but a task that is to die of it.
    SIGSEGV: 'default',
  });
  expect(hostState(wanted).sighand['P']).toMatchObject({ SIGUSR1: 'default', SIGTERM: 'default' });
});

test('a program that was executed is on its own', () => {
  const P = { ...initial.task['P']!, self_exec_id: 1 };
  const s = hostState({ ...initial, task: { ...initial.task, P } }, disposition);
  expect(s.sighand['P']!['SIGTERM']).toBe('default');
});

test('answers are given as the run has given them in the end, and else the first', () => {
  const { sighand, sigset } = settled(initial, {
    ...initial,
    sighand: { P: { SIGCHLD: 'handler' } },
    sigset: { guest: 'SIGCHLD SIGUSR1 SIGRTMIN' },
  });
  expect(sighand['P']).toEqual({ SIGCHLD: 'handler', SIGUSR1: 'default', SIGRTMIN: 'default' });
  expect(sigset).toEqual({ guest: 'SIGCHLD SIGUSR1 SIGRTMIN' });
});

test('what is shared is named after the leader of those who share it', () => {
  const other = kernelOf(system('native', { guest: ['caller-ends'] }).initial);
  const { task, sighand } = beginning(other);
  expect(['L', 'P'].map((name) => [task[name]!.mm, task[name]!.sighand])).toEqual([
    ['L', 'L'],
    ['L', 'L'],
  ]);
  expect(sighand['L']).toEqual(other.sighand['P']);
});

test('nobody knows what is in memory that was freed', () => {
  const { object, word } = resurrected(initial, 'mgr');
  expect([object['mgr'], word['mgr.managed_tid'], word['info.result']]).toEqual(['nobody', UNKNOWN, 0]);
  expect([objectOf('mgr.tls'), objectOf('ctid')]).toEqual(['mgr', '']);
});
