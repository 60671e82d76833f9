/** The proposal and its repair as protocols: who takes part, what can go wrong, where it begins. */
import { inRounds, type Machine, type Step } from '../kernel/index.js';
import {
  assemble,
  guestMachine,
  mayHaveFiles,
  neverTakes,
  operationsFor,
  otherPrograms,
  processesFor,
  programOf,
  tasksFor,
  type Program,
} from './assemble.js';
import { GUEST_CHOICES, GUEST_PROFILES, mayAnswer, type May } from './choices.js';
import { CHILD_FAULTS, guestActors, kill, stop, strayFutexWake, type Actor } from './environment.js';
import { designWithout } from './design.js';
import { LEADER, MEMORY } from './guest.js';
import { GUEST_PROMISES } from './promises.js';
import { initialState } from './initial.js';
import { callers, operationsOf, type Op } from './op.js';
import { mayStrike, type Described, type Protocol, type ProtocolOptions } from './protocol.js';
import {
  assertsZero,
  caller,
  child,
  manager,
  trampoline,
  type OnEagain,
  type Scope,
} from './qemu-clone-vm.js';
import { deliverProgram, host_signal_handler, hostDisposition } from './qemu-signals.js';
import {
  COMPLETIONS,
  CONDITIONS,
  forEach,
  MUTEXES,
  objectNames,
  objectOf,
  WORDS,
  type Locals,
  type QemuState,
} from './qemu-state.js';

function machine(ops: readonly Op[], options: ProtocolOptions, may: May): Machine<QemuState> {
  const stacks = new Map<string, readonly string[]>(
    ops.flatMap((op) => [
      [op.M, []],
      [op.T, [op.own('stack_T')]],
      [op.C, [op.own('stack_C')]],
    ]),
  );
  const images = new Set(ops.map((op) => op.own('tls_M')));
  const tasks = tasksFor(ops, may);
  return {
    ...guestMachine(options),
    tasks,
    processes: processesFor(ops, tasks),
    objectOf: objectOf(ops),
    standsOn(k) {
      const stack = stacks.get(k.me);
      // The stacks and TLS images of the guest's own threads are nobody's to free while they run.
      if (stack === undefined || k.t.mm !== MEMORY) return [];
      return images.has(k.t.fsbase) ? [...stack, k.t.fsbase] : stack;
    },
    disposition: hostDisposition,
    handler: host_signal_handler,
  };
}

/** A condition variable wakes its sleeper though nobody called, which POSIX allows. */
const STRAY_COND: Actor<QemuState> = {
  name: 'stray-cond',
  sentence: 'a condition variable wakes its sleeper for no reason',
  strike(k) {
    const slept = Object.keys(k.s.cond).filter((cond) => k.s.cond[cond]!.length > 0);
    if (slept.length === 0) k.block();
    const cond = slept[k.move.choose(slept.length)]!;
    k.s.cond[cond] = [];
    k.says(`${cond} wakes its sleeper for no reason`);
  },
};

const ACTORS: readonly Actor<QemuState>[] = [
  ...guestActors<QemuState>(),
  kill('T', 'the trampoline'),
  stop('T', 'the trampoline'),
  strayFutexWake('mgr.managed_tid'),
  STRAY_COND,
];

function programs(ops: readonly Op[], scope: Scope, eagain: OnEagain): Program<QemuState>[] {
  const files = mayHaveFiles(scope.may);
  const none = { cleartid: true, vforked: true, ...files } as const;
  const callerOf = (op: Op, next: string | undefined): Step<QemuState>[] => caller(scope, op, next);
  return [
    ...callers(ops).map((P) => programOf(P, inRounds(operationsOf(ops, P), callerOf), none)),
    ...ops.flatMap((op) => [
      programOf(op.M, manager(scope, op, eagain), none),
      programOf(op.T, trampoline(scope, op), { vforked: true, ...files }),
      withoutSignals(scope, programOf(op.C, child(scope, op), { cleartid: true, ...files })),
    ]),
    // A child that starts a thread does not fork.
    ...otherPrograms(ops, scope.may, deliverProgram).map((program) =>
      ops.some(({ N }) => N === program.task) ? withoutNotices(program) : program,
    ),
  ];
}

