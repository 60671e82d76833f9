/** What every protocol puts together in the same way: the machine a guest sees, and a system from programs and actors. */
import { releaseRules } from '../platforms.js';
import { stepInfo, taskSlot, type Machine, type Step } from '../kernel/index.js';
import type { Never } from '../kernel/task.js';
import type { StepInfo, System } from '../system.js';
import { environment, environmentSteps, type Actor } from './environment.js';
import { noticeDropped, noticeSent, type GuestState } from './guest.js';
import { allows, type ProtocolOptions } from './protocol.js';

/** The program of a task, and what the coverage report knows of it. */
export interface Program<S extends GuestState> {
  readonly task: string;
  readonly steps: readonly Step<S>[];
  readonly info: readonly StepInfo[];
}

export function programOf<S extends GuestState>(
  task: string,
  steps: readonly Step<S>[],
  never: Never,
): Program<S> {
  return { task, steps, info: stepInfo(task, steps, never) };
}

/** The kernel's rules, the faults that may strike, and the ghosts that follow the guest's notices. */
export function guestMachine<S extends GuestState>(
  options: ProtocolOptions,
): Pick<Machine<S>, 'rules' | 'allows' | 'notified' | 'discarded'> {
  return {
    rules: releaseRules(options.kernel),
    allows: (k, fault) => allows(options, k.s.faults, fault),
    notified: noticeSent,
    discarded: (k, _sig, si_code, si_pid) => noticeDropped(k, si_code, si_pid, 'ignored'),
  };
}

export interface Parts<S extends GuestState> {
  readonly name: string;
  readonly initial: S;
  readonly programs: readonly Program<S>[];
  readonly actors: readonly Actor<S>[];
  readonly machine: Machine<S>;
}

/** A slot for each task, and one for each actor that the options name. */
export function assemble<S extends GuestState>(parts: Parts<S>, options: ProtocolOptions): System<S> {
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
