/**
 * Native: does Linux itself keep every promise the emulations are held to?
 *
 * The guest's clone(CLONE_VM) is made straight to the kernel by P, and C is the child. It is the yardstick: a property
 * that fails here is a wrong property.
 */
import { clone } from '../kernel/clone.js';
import type { Machine } from '../kernel/cpu.js';
import { do_exit, do_group_exit } from '../kernel/index.js';
import type { Step } from '../kernel/step.js';
import { stepInfo, taskSlot } from '../kernel/task.js';
import { environment, environmentSteps, EXIT_GROUP_P, guestActors, type Actor } from './environment.js';
import {
  asksVfork,
  born,
  callerProgram,
  childProgram,
  cloneReturned,
  exitSignal,
  GUEST_CHOICES,
  noticeDropped,
  noticeSent,
  signalTaken,
  type GuestState,
} from './guest.js';
import { initialState } from './initial.js';
import { allows, type Protocol, type ProtocolOptions } from './protocol.js';

/** The caller: a thread of the guest. */
const P: Step<GuestState>[] = [
  ...clone<GuestState>('clone', 'clone', {
    child: 'C',
    mayVfork: true,
    flags: (k) => ['CLONE_VM', ...(asksVfork(k) ? (['CLONE_VFORK'] as const) : [])],
    exit_signal: exitSignal,
    entry: 'guest.child',
    stack: 'guest stack',
    fault: 'clone-C',
    failed: 'clone.failed',
    linked: (k) => born(k, 'C'),
    done(k, tid) {
      cloneReturned(k, tid);
      k.goto('guest.run');
    },
  }),
  {
    label: 'clone.failed',
    row: 'clone',
    mode: 'user',
    run(k) {
      k.says('clone has failed');
      cloneReturned(k, -1);
    },
  },
  ...callerProgram<GuestState>('guest'),
];

/** The child. */
const C: Step<GuestState>[] = childProgram<GuestState>({
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

const ACTORS: readonly Actor<GuestState>[] = guestActors();

function machine(options: ProtocolOptions): Machine<GuestState> {
  return {
    tasks: ['P', 'C'],
    objectOf: {},
    standsOn: () => [],
    allows: (k, fault) => allows(options, k.s.faults, fault),
    notified: noticeSent,
    discarded: (k, _sig, si_pid) => noticeDropped(k, si_pid, 'ignored'),
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
  build(options) {
    const here = machine(options);
    const state: GuestState = initialState({ tasks: here.tasks, asked: options.guest, start: 'clone' });
    return {
      name: 'native',
      initial: state,
      slots: [taskSlot('P', P, here), taskSlot('C', C, here), ...environment(ACTORS, options, here)],
      properties: [],
      steps: [
        ...stepInfo('P', P, { cleartid: true, vforked: true }),
        ...stepInfo('C', C, { cleartid: true }),
        ...environmentSteps(ACTORS, options),
      ],
      faults: (s) => (s as GuestState).faults,
    };
  },
};
