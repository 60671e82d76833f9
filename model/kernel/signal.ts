/** Sending, blocking, ignoring and taking signals; the end of a whole group. */
import type { Call } from './calls.js';
import type { Cpu, Fate } from './cpu.js';
import { open, settle } from './late.js';
import {
  isSig,
  readSiginfo,
  siginfo,
  SIGNALS,
  type Ending,
  type KernelState,
  type Sig,
  type Siginfo,
  type SignalStruct,
  type Task,
} from './state.js';
import { dropPending, do_signal_stop, resume } from './stop.js';

const CORE_BY_DEFAULT: readonly Sig[] = ['SIGQUIT', 'SIGABRT', 'SIGSEGV'];
const IGNORED_BY_DEFAULT: readonly Sig[] = ['SIGCHLD', 'SIGCONT'];

export interface Sent {
  readonly fate: Fate;
  /** The entry it merged into, or ''. */
  readonly pending: string;
}

/** Whom a signal is for: one thread, or whichever thread of the process takes it. SIG-2 */
export type Whom = 'process' | 'thread';

const DROPPED: Sent = { fate: 'ignored', pending: '' };

/**
 * Sends a signal to a thread, or to the process it belongs to (kernel: __send_signal_locked, prepare_signal,
 * complete_signal). `si_pid` is a tid.
 */
export function send_signal<S extends KernelState>(
  k: Cpu<S>,
  sig: Sig,
  si_code: string,
  si_pid: number,
  to: string,
  whom: Whom = 'process',
): Sent {
  const target = k.task(to);
  const group = signalOf(k, target);
  // EXIT-13: a group that is already exiting takes no more signals.
  if (group.group_exit !== '' || tableOf(k, target) === undefined) return DROPPED;
  const takers = () => (whom === 'thread' ? [to] : threads(k, target.group_leader));
  // STOP-4: nothing blocks or handles SIGKILL, and a stop does not hold it up. SIG-6: for a thread that is exiting it comes
  // too late, and nobody else of the process takes what was sent to that thread.
  if (sig === 'SIGKILL') {
    if (takers().some((thread) => k.task(thread).state === 'running'))
      zap_group(k, target.group_leader, 'CLD_KILLED', sig);
    return { fate: 'queued', pending: '' };
  }
  // STOP-2: a stop and a continuation cancel each other, taken or not.
  if (sig === 'SIGSTOP') dropPending(k, target.group_leader, 'SIGCONT');
  if (sig === 'SIGCONT') resume(k, target.group_leader);
  // SIG-4: an ignored signal is dropped at once, unless it is blocked: its disposition may change before it is taken.
  if (!isBlocked(k, target, sig) && isIgnored(k, target, sig)) return DROPPED;
  const holder = whom === 'thread' ? target.pending : group.shared_pending;
  // SIG-1, SIG-3: one instance of a standard signal, the first one's siginfo; real-time signals queue.
  const same = holder.find((entry) => readSiginfo(entry).sig === sig);
  if (same !== undefined && sig !== 'SIGRTMIN') return { fate: 'merged', pending: same };
  if (sig === 'SIGRTMIN' && isOverLimit(k)) {
    // SIG-3: a notification of the kernel is then lost; a kill is remembered once, without saying who sent it.
    if (si_code !== 'SI_USER' || same !== undefined) return DROPPED;
    si_pid = 0;
  }
  const queue = [...holder, siginfo(sig, si_code, si_pid)];
  if (whom === 'thread') target.pending = queue;
  else group.shared_pending = queue;
  // SIG-5: what ends the process without a core ends it at send time, if any thread would take it.
  const fatal = dispositionOf(k, target, sig) === 'default' && isFatal(sig) && !CORE_BY_DEFAULT.includes(sig);
  // A set that is still open is first read now that a signal is pending for the thread.
  for (const thread of takers()) isBlocked(k, k.task(thread), sig);
  if (fatal && takers().some((thread) => wants_signal(k, k.task(thread), sig)))
    zap_group(k, target.group_leader, 'CLD_KILLED', sig);
  return { fate: 'queued', pending: '' };
}

/**
 * Would this thread take the signal now? A stopped one would not, though others of its group have yet to stop, nor one
 * that is exiting. SIG-6
 */
function wants_signal<S extends KernelState>(k: Cpu<S>, task: Task, sig: Sig): boolean {
  const tellsOfStop = task.jobctl === 'telling' && signalOf(k, task).stop === 'stopped';
  if (task.state !== 'running' || task.jobctl === 'stopped' || tellsOfStop) return false;
  return !isBlocked(k, task, sig);
}