/** C, unlike P, is told of a death only where it forks, and is sent other signals only by faults. */
function withoutSignals({ may, strikes }: Scope, program: Program<QemuState>): Program<QemuState> {
  if (may('child-forks')) return program;
  const told = strikes('term-C')
    ? program
    : neverTakes(
        program,
        (label) => label === 'deliver.guest',
        'without a fault nobody sends the child a signal',
      );
  return withoutNotices(told);
}

/** Only notices of a death are looked up in the table of hidden processes. */
function withoutNotices(program: Program<QemuState>): Program<QemuState> {
  return neverTakes(
    program,
    (label) => label === 'deliver.lock' || label === 'deliver.lookup',
    'the process of this task has no child whose death it would be told of',
  );
}

function build(name: string, options: ProtocolOptions, eagain: OnEagain): ReturnType<Protocol['build']> {
  const ops = operationsFor(options, ['M', 'T']);
  const may = mayAnswer(options.guest);
  const here = machine(ops, options, may);
  const beginning = initialState({ ops, tasks: here.tasks, asked: options.guest, start: 'do_fork.dinfo' });
  // Each thread of the guest's has a TLS image of its own, and a slot for its pending signals.
  const threads = [...(may('caller-ends') ? [LEADER] : []), ...callers(ops)];
  for (const thread of threads) beginning.task[thread]!.fsbase = `tls_${thread}`;
  const children = ops.flatMap(({ C, N }) => (may('child-starts-thread') ? [C, N] : [C]));
  const state: QemuState = {
    ...beginning,
    word: { ...beginning.word, ...forEach(ops, WORDS, () => 0) },
    futex: { ...beginning.futex, ...forEach(ops, ['mgr.managed_tid'], (): string[] => []) },
    object: objectNames(ops),
    mutex: { clone_lock: '', hidden_lock: '', ...forEach(ops, MUTEXES, () => '') },
    cond: forEach(ops, CONDITIONS, (): string[] => []),
    set: forEach(ops, COMPLETIONS, () => 0),
    qemu: {
      hidden: [],
      sigtab: Object.fromEntries([...threads, ...children].map((task) => [task, ''])),
    },
    local: Object.fromEntries(
      ops.map(({ C }): [string, Locals] => [C, { sigmask: '', result: 0, managed_tid: 0 }]),
    ),
  };
  const scope = {
    design: designWithout(options.without),
    may,
    strikes: (fault: string): boolean => mayStrike(options, fault),
  };
  const made = programs(ops, scope, eagain);
  return assemble({ name, initial: state, programs: made, actors: ACTORS, machine: here }, options);
}

/** What is dropped, and what is left in its place. */
const EXPERIMENTS: readonly Described[] = [
  { name: 'CLONE_SETTLS', sentence: "T is cloned without CLONE_SETTLS, and runs on the caller's TLS image" },
  { name: 'CLONE_CHILD_SETTID', sentence: 'T is cloned without CLONE_CHILD_SETTID: managed_tid stays 0' },
  {
    name: 'CLONE_CHILD_CLEARTID',
    sentence: 'T is cloned without CLONE_CHILD_CLEARTID: managed_tid keeps the tid of T, and nobody is woken',
  },
  { name: 'CLONE_SIGHAND', sentence: 'T is cloned without CLONE_SIGHAND, and has handlers of its own' },
  { name: 'CLONE_FILES', sentence: 'T is cloned without CLONE_FILES, and has descriptors of its own' },
  { name: 'exit-signal', sentence: 'T is cloned with no exit signal, whatever the guest asks for' },
  { name: 'CLONE_PARENT', sentence: 'C is cloned without CLONE_PARENT, and is a child of T' },
  {
    name: 'CLONE_VFORK',
    sentence: 'C is cloned with CLONE_VFORK only if the guest asks for it: else T does not wait for it',
  },
  { name: 'CLONE_CHILD_SETTID-C', sentence: 'C is cloned without CLONE_CHILD_SETTID: info.result stays 0' },
  { name: 'hide-trampoline', sentence: 'T does not put its pid into the table of hidden processes' },
  {
    name: 'block-signals',
    sentence:
      'the caller reads its signal mask and blocks nothing: do_fork, M and T run with the mask of the guest',
  },
  { name: 'completion-fetched', sentence: 'P does not wait until M has published its TLS image' },
  { name: 'completion-spawned', sentence: 'M does not wait until P has cloned T and heard of C' },
  { name: 'completion-child_ready', sentence: 'P does not wait until C runs, or with vfork has ended' },
  { name: 'clone_lock', sentence: 'nobody takes clone_lock' },
];

