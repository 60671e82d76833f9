import { expect, test } from 'vitest';
import { choicesOf } from '../../../checker/run.js';
import type { State } from '../../../model/system.js';
import { system } from '../ask.js';

test('each step tells what it asks of the kernel, and what came back', () => {
  const guest = ['no-vfork', 'SIGCHLD', 'ignore', 'unblocked', 'wait-child', 'child-exits'];
  const asked = system('native', { guest });
  const told: unknown[] = [];
  let state: State = asked.initial;
  for (;;) {
    const [next] = asked.slots.flatMap((_, slot) => choicesOf(asked, state, slot));
    if (next === undefined) break;
    if (next.calls.length > 0) told.push(...next.calls);
    if (next.returned !== '') told.push(`${next.label} ${next.returned}`);
    state = next.state;
  }
  expect(told).toEqual([
    {
      name: 'clone',
      child: 'C',
      flags: ['CLONE_VM'],
      exit_signal: 'SIGCHLD',
      tls: '',
      parent_tid: '',
      child_tid: '',
    },
    'clone/K3 C',
    { name: 'wait4', pid: 101, flags: [] },
    { name: 'exit' },
    'guest.wait/do_wait ECHILD',
  ]);
});
