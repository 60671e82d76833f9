/**
 * What the environment does to a protocol: one actor for each kind of fault, which strikes at any moment, or never.
 * A fault that is asked for gets a slot; nobody else knows of it.
 */
import { Cpu, type Machine } from '../kernel/cpu.js';
import { futex_wake } from '../kernel/futex.js';
import { open } from '../kernel/late.js';
import { send_signal } from '../kernel/signal.js';
import type { KernelState, Sig } from '../kernel/state.js';
import type { Slot, StepInfo } from '../system.js';
import type { Guest, GuestState } from './guest.js';
import { IDLE } from './guest-program.js';
import { isFor, type Fault, type ProtocolOptions } from './protocol.js';

/** A fault that strikes from outside. */
export interface Actor<S extends KernelState> extends Fault {
  /** Blocks where there is nothing to strike. */
  readonly strike: (k: Cpu<S>) => void;
  /** What the same actor may do later, for nothing, as often as it can: it blocks where there is nothing to do. */
  readonly relent?: (k: Cpu<S>) => void;
}

/** Somebody unrelated, as the sender of a signal. */
export const STRANGER = 1;

/** A stranger sends a signal to the whole group of a task; blocks where there is nobody to take it. */
function signals<S extends KernelState>(k: Cpu<S>, task: string, sig: Sig): void {
  if (!canBeSignalled(k, task)) k.block();
  k.says(`kill(${k.task(task).tid}, ${sig}) = 0`);
  k.calls({ name: 'kill', to: task, sig });
  send_signal(k, sig, 'SI_USER', STRANGER, task);
}

export function send<S extends KernelState>(
  name: string,
  sentence: string,
  task: string,
  sig: Sig,
): Actor<S> {
  return { name, sentence, strike: (k) => signals(k, task, sig) };
}

export function kill<S extends KernelState>(task: string, who: string): Actor<S> {
  return send(`kill-${task}`, `${who} is killed (SIGKILL)`, task, 'SIGKILL');
}

/** SIGSTOP to the whole group of a task, and, some time or never, SIGCONT. */
export function stop<S extends KernelState>(task: string, who: string): Actor<S> {
  return {
    ...send<S>(`stop-${task}`, `${who} is stopped (SIGSTOP), for a while or for good`, task, 'SIGSTOP'),
    relent(k) {
      if (k.s.signal[task]!.stop !== 'stopped') k.block();
      signals(k, task, 'SIGCONT');
    },
  };
}

/** A stranger sends the caller the very signal by which its child's death will be told. */
export function foreignExitSignal<S extends GuestState>(): Actor<S> {
  return {
    name: 'foreign-exit-signal',
    sentence: "a stranger sends the caller the child's exit signal by kill(2)",
    strike(k: Cpu<S>) {
      const signalsOf = ({ exit_signal }: Guest): string[] =>
        open(exit_signal).filter((asked) => asked !== 'exit-signal-0');
      const guest = Object.values(k.s.guest).find((one) => signalsOf(one).length > 0);
      if (guest === undefined || !canBeSignalled(k, 'P')) k.block();
      // The signal may come before the guest asks for it: then it is decided here.
      const wanted = signalsOf(guest);
      guest.exit_signal = wanted[k.move.choose(wanted.length)]!;
      signals(k, 'P', guest.exit_signal as Sig);
    },
  };
}

/** FUTEX_WAIT returns 0 though nobody changed the word (FUT-3). */
export function strayFutexWake<S extends KernelState>(word: string): Actor<S> {
  return {
    name: 'stray-futex',
    sentence: `somebody wakes the sleeper on ${word} for no reason`,
    strike(k) {
      if (k.s.futex[word]!.length === 0) k.block();
      futex_wake(k, word, 1, 'shared');
      k.says(`futex(${word}, FUTEX_WAKE, 1) = 1, for no reason`);
    },
  };
}

/** What strikes the guest's own tasks, and so is there on every protocol. */
export function guestActors<S extends GuestState>(): Actor<S>[] {
  return [
    kill('P', "the caller's process"),
    kill('C', 'the child'),
    { ...kill<S>('D', 'the child of the child'), needs: 'child-forks' },
    stop('P', "the caller's process"),
    stop('C', 'the child'),
    send('core-P', 'the caller gets SIGQUIT, which dumps core by default', 'P', 'SIGQUIT'),
    send('term-P', 'the caller gets SIGTERM', 'P', 'SIGTERM'),
    send('term-C', 'the child gets SIGTERM', 'C', 'SIGTERM'),
    leavesIdle('exit_group-P', 'the caller calls exit_group(2) once it is back', 'guest.exit_group'),
    leavesIdle('execve-P', 'the caller executes a program once it is back', 'guest.execve'),
    foreignExitSignal(),
  ];
}

/** The caller goes on, once it is back, at this label of its program. */
function leavesIdle<S extends GuestState>(name: string, sentence: string, label: string): Actor<S> {
  return {
    name,
    sentence,
    strike(k) {
      const P = k.task('P');
      if (!P.pc.startsWith(IDLE) || P.state !== 'running') k.block();
      // The round is part of the label.
      P.pc = P.pc.replace(IDLE, label);
      k.says('guest code of P runs again');
    },
  };
}

/** Faults that a creation by the child makes. */
export const CHILD_FAULTS: readonly Fault[] = [
  {
    name: 'clone-N',
    sentence: 'the thread that the child starts cannot be created',
    needs: 'child-starts-thread',
  },
  { name: 'clone-D', sentence: "the child's own child cannot be created", needs: 'child-forks' },
];

function canBeSignalled<S extends KernelState>(k: Cpu<S>, task: string): boolean {
  const { state, group_leader } = k.task(task);
  return state === 'running' && k.s.signal[group_leader]!.group_exit === '';
}

/** The slots of those actors that the options name. */
export function environment<S extends KernelState>(
  actors: readonly Actor<S>[],
  options: ProtocolOptions,
  machine: Machine<S>,
): Slot<S>[] {
  return asked(actors, options).map(({ name, strike, relent }) => ({
    name,
    kind: 'environment',
    step(s, move) {
      const k = new Cpu(s, name, move, machine);
      if (relent !== undefined && s.faults.includes(name)) {
        move.at('relents', 'fault');
        relent(k);
        return;
      }
      if (!machine.allows(k, name)) move.block();
      move.at('strikes', 'fault');
      strike(k);
      s.faults = [...s.faults, name].toSorted();
    },
  }));
}

export function environmentSteps<S extends KernelState>(
  actors: readonly Actor<S>[],
  options: ProtocolOptions,
): StepInfo[] {
  return asked(actors, options).flatMap(({ name, relent }) => {
    const labels = relent === undefined ? ['strikes'] : ['strikes', 'relents'];
    return labels.map((label) => ({ slot: name, label, row: 'fault' }));
  });
}

function asked<S extends KernelState>(actors: readonly Actor<S>[], options: ProtocolOptions): Actor<S>[] {
  return actors.filter(
    (actor) => options.faults.some(({ name }) => name === actor.name) && isFor(options.guest, actor),
  );
}
