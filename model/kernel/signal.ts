/** Sending, blocking, ignoring and taking signals; the end of a whole group. */
import type { Cpu, Fate } from './cpu.js';
import { open, settle } from './late.js';
import {
  readSiginfo,
  siginfo,
  SIGNALS,
  type KernelState,
  type Sig,
  type Siginfo,
  type Task,
} from './state.js';

const CORE_BY_DEFAULT: readonly Sig[] = ['SIGABRT', 'SIGSEGV'];
const IGNORED_BY_DEFAULT: readonly Sig[] = ['SIGCHLD'];

export interface Sent {
  readonly fate: Fate;
  /** The entry it merged into, or ''. */
  readonly pending: string;
}

/**
 * Sends a signal to the process that `to` belongs to (kernel: __send_signal_locked, prepare_signal, complete_signal).
 * `si_pid` is a tid.
 */
export function send_signal<S extends KernelState>(
  k: Cpu<S>,
  sig: Sig,
  si_code: string,
  si_pid: number,
  to: string,
): Sent {
  const target = k.task(to);
  const group = k.s.signal[target.group_leader]!;
  // EXIT-13: a group that is already exiting takes no more signals.
  if (group.group_exit !== '') return { fate: 'ignored', pending: '' };
  // SIG-4: an ignored signal is dropped at once, unless it is blocked: its disposition may change before it is taken.
  if (!isBlocked(k, target, sig) && isIgnored(k, target, sig)) return { fate: 'ignored', pending: '' };
  // SIG-1, SIG-3: one instance of a standard signal, the first one's siginfo; real-time signals queue.
  const same = group.shared_pending.find((entry) => readSiginfo(entry).sig === sig);
  if (same !== undefined && sig !== 'SIGRTMIN') return { fate: 'merged', pending: same };
  group.shared_pending = [...group.shared_pending, siginfo(sig, si_code, si_pid)];
  // SIG-5: what ends the process without a core ends it at send time, if any thread would take it.
  const fatal = dispositionOf(k, target, sig) === 'default' && isFatal(sig) && !CORE_BY_DEFAULT.includes(sig);
  if (fatal && threads(k, target.group_leader).some((thread) => !isBlocked(k, k.task(thread), sig)))
    zap_group(k, target.group_leader, 'CLD_KILLED');
  return { fate: 'queued', pending: '' };
}

/** Is the signal in the task's blocked set? Decides an open set. */
export function isBlocked<S extends KernelState>(k: Cpu<S>, task: Task, sig: Sig): boolean {
  if (sig === 'SIGKILL' || task.blocked === 'none') return false;
  if (task.blocked === 'all') return true;
  return settle(k.move, k.s.sigset, task.blocked).split(' ').includes(sig);
}

/** What is done with a signal by the table of this task. Decides an open disposition. */
export function dispositionOf<S extends KernelState>(k: Cpu<S>, task: Task, sig: Sig): string {
  const table = k.s.sighand[task.sighand]!;
  const wanted = table[sig] === undefined ? 'default' : settle(k.move, table, sig);
  return k.machine.disposition?.(sig, wanted) ?? wanted;
}

export function isIgnored<S extends KernelState>(k: Cpu<S>, task: Task, sig: Sig): boolean {
  const disposition = dispositionOf(k, task, sig);
  return disposition === 'ignore' || (disposition === 'default' && IGNORED_BY_DEFAULT.includes(sig));
}

/** Does the default action of this signal end the process? */
export function isFatal(sig: Sig): boolean {
  return !IGNORED_BY_DEFAULT.includes(sig);
}

/**
 * Changes the blocked set. What is pending is looked at again (kernel: recalc_sigpending), which is the
 * moment at which an open set is first read.
 */
export function sigprocmask<S extends KernelState>(k: Cpu<S>, set: string): void {
  k.t.blocked = set;
  for (const entry of pendingOf(k)) isBlocked(k, k.t, readSiginfo(entry).sig);
}

function pendingOf<S extends KernelState>(k: Cpu<S>): readonly string[] {
  return [...k.t.pending, ...k.s.signal[k.t.group_leader]!.shared_pending];
}