function isOverLimit<S extends KernelState>(k: Cpu<S>): boolean {
  if (k.machine.sigpending === undefined) return false;
  const queued = k.machine.tasks.flatMap((name) => [
    ...k.task(name).pending,
    ...k.s.signal[name]!.shared_pending,
  ]);
  return queued.filter((entry) => readSiginfo(entry).sig === 'SIGRTMIN').length >= k.machine.sigpending;
}

export function signalOf<S extends KernelState>(k: Cpu<S>, task: Task): SignalStruct {
  return k.s.signal[task.group_leader]!;
}

/** The handlers of a task. A dead leader has those of its threads; a dead process has none. */
function tableOf<S extends KernelState>(k: Cpu<S>, task: Task): Record<string, string> | undefined {
  if (task.sighand !== '') return k.s.sighand[task.sighand];
  const [thread] = threads(k, task.group_leader);
  return thread === undefined ? undefined : k.s.sighand[k.task(thread).sighand];
}

/** Is the signal in the task's blocked set? Decides an open set. */
export function isBlocked<S extends KernelState>(k: Cpu<S>, task: Task, sig: Sig): boolean {
  // SIG-7, STOP-4: everything can be blocked but these two.
  if (isUnstoppable(sig) || task.blocked === 'none') return false;
  if (task.blocked === 'all') return true;
  return settle(k.move, k.s.sigset, task.blocked).split(' ').includes(sig);
}

/** What is done with a signal by the table of this task. Decides an open disposition. */
export function dispositionOf<S extends KernelState>(k: Cpu<S>, task: Task, sig: Sig): string {
  if (isUnstoppable(sig)) return 'default';
  return actionOf(k, task, sig)[0]!;
}

/** The SA_ flags of a signal. */
export function sa_flags<S extends KernelState>(k: Cpu<S>, task: Task, sig: Sig): readonly string[] {
  return actionOf(k, task, sig).slice(1);
}

function actionOf<S extends KernelState>(k: Cpu<S>, task: Task, sig: Sig): string[] {
  const table = tableOf(k, task)!;
  const wanted = table[sig] === undefined ? 'default' : settle(k.move, table, sig);
  return (k.machine.disposition?.(sig, wanted) ?? wanted).split('+');
}

function isUnstoppable(sig: Sig): boolean {
  return sig === 'SIGKILL' || sig === 'SIGSTOP';
}

export function isIgnored<S extends KernelState>(k: Cpu<S>, task: Task, sig: Sig): boolean {
  const disposition = dispositionOf(k, task, sig);
  return disposition === 'ignore' || (disposition === 'default' && IGNORED_BY_DEFAULT.includes(sig));
}

/** Does the default action of this signal end the process? */
export function isFatal(sig: Sig): boolean {
  return !IGNORED_BY_DEFAULT.includes(sig) && sig !== 'SIGSTOP';
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
  if (among.length <= 1) return among[0];
  return SIGNALS.map((sig) => among.find((entry) => readSiginfo(entry).sig === sig)).find(
    (entry) => entry !== undefined,
  );
}

/** Is there anything to do on the way to user mode: a signal to take, a stop to take part in? */
export function signal_pending<S extends KernelState>(k: Cpu<S>): boolean {
  return signalToTake(k) !== undefined || k.t.jobctl === 'stop';
}

/**
 * What becomes of a call that a signal interrupts in its sleep: it is made again, unless a handler runs that was
 * installed without SA_RESTART, or the call is not one to make again. The first signal in line decides.
 */
export function interrupted<S extends KernelState>(k: Cpu<S>, restartable = true): 'restarts' | 'EINTR' {
  const entry = signalToTake(k);
  if (entry === undefined) return 'restarts';
  const { sig } = readSiginfo(entry);
  if (dispositionOf(k, k.t, sig) !== 'handler') return 'restarts';
  return restartable && sa_flags(k, k.t, sig).includes('SA_RESTART') ? 'restarts' : 'EINTR';
}

/** As `isBlocked`, for a set that must have been decided when the signal came or the set was installed. */
function blockedForCertain<S extends KernelState>(k: Cpu<S>, sig: Sig): boolean {
  const { blocked } = k.t;
  if (blocked === 'none' || isUnstoppable(sig)) return false;
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
  if (isIgnored(k, k.t, info.sig)) return k.machine.discarded?.(k, info.sig, info.si_code, info.si_pid);
  if (dispositionOf(k, k.t, info.sig) === 'handler') return handle_signal(k, info);
  if (info.sig === 'SIGSTOP') return do_signal_stop(k);
  return do_group_exit(k, CORE_BY_DEFAULT.includes(info.sig) ? 'CLD_DUMPED' : 'CLD_KILLED', info.sig);
}