const shared: Omit<Protocol, 'name' | 'summary' | 'description' | 'build'> = {
  faults: [
    { name: 'alloc-stack-T', sentence: 'the stack of the trampoline cannot be allocated (row 1)' },
    { name: 'alloc-stack-C', sentence: 'the stack of the child cannot be allocated (row E1)' },
    { name: 'clone-M', sentence: 'the TLS manager cannot be created (row E2)' },
    { name: 'clone-T', sentence: 'the clone of the trampoline fails (row E4)' },
    { name: 'clone-C', sentence: 'the clone of the child fails (row E5)' },
    ...CHILD_FAULTS,
    ...ACTORS,
    {
      name: 'sigmask-M',
      sentence: 'the mask cannot be restored after the manager started (row E3)',
      impossible: true,
    },
    {
      name: 'sigmask-T',
      sentence: 'signals cannot be blocked before the trampoline (row E4)',
      impossible: true,
    },
    { name: 'sigmask-C', sentence: 'the mask of the child cannot be set (row E6)', impossible: true },
  ],
  guest: GUEST_CHOICES,
  profiles: GUEST_PROFILES,
  experiments: EXPERIMENTS,
  disposition: hostDisposition,
  defaultFaults: ['alloc-stack-T', 'alloc-stack-C', 'clone-M', 'clone-T', 'clone-C'],
  properties: [
    'no-failed-assertion',
    'no-crash',
    'no-use-after-free',
    'no-double-free',
    'no-bad-lock',
    'no-leak',
    'own-tls',
    ...GUEST_PROMISES,
  ],
};

export const qemuCloneVm: Protocol = {
  ...shared,
  name: 'qemu-clone-vm',
  summary: "QEMU linux-user's clone(CLONE_VM) with a TLS manager and a trampoline, as posted in June 2020",
  description: [
    'The guest calls clone(CLONE_VM) inside QEMU. P, the calling thread, parks a thread M for its TLS image, clones a',
    'trampoline T onto it, and T clones the child C with CLONE_PARENT|CLONE_VFORK. T frees the stack of C, M that of T.',
    'Josh Kunz, "linux-user: Support extended clone(CLONE_VM)", qemu-devel, 12 June 2020; never merged.',
  ].join('\n'),
  build: (options) => build('qemu-clone-vm', options, (k) => assertsZero(k, 'EAGAIN')),
};

export const qemuCloneVmEagainFixed: Protocol = {
  ...shared,
  name: 'qemu-clone-vm-eagain-fixed',
  summary: "the same with the repair its author announced: the manager's wait is a loop that accepts EAGAIN",
  description: [
    'As qemu-clone-vm, but M reads managed_tid again when FUTEX_WAIT returns EAGAIN, instead of failing an assertion.',
    'The author wrote that he had such a patch; its text is not public, so the loop is ours.',
  ].join('\n'),
  build: (options) => build('qemu-clone-vm-eagain-fixed', options, (k) => k.goto('manager.read_tid')),
};
