/**
 * Native: does Linux itself keep every promise the emulations are held to?
 *
 * The guest's clone(CLONE_VM) is made straight to the kernel by P, and C is the child. It is the yardstick: a property
 * that fails here is a wrong property.
 */
import {
  clone,
  do_exit,
  do_group_exit,
  inRounds,
  ret_from_fork,
  step,
  type CloneFlag,
  type Cpu,
  type Machine,
  type Step,
} from '../kernel/index.js';
import {
  assemble,
  guestMachine,
  mayHaveFiles,
  operationsFor,
  otherPrograms,
  processesFor,
  programOf,
  tasksFor,
} from './assemble.js';
import { GUEST_CHOICES, GUEST_PROFILES, mayAnswer, type May } from './choices.js';
import { CHILD_FAULTS, guestActors, type Actor } from './environment.js';
import {
  asksVfork,
  born,
  chosen,
  cloneReturned,
  exitSignal,
  sharingFlags,
  signalTaken,
  type GuestState,
} from './guest.js';
import { GUEST_PROMISES } from './promises.js';
import { callerEntry, callerProgram, childEntry, childProgram } from './guest-program.js';
import { initialState } from './initial.js';
import { callers, operationsOf, type Op } from './op.js';
import { mayStrike, type Protocol } from './protocol.js';

/** The caller: a thread of the guest. */
function caller(op: Op, may: May, strikes: (fault: string) => boolean, next?: string): Step<GuestState>[] {
  return [
    ...clone<GuestState>('clone', 'clone', {
      child: op.C,
      mayVfork: true,
      flags: (k) => flags(k, op),
      exit_signal: (k) => exitSignal(k, op),
      entry: may('CLONE_CHILD_SETTID') ? 'settid' : childEntry(may),
      stack: 'guest stack',
      ...(may('CLONE_PARENT_SETTID') ? { parent_tid: op.own('ptid') } : {}),
      ...(may('CLONE_CHILD_SETTID') || may('CLONE_CHILD_CLEARTID') ? { child_tid: op.own('ctid') } : {}),
      fault: 'clone-C',
      failed: 'clone.failed',
      linked: (k) => born(k, op),
      done(k, tid) {
        cloneReturned(k, op, tid);
        k.goto(callerEntry(may));
      },
    }),
    step('clone.failed', 'clone', (k) => {
      k.says('clone has failed');
      cloneReturned(k, op, -1);
      k.goto(callerEntry(may));
    }),
    ...callerProgram<GuestState>({
      row: 'guest',
      op,
      may,
      strikes,
      again: next === undefined ? undefined : `clone${next}`,
    }),
  ];
}

/** All that the guest asks for. */
function flags(k: Cpu<GuestState>, op: Op): CloneFlag[] {
  const words = [
    chosen(k, op, 'parent_settid'),
    chosen(k, op, 'child_settid'),
    chosen(k, op, 'child_cleartid'),
  ];
  return [
    'CLONE_VM',
    ...(asksVfork(k, op) ? (['CLONE_VFORK'] as const) : []),
    ...sharingFlags(k, op),
    ...(['CLONE_PARENT_SETTID', 'CLONE_CHILD_SETTID', 'CLONE_CHILD_CLEARTID'] as const).filter((flag) =>
      words.includes(flag),
    ),
  ];
}

/** The child. */
function child(op: Op, may: May): Step<GuestState>[] {
  return [
    ...(may('CLONE_CHILD_SETTID')
      ? [
          ret_from_fork<GuestState>(
            'settid',
            'clone',
            op.own('ctid'),
            (k) => chosen(k, op, 'child_settid') === 'CLONE_CHILD_SETTID',
          ),
        ]
      : []),
    ...childProgram<GuestState>(op, {
      row: 'guest',
      may,
      exit(k) {
        k.says('exit(0) = ?');
        do_exit(k);
      },
      exit_group(k) {
        k.says('exit_group(0) = ?');
        do_group_exit(k, 'CLD_EXITED');
      },
    }),
  ];
}

const ACTORS: readonly Actor<GuestState>[] = guestActors();

export const native: Protocol = {
  name: 'native',
  summary: "the guest's clone(CLONE_VM) made straight to Linux: the yardstick",
  description: [
    'Does Linux itself keep what the emulations are held to? It must, for every guest choice.',
    'P calls clone(CLONE_VM[|CLONE_VFORK]) and C is its child; nobody else takes part.',
  ].join('\n'),
  faults: [
    { name: 'clone-C', sentence: 'the clone of the child fails (EAGAIN)' },
    ...CHILD_FAULTS,
    ...ACTORS,
  ],
  guest: GUEST_CHOICES,
  profiles: GUEST_PROFILES,
  defaultFaults: ['clone-C'],
  properties: GUEST_PROMISES,
  experiments: [],
  build(options) {
    const ops = operationsFor(options, []);
    const may = mayAnswer(options.guest);
    const tasks = tasksFor(ops, may);
    const machine: Machine<GuestState> = {
      ...guestMachine(options),
      tasks,
      processes: processesFor(ops, tasks),
      objectOf: {},
      standsOn: () => [],
      handler: (k, _sig, si_code, si_pid) => signalTaken(k, si_code, si_pid),
    };
    const strikes = (fault: string): boolean => mayStrike(options, fault);
    const files = mayHaveFiles(may);
    const cleartid = may('CLONE_CHILD_CLEARTID') ? {} : ({ cleartid: true } as const);
    const callerOf = (op: Op, next: string | undefined): Step<GuestState>[] => caller(op, may, strikes, next);
    const programs = [
      ...callers(ops).map((P) =>
        programOf(P, inRounds(operationsOf(ops, P), callerOf), {
          cleartid: true,
          vforked: true,
          ...files,
        }),
      ),
      ...ops.map((op) => programOf(op.C, child(op, may), { ...cleartid, ...files })),
      ...otherPrograms<GuestState>(ops, may),
    ];
    const initial = initialState({ ops, tasks, asked: options.guest, start: 'clone' });
    return assemble({ name: 'native', initial, programs, actors: ACTORS, machine }, options);
  },
};
