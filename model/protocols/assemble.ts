/** What every protocol puts together in the same way: the machine a guest sees, and a system from programs and actors. */
import { releaseRules } from '../platforms.js';
import { stepInfo, taskSlot, type KernelState, type Machine, type Step } from '../kernel/index.js';
import type { Never } from '../kernel/task.js';
import type { StepInfo, System } from '../system.js';
import { environment, environmentSteps, type Actor } from './environment.js';
import { mayAnswer, mayHavePipe, type May } from './choices.js';
import { cleartidSpared, LEADER, noticeDropped, noticeSent, PARENT, type GuestState } from './guest.js';
import { grandchildProgram, onlookerProgram, threadProgram } from './guest-program.js';
import { callers, operations, type Op } from './op.js';
import { allows, type ProtocolOptions } from './protocol.js';

/** The program of a task, and what the coverage report knows of it. */
export interface Program<S extends KernelState> {
  readonly task: string;
  readonly steps: readonly Step<S>[];
  readonly info: readonly StepInfo[];
}

export function programOf<S extends KernelState>(
  task: string,
  steps: readonly Step<S>[],
  never: Never,
): Program<S> {
  return { task, steps, info: stepInfo(task, steps, never) };
}

/** The same program; of some of its steps the coverage report says why no run takes them. */
export function neverTakes<S extends KernelState>(
  program: Program<S>,
  steps: (label: string) => boolean,
  neverTaken: string,
): Program<S> {
  return {
    ...program,
    info: program.info.map((one) => (steps(one.label) ? { ...one, neverTaken } : one)),
  };
}

/** The kernel's rules, the faults that may strike, and the ghosts that follow the guest's notices. */
export function guestMachine<S extends GuestState>(
  options: ProtocolOptions,
): Pick<Machine<S>, 'rules' | 'allows' | 'notified' | 'discarded' | 'spared'> {
  return {
    rules: releaseRules(options.kernel),
    allows: (k, fault) => allows(options, k.s.faults, fault),
    notified: noticeSent,
    discarded: (k, _sig, si_code, si_pid) => noticeDropped(k, si_code, si_pid, 'ignored'),
    spared: cleartidSpared,
  };
}

/** The clones of a run; `helpers` are the tasks that an emulator adds to each. */
export function operationsFor(options: ProtocolOptions, helpers: readonly string[]): Op[] {
  const leader = mayAnswer(options.guest)('caller-ends') ? { leader: LEADER } : {};
  return operations({ clones: options.clones, rounds: options.rounds, helpers, ...leader });
}

/** All task slots, in the order in which the tasks can come to life; the leader of the calling process comes first. */
export function tasksFor(ops: readonly Op[], may: May): string[] {
  return [
    ...(may('caller-ends') ? [LEADER] : []),
    ...callers(ops),
    ...(may('CLONE_PARENT') ? [PARENT] : []),
    ...ops.flatMap(({ C, helpers }) => [...helpers, C]),
    ...(may('child-starts-thread') ? ops.map(({ N }) => N) : []),
    ...(may('child-forks') ? ops.map(({ D }) => D) : []),
  ];
}

/** Those of the tasks that are no threads of others. */
export function processesFor(ops: readonly Op[], tasks: readonly string[]): string[] {
  const processes = [PARENT, ...ops.flatMap(({ leader, T, C, D }) => [leader, T, C, D])];
  return tasks.filter((name) => processes.includes(name));
}

/** The guest's other tasks. `delivers` is what an emulator adds to a program in its own memory. */
export function otherPrograms<S extends GuestState>(
  ops: readonly Op[],
  may: May,
  delivers: () => Step<S>[] = () => [],
): Program<S>[] {
  const none = { cleartid: true, vforked: true, ...mayHaveFiles(may) } as const;
  const row = 'guest';
  return [
    ...(may('caller-ends')
      ? [programOf(LEADER, [...onlookerProgram<S>(row, LEADER), ...delivers()], none)]
      : []),
    ...(may('CLONE_PARENT')
      ? [
          neverTakes(
            programOf(PARENT, onlookerProgram<S>(row, PARENT), none),
            (label) => label.startsWith('exit/'),
            "nobody ends the guest's own parent",
          ),
        ]
      : []),
    ...(may('child-starts-thread')
      ? ops.map((op) => programOf(op.N, [...threadProgram<S>(row, op), ...delivers()], none))
      : []),
    ...(may('child-forks') ? ops.map(({ D }) => programOf(D, grandchildProgram<S>(row), none)) : []),
  ];
}

/** A task has descriptors where the guest has a pipe. */
export function mayHaveFiles(may: May): Never {
  return mayHavePipe(may) ? { has: ['files'] } : {};
}

export interface Parts<S extends KernelState> {
  readonly name: string;
  readonly initial: S;
  readonly programs: readonly Program<S>[];
  readonly actors: readonly Actor<S>[];
  readonly machine: Machine<S>;
}

/** A slot for each task, and one for each actor that the options name. */
export function assemble<S extends KernelState>(parts: Parts<S>, options: ProtocolOptions): System<S> {
  const { name, initial, programs, actors, machine } = parts;
  return {
    name,
    initial,
    slots: [
      ...programs.map(({ task, steps }) => taskSlot(task, steps, machine)),
      ...environment(actors, options, machine),
    ],
    properties: [],
    steps: [...programs.flatMap(({ info }) => info), ...environmentSteps(actors, options)],
    faults: (s) => s.faults,
  };
}
