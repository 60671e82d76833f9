/** Whether the kernel shows what the model has, task by task. */
import { FUTEX_OWNER_DIED } from '../kernel/robust.js';
import { INIT, isSig, readSiginfo, SIGNALS, type KernelState } from '../kernel/state.js';
import { ROOT, type Taken } from './action.js';
import type { Machine } from './machine.js';
import { bitOf, maskOfHex, SIGNAL_NUMBERS, signalName } from './numbers.js';
import type { Facts } from './puppet.js';
import { droppedBy } from './queued.js';
import { isHeld, isKilled } from './stops.js';

/** Something in which the two differ, as both have it. */
export interface Difference {
  readonly what: string;
  readonly model: string;
  readonly kernel: string;
}

/** How the tasks of a state differ from the real ones: where they are, whose children, with which signals. */
export function differencesOf(machine: Machine, s: KernelState): Difference[] {
  return Object.keys(s.task).flatMap((name) =>
    [place, parent, exitSignal, signals].flatMap((compare) => compare(machine, s, name) ?? []),
  );
}

/** A number of the model as the kernel would have it: a tid is one that a real task was born with. */
export function numberOf(machine: Machine, bearer: Readonly<Record<string, string>>, value: number): number {
  const name = bearer[value];
  return name === undefined || value === FUTEX_OWNER_DIED ? value : (machine.birth(name) ?? value);
}