/**
 * The pending signal that the task takes next on its way to user mode, if there is one: its own before its
 * process's (SIG-2), the lowest number first, the oldest of a number first.
 */
export function signalToTake<S extends KernelState>(k: Cpu<S>): string | undefined {
  const takes = (entry: string): boolean => !blockedForCertain(k, readSiginfo(entry).sig);
  const own = k.t.pending.filter(takes);
  const among = own.length > 0 ? own : k.s.signal[k.t.group_leader]!.shared_pending.filter(takes);
  return SIGNALS.map((sig) => among.find((entry) => readSiginfo(entry).sig === sig)).find(
    (entry) => entry !== undefined,
  );
}

/** As `isBlocked`, for a set that must have been decided when the signal came or the set was installed. */
function blockedForCertain<S extends KernelState>(k: Cpu<S>, sig: Sig): boolean {
  const { blocked } = k.t;
  if (blocked === 'none') return false;
  if (blocked === 'all') return true;
  const set = k.s.sigset[blocked]!;
  if (open(set).length > 1)
    throw new Error(`a signal is pending for ${k.me} while the set ${blocked} is open`);
  return set.split(' ').includes(sig);
}

/** Takes a pending signal: ignores it, ends the group, or enters the handler (kernel: get_signal, handle_signal). */
export function get_signal<S extends KernelState>(k: Cpu<S>, entry: string): void {
  const info = readSiginfo(entry);
  dequeue(k, entry);
  k.says(`--- ${info.sig} {si_code=${info.si_code}, si_pid=${info.si_pid}} ---`);
  if (isIgnored(k, k.t, info.sig)) return k.machine.discarded?.(k, info.sig, info.si_pid);
  if (dispositionOf(k, k.t, info.sig) === 'handler') return handle_signal(k, info);
  return do_group_exit(k, CORE_BY_DEFAULT.includes(info.sig) ? 'CLD_DUMPED' : 'CLD_KILLED');
}

function handle_signal<S extends KernelState>(k: Cpu<S>, info: Siginfo): void {
  if (k.machine.handler === undefined)
    throw new Error(`${k.me} has a handler for ${info.sig} and no code for it`);
  k.machine.handler(k, info.sig, info.si_code, info.si_pid);
}

function dequeue<S extends KernelState>(k: Cpu<S>, entry: string): void {
  const group = k.s.signal[k.t.group_leader]!;
  if (k.t.pending.includes(entry)) k.t.pending = without(k.t.pending, entry);
  else group.shared_pending = without(group.shared_pending, entry);
}

function without(queue: readonly string[], entry: string): string[] {
  const at = queue.indexOf(entry);
  return [...queue.slice(0, at), ...queue.slice(at + 1)];
}

const KILL = siginfo('SIGKILL', 'SI_KERNEL', 0);

export function fatal_signal_pending<S extends KernelState>(k: Cpu<S>): boolean {
  return k.t.pending.includes(KILL);
}

/** Threads of a group that still run. */
export function threads<S extends KernelState>(k: Cpu<S>, leader: string): string[] {
  return k.machine.tasks.filter((name) => {
    const { state, group_leader } = k.task(name);
    return state === 'running' && group_leader === leader;
  });
}

/** Ends a whole group: every thread that still runs gets SIGKILL; what else was pending nobody will read. EXIT-1 */
export function zap_group<S extends KernelState>(
  k: Cpu<S>,
  leader: string,
  code: 'CLD_EXITED' | 'CLD_KILLED' | 'CLD_DUMPED',
): void {
  const group = k.s.signal[leader]!;
  // EXIT-2: the first group exit wins.
  if (group.group_exit !== '') return;
  group.group_exit = code;
  group.shared_pending = [];
  for (const thread of threads(k, leader)) k.task(thread).pending = [KILL];
}

/** exit_group(2), and what a fatal signal does to the thread that takes it. Tasks that share only memory live on. */
export function do_group_exit<S extends KernelState>(
  k: Cpu<S>,
  code: 'CLD_EXITED' | 'CLD_KILLED' | 'CLD_DUMPED',
): void {
  zap_group(k, k.t.group_leader, code);
  k.goto('exit/K6');
}
