/** For each property: a model where it holds, and a wrong one where it must fail, with the step that breaks it. */
import { describe, expect, test } from 'vitest';
import { explicit } from '../../checker/explicit.js';
import { replay } from '../../checker/run.js';
import type { GuestState } from '../../model/protocols/guest.js';
import type { System } from '../../model/system.js';
import { properties } from '../../properties/index.js';
import { mutate, startsOver, system, verdict, type Question } from '../model/ask.js';

interface Case {
  readonly property: string;
  readonly holds: System;
  readonly mutated: System;
  /** `slot:label` of the last step of the simplest counterexample. */
  readonly last: string;
}

const native = (question: Question = {}): System => system('native', question);
const qemu = (guest: readonly string[], faults: readonly string[] = []): System =>
  system('qemu-clone-vm', { guest, faults });

const cases: Case[] = [
  {
    property: 'no-failed-assertion',
    holds: system('qemu-clone-vm-eagain-fixed', { guest: ['SIGCHLD', 'handler', 'wait-nothing'] }),
    mutated: qemu(['SIGCHLD', 'handler', 'wait-nothing']),
    last: 'M:manager.wait',
  },
  {
    property: 'no-crash',
    holds: qemu(['SIGCHLD', 'handler', 'wait-nothing']),
    // P clones T before M has said where its TLS image is.
    mutated: system('qemu-clone-vm', {
      guest: ['SIGCHLD', 'handler', 'wait-nothing'],
      without: ['completion-fetched'],
    }),
    last: 'T:trampoline.copy_info',
  },
  {
    property: 'no-use-after-free',
    holds: qemu(['vfork', 'SIGCHLD', 'handler', 'wait-nothing']),
    mutated: qemu(['no-vfork', 'SIGCHLD', 'handler', 'wait-nothing']),
    last: 'C:child.mask',
  },
  {
    property: 'no-double-free',
    holds: qemu(['SIGCHLD', 'handler', 'wait-nothing']),
    mutated: qemu(['SIGCHLD', 'handler', 'wait-nothing'], ['clone-T']),
    last: 'M:manager.free_stack_T',
  },
  {
    property: 'no-bad-lock',
    holds: qemu(['child-exit-groups', 'SIGCHLD', 'handler', 'wait-nothing']),
    mutated: qemu(['child-exits', 'SIGCHLD', 'handler', 'wait-nothing']),
    last: 'C:exit.unlock_again',
  },
  {
    property: 'no-leak',
    holds: qemu(['child-exits', 'SIGCHLD', 'handler', 'wait-nothing']),
    mutated: qemu(['child-execs', 'SIGCHLD', 'handler', 'wait-nothing']),
    last: 'C:guest.execve/K7e',
  },
  {
    property: 'no-hang',
    holds: native(),
    // The vfork waiter is never told.
    mutated: mutate(native(), 'C', 'exit/K7d', (s, _original, move) => {
      move.at('exit/K7d', 'mutated');
      s.task['C']!.pc = 'exit/K7e';
    }),
    last: 'C:exit/K9',
  },
  {
    property: 'single-exit-signal',
    holds: native(),
    // The signal is lost on its way.
    mutated: mutate(native(), 'C', 'exit/K9', (s, original) => {
      original();
      s.signal['P']!.shared_pending = [];
    }),
    last: 'C:exit/K9',
  },
  {
    property: 'only-own-children-waitable',
    holds: native(),
    // The zombie that was reaped is left to be reaped again.
    mutated: mutate(native(), 'P', 'guest.wait/release', (s, original) => {
      const zombie = { ...s.task['C']!, state: 'zombie' as const };
      const free = { ...s.pids.free };
      original();
      s.task['C'] = zombie;
      s.task['P']!.children = ['C'];
      s.pids.free = free;
    }),
    last: 'P:guest.wait/release',
  },
  {
    property: 'exit-signal-as-requested',
    holds: native(),
    mutated: mutate(native(), 'P', 'clone/K2', (s, original) => {
      original();
      s.task['C']!.exit_signal = 'SIGTERM';
    }),
    last: 'P:clone/K2',
  },
  {
    property: 'parent-is-caller',
    holds: native(),
    mutated: mutate(native(), 'P', 'clone/K2', (s, original) => {
      original();
      s.task['C']!.real_parent = 'init';
      s.task['P']!.children = [];
    }),
    last: 'P:clone/K2',
  },
  {
    property: 'own-tls',
    holds: qemu(['SIGCHLD', 'handler', 'wait-nothing']),
    mutated: system('qemu-clone-vm', {
      guest: ['SIGCHLD', 'handler', 'wait-nothing'],
      without: ['CLONE_SETTLS'],
    }),
    last: 'P:clone_T/K3',
  },
  {
    property: 'vfork-suspends-caller',
    holds: native(),
    // CLONE_VFORK that does not suspend.
    mutated: mutate(native(), 'P', 'clone/K5', (s, original) => {
      const { vfork_waiter } = s.task['C']!;
      s.task['C']!.vfork_waiter = '';
      original();
      if (s.task['C']!.state !== 'absent') s.task['C']!.vfork_waiter = vfork_waiter;
    }),
    last: 'P:clone/K5',
  },
  {
    property: 'guest-mask-kept',
    holds: native(),
    mutated: mutate(native(), 'P', 'clone/K2', (s, original) => {
      original();
      s.task['C']!.blocked = 'all';
    }),
    last: 'P:clone/K3',
  },
  {
    property: 'clone-result',
    holds: native({ faults: ['clone-C'] }),
    mutated: mutate(native({ faults: ['clone-C'] }), 'P', 'clone.failed', (s, original) => {
      original();
      (s as GuestState).guest['C']!.result = 'wrong';
    }),
    last: 'P:guest.run',
  },
  {
    property: 'tid-words-as-native',
    holds: native({ guest: ['CLONE_PARENT_SETTID', 'CLONE_CHILD_SETTID'] }),
    // The child stores nothing.
    mutated: mutate(native({ guest: ['CLONE_CHILD_SETTID'] }), 'C', 'settid', (s, original) => {
      const { ctid } = s.word;
      original();
      s.word['ctid'] = ctid!;
    }),
    last: 'C:settid',
  },
  {
    property: 'cleartid-as-native',
    holds: native({ guest: ['CLONE_CHILD_CLEARTID'] }),
    // The word is cleared and nobody is woken.
    mutated: mutate(native({ guest: ['CLONE_CHILD_CLEARTID'] }), 'C', 'exit/K7c', (s, original) => {
      const sleepers = [...s.futex['ctid']!];
      original();
      s.futex['ctid'] = sleepers;
    }),
    last: 'C:exit/K9',
  },
  {
    property: 'descriptors-close-as-native',
    holds: native({ guest: ['child-closes-pipe', 'child-stays'], faults: ['exit_group-P'] }),
    // T lives as long as C, and has the descriptors of P, who has gone.
    mutated: system('qemu-clone-vm', {
      guest: ['child-closes-pipe', 'child-stays', 'no-vfork', 'SIGCHLD', 'handler', 'wait-nothing'],
      faults: ['exit_group-P'],
    }),
    last: 'M:exit/K10',
  },
  {
    property: 'shares-as-asked',
    holds: native({ guest: ['CLONE_FILES', 'CLONE_SIGHAND', 'caller-closes-pipe'] }),
    // CLONE_SIGHAND is overlooked.
    mutated: mutate(native({ guest: ['CLONE_SIGHAND'] }), 'P', 'clone/K2', (s, original) => {
      original();
      s.task['C']!.sighand = 'C';
    }),
    last: 'P:clone/K3',
  },
  {
    property: 'exit-ends-one-thread',
    holds: native({ guest: ['child-starts-thread'] }),
    mutated: qemu(['child-starts-thread', 'SIGCHLD', 'handler', 'wait-nothing']),
    last: 'C:exit.exit',
  },
  {
    property: 'vfork-caller-goes-on',
    holds: native({ properties: ['vfork-caller-goes-on'] }),
    // The child is through with the memory, and the vfork waiter is never told.
    mutated: mutate(
      native({ properties: ['vfork-caller-goes-on'] }),
      'C',
      'exit/K7d',
      (s, _original, move) => {
        move.at('exit/K7d', 'mutated');
        s.task['C']!.pc = 'exit/K7e';
      },
    ),
    last: 'C:exit/K9',
  },
  {
    property: 'wait-returns',
    holds: native({ properties: ['wait-returns'] }),
    mutated: startsOver(native({ properties: ['wait-returns'] })),
    last: 'P:guest.wait/do_wait',
  },
];

describe('each property can hold and can fail', () => {
  test('there is a case for each', () => {
    expect(cases.map(({ property }) => property)).toEqual(properties.map(({ name }) => name));
  });

  test.each(cases)('$property', async ({ property, holds, mutated, last }) => {
    expect(verdict(await explicit(holds, {}), property)).toBe('holds');
    const result = await explicit(mutated, {});
    expect(verdict(result, property)).toBe('violated');
    const { path } = result.properties.find(({ name }) => name === property)!.counterexamples[0]!;
    const step = replay(mutated, path).at(-1)!;
    expect(`${step.slot}:${step.label}`).toBe(last);
  });

  test('a promise of whole runs fails by a run that goes round, where nothing stands still', async () => {
    const { mutated } = cases.find(({ property }) => property === 'wait-returns')!;
    const { counterexamples } = (await explicit(mutated, {})).properties[0]!;
    expect(counterexamples.map(({ cause, cycle }) => [cause.label, cause.object, cycle])).toEqual([
      ['cycle', 'P', 2],
    ]);
  });
});
