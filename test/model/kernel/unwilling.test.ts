/** What the running kernel showed of signals that nobody takes. */
import { expect, test } from 'vitest';
import { run, systemOf, walk } from '../litmus/walk.js';

test('sigtimedwait does not take the SIGKILL that a fatal signal has become', () => {
  const system = systemOf('P | Q', 'r = sigtimedwait(all) | kill(P, SIGTERM)');
  const { state } = walk(system, ['P', 'Q']);
  expect(run(system, 'P', state).state).toMatchObject({
    register: { 'P.r': '-' },
    task: { P: { state: 'absent' } },
  });
});

test('a stopped thread takes no fatal signal, though its group has not stopped yet', () => {
  const lines = ['task M: thread of P', '', 'P | M | Q'];
  const program = ['  |   | tgkill(M, SIGSTOP)', '  |   | tgkill(M, SIGUSR1)'];
  const { state } = walk(systemOf(...lines, ...program), ['Q', 'M', 'Q']);
  expect(state).toMatchObject({
    signal: { P: { group_exit: '', stop: 'stopping' } },
    task: { M: { jobctl: 'stopped' } },
  });
});