function handle_signal<S extends KernelState>(k: Cpu<S>, info: Siginfo): void {
  if (k.machine.handler === undefined)
    throw new Error(`${k.me} has a handler for ${info.sig} and no code for it`);
  k.machine.handler(k, info.sig, info.si_code, info.si_pid);
}

export function dequeue<S extends KernelState>(k: Cpu<S>, entry: string): void {
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

/**
 * Threads of a group, the dead ones that are not yet released among them; an absent task is in none. The group is all
 * that is read of a task, and not even that of one that is never a thread: whoever looks at more than it must has that
 * many more ways to go.
 */
export function members<S extends KernelState>(k: Cpu<S>, leader: string): string[] {
  const { tasks, processes = [] } = k.machine;
  return tasks.filter(
    (name) => (name === leader || !processes.includes(name)) && k.task(name).group_leader === leader,
  );
}

/** Threads of a group that still run. */
export function threads<S extends KernelState>(k: Cpu<S>, leader: string): string[] {
  return members(k, leader).filter((name) => k.task(name).state === 'running');
}

/** Ends a whole group: every thread that still runs gets SIGKILL; what else was pending nobody will read. EXIT-1 */
export function zap_group<S extends KernelState>(
  k: Cpu<S>,
  leader: string,
  code: Ending,
  status: string = '',
): void {
  const group = k.s.signal[leader]!;
  // EXIT-2: the first group exit wins.
  if (group.group_exit !== '') return;
  group.group_exit = code;
  group.exit_status = keptStatus(k, status);
  group.shared_pending = [];
  group.stop = '';
  group.waitable = false;
  group.untold = '';
  for (const thread of threads(k, leader)) zap_thread(k, thread);
}

/** SIGKILL for one thread, which also ends its stop. */
export function zap_thread<S extends KernelState>(k: Cpu<S>, thread: string): void {
  k.task(thread).pending = [KILL];
  k.task(thread).jobctl = '';
}

/** The number of an exit or the name of a signal, where a program can see it. */
export function keptStatus<S extends KernelState>(k: Cpu<S>, status: string): string {
  return k.machine.keepsStatus === true ? status : '';
}

/** How a process makes such an end for itself. */
function endOf(code: Ending, status: string): Call {
  if (code === 'CLD_KILLED') return { name: 'raise', sig: isSig(status) ? status : 'SIGKILL' };
  return { name: code === 'CLD_EXITED' ? 'exit_group' : 'fault' };
}

/** exit_group(2), and what a fatal signal does to the thread that takes it. Tasks that share only memory live on. */
export function do_group_exit<S extends KernelState>(k: Cpu<S>, code: Ending, status: string = ''): void {
  k.calls(endOf(code, status));
  const { group_leader } = k.t;
  const { group_exec_task, group_exit } = k.s.signal[group_leader]!;
  if (group_exec_task !== '' && group_exit === '') {
    // EXIT-2: a thread that an exec is collecting ends alone, by 0, whatever it asked for.
    k.t.exit_status = keptStatus(k, '0');
  } else {
    if (code === 'CLD_DUMPED' && group_exit === '') do_coredump(k, status);
    zap_group(k, group_leader, code, status);
  }
  if (code === 'CLD_EXITED') k.t.exit_code = code;
  k.goto('exit/K6');
}

/** EXIT-10: who else dies of a core dump. EXIT-6: whose CHILD_CLEARTID word it spares. */
function do_coredump<S extends KernelState>(k: Cpu<S>, status: string): void {
  const { coreDumpKills, cleartid } = k.rules;
  if (coreDumpKills === 'group') return;
  const sharers = k.machine.tasks.filter((name) => {
    const { state, mm } = k.task(name);
    return state === 'running' && mm === k.t.mm;
  });
  if (cleartid === 'unless-core-dump') for (const name of sharers) spare_cleartid(k, name);
  for (const name of sharers) {
    const { group_leader } = k.task(name);
    if (group_leader !== k.t.group_leader) zap_group(k, group_leader, 'CLD_KILLED', status);
  }
}

/** EXIT-6: the CHILD_CLEARTID word of a task is to stay as it is. */
export function spare_cleartid<S extends KernelState>(k: Cpu<S>, name: string): void {
  k.task(name).clear_child_tid = '';
  k.machine.spared?.(k, name);
}

/** The out-of-memory killer spares nobody who shares the memory of its victim. EXIT-12 */
export function oom_kill<S extends KernelState>(k: Cpu<S>, victim: string): void {
  const { mm } = k.task(victim);
  for (const name of k.machine.tasks)
    if (mm !== '' && k.task(name).mm === mm) zap_group(k, k.task(name).group_leader, 'CLD_KILLED', 'SIGKILL');
}
