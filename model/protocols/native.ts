/**
 * Native: does Linux itself keep every promise the emulations are held to?
 *
 * The guest's clone(CLONE_VM) is made straight to the kernel by P, and C is the child. It is the yardstick: a property
 * that fails here is a wrong property.
 */
import { clone, do_exit, do_group_exit, inRounds, step, type Machine, type Step } from '../kernel/index.js';
import { assemble, guestMachine, programOf } from './assemble.js';
import { EXIT_GROUP_P, guestActors, type Actor } from './environment.js';
import {
  asksVfork,
  born,
  callerProgram,
  childProgram,
  cloneReturned,
  exitSignal,
  GUEST_CHOICES,
  GUEST_PROFILES,
  signalTaken,
  type GuestState,
} from './guest.js';
import { initialState } from './initial.js';
import { callers, operations, operationsOf, type Op } from './op.js';
import type { Protocol, ProtocolOptions } from './protocol.js';

/** The caller: a thread of the guest. */
function caller(op: Op, next?: string): Step<GuestState>[] {
  return [
    ...clone<GuestState>('clone', 'clone', {
      child: op.C,
      mayVfork: true,
      flags: (k) => ['CLONE_VM', ...(asksVfork(k, op) ? (['CLONE_VFORK'] as const) : [])],
      exit_signal: (k) => exitSignal(k, op),
      entry: 'guest.child',
      stack: 'guest stack',
      fault: 'clone-C',
      failed: 'clone.failed',
      linked: (k) => born(k, op),
      done(k, tid) {
        cloneReturned(k, op, tid);
        k.goto('guest.run');
      },
    }),
    step('clone.failed', 'clone', (k) => {
      k.says('clone has failed');
      cloneReturned(k, op, -1);
    }),
    ...callerProgram<GuestState>('guest', op, next === undefined ? undefined : `clone${next}`),
  ];
}

/** The child. */
function child(op: Op): Step<GuestState>[] {
  return childProgram<GuestState>(op, {
    row: 'guest',
    exit(k) {
      k.says('exit(0) = ?');
      do_exit(k);
    },
    exit_group(k) {
      k.says('exit_group(0) = ?');
      do_group_exit(k, 'CLD_EXITED');
    },
  });
}

const ACTORS: readonly Actor<GuestState>[] = guestActors();

function machine(ops: readonly Op[], options: ProtocolOptions): Machine<GuestState> {
  return {
    ...guestMachine(options),
    tasks: [...callers(ops), ...ops.map(({ C }) => C)],
    objectOf: {},
    standsOn: () => [],
    handler: (k, _sig, si_code, si_pid) => signalTaken(k, si_code, si_pid),
  };
}

export const native: Protocol = {
  name: 'native',
  summary: "the guest's clone(CLONE_VM) made straight to Linux: the yardstick",
  description: [
    'Does Linux itself keep what the emulations are held to? It must, for every guest choice.',
    'P calls clone(CLONE_VM[|CLONE_VFORK]) and C is its child; nobody else takes part.',
  ].join('\n'),
  faults: [{ name: 'clone-C', sentence: 'the clone of the child fails (EAGAIN)' }, EXIT_GROUP_P, ...ACTORS],
  guest: GUEST_CHOICES,
  profiles: GUEST_PROFILES,
  defaultFaults: ['clone-C'],
  properties: [
    'no-hang',
    'single-exit-signal',
    'only-own-children-waitable',
    'exit-signal-as-requested',
    'parent-is-caller',
    'vfork-suspends-caller',
    'guest-mask-kept',
    'clone-result',
  ],
  experiments: [],
  build(options) {
    const ops = operations(options.clones, options.rounds);
    const here = machine(ops, options);
    const programs = [
      ...callers(ops).map((P) =>
        programOf(P, inRounds(operationsOf(ops, P), caller), { cleartid: true, vforked: true }),
      ),
      ...ops.map((op) => programOf(op.C, child(op), { cleartid: true })),
    ];
    const initial = initialState({ ops, tasks: here.tasks, asked: options.guest, start: 'clone' });
    return assemble({ name: 'native', initial, programs, actors: ACTORS, machine: here }, options);
  },
};