/** How the signal that a task took differs from the one that left a queue of the model. `bearer` names who has a tid. */
export function takenDifferences(
  { sig, code, from }: Taken,
  s: KernelState,
  before: KernelState,
  bearer: (tid: number) => string,
): Difference[] {
  const queued = (state: KernelState) => [
    ...Object.values(state.task).flatMap(({ pending }) => pending),
    ...Object.values(state.signal).flatMap(({ shared_pending }) => shared_pending),
  ];
  const left = queued(s);
  const gone = queued(before).filter((entry) => {
    const at = left.indexOf(entry);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  const entries = gone.map((entry) => {
    const { si_code, si_pid, ...rest } = readSiginfo(entry);
    return `${rest.sig} ${si_code} from ${si_pid === 0 ? 'kernel' : bearer(si_pid)}`;
  });
  const kernel = `${sig} ${code} from ${from}`.replace('CLD_KILLED', cldOf(entries));
  if (entries.includes(kernel)) return [];
  return [{ what: 'the signal taken', model: entries.join(' or ') || 'none', kernel }];
}

/** No core is written here, so the kernel says CLD_KILLED where the model has CLD_DUMPED. */
export function cldOf(models: readonly string[]): string {
  return models.some((text) => text.includes('CLD_DUMPED')) ? 'CLD_DUMPED' : 'CLD_KILLED';
}

function differ(what: string, model: string, kernel: string): Difference | undefined {
  return model === kernel ? undefined : { what, model, kernel };
}

function place(machine: Machine, s: KernelState, name: string): Difference | undefined {
  return differ(`${name} is`, placeInModel(machine, s, name), placeInKernel(machine, s, name));
}

function placeInModel(machine: Machine, s: KernelState, name: string): string {
  const task = s.task[name]!;
  switch (task.state) {
    case 'absent':
      return machine.task(name) === undefined ? 'not there' : 'released';
    case 'zombie':
    case 'dead':
      return 'a zombie';
    case 'exiting':
      return task.pc === 'exit/K9' ? 'dead, its parent not told' : 'about to exit';
    case 'running':
      break;
  }
  if (task.pc === 'exit/K6' || isKilled(s, name)) return 'about to exit';
  if (task.jobctl === 'stopped') return 'stopped';
  return isHeld(s, name) ? 'in user mode' : 'asleep in a call';
}

function placeInKernel(machine: Machine, s: KernelState, name: string): string {
  const task = machine.task(name);
  if (task === undefined) return 'not there';
  const isLeft = machine.facts(name) !== undefined;
  switch (task.state) {
    case 'gone':
      return isLeft ? 'a zombie' : 'released';
    case 'zombie':
      // A leader whose threads live on is dead and nobody's to reap, with a tracer or without.
      return s.task[name]!.state === 'zombie' ? 'a zombie' : 'dead, its parent not told';
    case 'exiting':
      return 'about to exit';
    case 'stopped':
      return 'stopped';
    case 'blocked':
      return 'asleep in a call';
    case 'ready':
    case 'signal': // one that it is about to take, see `signals`
      return 'in user mode';
    case 'handler':
      return 'in a handler';
    case 'running':
      return 'running';
  }
  return task.state;
}

function parent(machine: Machine, s: KernelState, name: string): Difference | undefined {
  const { state, real_parent } = s.task[name]!;
  const facts = machine.facts(name);
  if (state === 'absent' || facts === undefined) return undefined;
  // What /proc has of a parent is its process.
  const process = real_parent === INIT ? ROOT : s.task[real_parent]!.group_leader;
  // A thread that has executed a program bears the tid of its leader.
  return machine.task(process)?.tid === facts.ppid
    ? undefined
    : { what: `${name} is a child of`, model: process, kernel: machine.nameOf(facts.ppid) };
}

function exitSignal(machine: Machine, s: KernelState, name: string): Difference | undefined {
  const { state, exit_signal } = s.task[name]!;
  const facts = machine.facts(name);
  if (state === 'absent' || facts === undefined) return undefined;
  const model = exit_signal === 'thread' ? -1 : exit_signal === '' ? 0 : SIGNAL_NUMBERS[exit_signal];
  // Numbers that are no signals are kept by the kernel, and never sent (CLONE-6).
  const kernel = facts.exit_signal > 64 ? 0 : facts.exit_signal;
  return differ(`the exit signal of ${name}`, String(model), String(kernel));
}

/** The sets of a living task. Nobody reads those of a dying one. */
function signals(machine: Machine, s: KernelState, name: string): Difference[] {
  const task = s.task[name]!;
  const facts = machine.facts(name);
  if (task.state !== 'running' || task.pc === 'exit/K6' || isKilled(s, name) || facts === undefined)
    return [];
  const blocked = (s.sigset[task.blocked] ?? '').split(' ');
  const own = task.pending.map((entry) => entry.split(' ')[0]!);
  const shared = s.signal[task.group_leader]!.shared_pending.map((entry) => entry.split(' ')[0]!);
  // sigtimedwait lets through what it waits for, for as long as it sleeps.
  const isWaiting = machine.task(name)?.where?.includes('sigtimedwait') === true;
  const real = machine.task(name);
  if (real?.state === 'signal') {
    const taking = [...known(facts.pending), ...known(facts.shared), signalName(real.sig ?? 0)];
    const all = differ(
      `pending for ${name}`,
      list(heard(facts, [...own, ...shared])),
      list(heard(facts, taking)),
    );
    return all === undefined ? [] : [all];
  }
  const found = [
    isWaiting
      ? undefined
      : differ(`${name} blocks`, list(blocked.filter(isBlockable)), list(known(facts.blocked))),
    differ(`pending for ${name}`, list(heard(facts, own)), list(heard(facts, known(facts.pending)))),
    differ(
      `pending for the process of ${name}`,
      list(heard(facts, shared)),
      list(heard(facts, known(facts.shared))),
    ),
  ];
  return found.filter((difference) => difference !== undefined);
}

/** The kernel leaves these two out of every set (SIG-7). */
function isBlockable(sig: string): boolean {
  return sig !== 'SIGKILL' && sig !== 'SIGSTOP';
}

function list(names: readonly string[]): string {
  return SIGNALS.filter((sig) => names.includes(sig)).join(' ') || 'none';
}

/** The signals of a set as /proc prints it. */
export function known(mask: string): string[] {
  const bits = maskOfHex(mask);
  return SIGNALS.filter((sig) => isSig(sig) && (bits & bitOf(SIGNAL_NUMBERS[sig])) !== 0n);
}

/**
 * Pending signals but those that are ignored and not blocked: for a traced task they are queued, else they are dropped as
 * they are sent or as they are taken, and nobody can tell.
 */
function heard(facts: Facts, names: readonly string[]): string[] {
  const unheard = droppedBy(facts) & ~maskOfHex(facts.blocked);
  return names.filter((name) => !isSig(name) || (unheard & bitOf(SIGNAL_NUMBERS[name])) === 0n);
}
