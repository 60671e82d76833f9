/**
 * Where a tracer can hold a task between two steps of the model, and what it makes of each step: the one table.
 *
 * A step that is inside of a system call, or of an exit, cannot be held up: once a task has been let go it takes all of
 * them, as far as it can, and the steps of others come before or after. What needs somebody else to move in between
 * can only be seen in the model.
 */
import { SIGNALS, type KernelState, type Sig } from '../kernel/state.js';
import type { State } from '../system.js';

/** What is done with a real task to make it take a step of the model. */
export type Command =
  /** It makes the system call, load or store of its program. */
  | 'operation'
  /** It is let go from PTRACE_EVENT_EXIT, and reaped when it is dead. */
  | 'die'
  /** It is reaped: its parent hears of it. */
  | 'reap'
  /** It takes a signal, with what becomes of it. */
  | 'signal'
  /** It does what it has to on its way to user mode. */
  | 'park';

/** Signals that are ignored or kill, without a core, unless something is done about them. */
const UNSEEN_BY_DEFAULT: readonly Sig[] = ['SIGCHLD', 'SIGCONT', 'SIGUSR1', 'SIGTERM', 'SIGRTMIN'];

/** Steps that begin somewhere a task is held, by label; every other label that is not inside is an operation. */
const COMMANDS: Readonly<Record<string, Command>> = {
  'exit/K6': 'die',
  'exit/K9': 'reap',
  get_signal: 'signal',
  task_work_run: 'park',
  do_signal_stop: 'park',
};

/** Steps within which no tracer can hold a task, by the last part of their label. */
export const INSIDE: Readonly<Record<string, string>> = {
  K2: 'clone is one system call',
  K3: 'clone is one system call',
  K5: 'the wait of vfork is inside of clone',
  ret_from_fork: 'a new task is first held after it has stored its tid',
  settid: 'a new task is first held after it has stored its tid',
  do_wait: 'wait is one system call',
  release: 'wait is one system call',
  sleeps: 'wait is one system call',
  wakes: 'a sleeper goes on as soon as it is woken',
  takes: 'sigtimedwait is one system call',
  reads: 'read is one system call',
  zap_other_threads: 'execve is one system call',
  collected: 'execve is one system call',
  exchange_tids: 'execve is one system call',
  de_thread: 'execve is one system call',
  new_image: 'execve is one system call',
  K7a: 'the memory is released in one go',
  K7b: 'the memory is released in one go',
  K7c: 'the memory is released in one go',
  K7d: 'the memory is released in one go',
  K7e: 'the memory is released in one go',
  K8: 'descriptors are closed right after the memory is released',
  K9: 'a task that has children or threads is told of as it dies',
  K10: 'who is not waited for is released as its parent is told',
};

/** Litmus tests and protocols alike have the kernel's fields in their state. */
export function kernelOf(state: State): KernelState {
  return state as KernelState;
}

export function commandOf(label: string): Command {
  return COMMANDS[label] ?? 'operation';
}

function lastPart(label: string): string {
  return /[^/.]*$/.exec(label.replace(/@\d+$/, ''))![0];
}

/** Why nobody can hold a task before this step; '' if a tracer can. */
export function insideOf(label: string): string {
  return COMMANDS[label] === undefined ? (INSIDE[lastPart(label)] ?? '') : '';
}

/** Can a tracer hold this task where it stands? Who is no task moves only when it is told to. */
export function isHeld(s: KernelState, name: string): boolean {
  return s.task[name] === undefined || whyNotHeld(s, name) === '';
}

/** Why nobody can hold a task where it stands; '' if a tracer can. */
export function whyNotHeld(s: KernelState, name: string): string {
  const { state, pc, jobctl, group_leader } = s.task[name]!;
  if (pc === 'exit/K9') return isAloneAtDeath(s, name) ? '' : INSIDE['K9']!;
  if (state === 'running' && (s.signal[group_leader]?.untold ?? '') !== '')
    return 'who goes on after a stop tells its parent before a tracer hears of it';
  if (jobctl === 'telling') return 'the last thread to stop tells the parent within the same call';
  return insideOf(pc) || (takesUnseen(s, name) ? 'a signal that is ignored or kills is taken at once' : '');
}

/** Has a thread been killed? */
export function isKilled(s: KernelState, name: string): boolean {
  return s.task[name]!.pending.some((entry) => entry.startsWith('SIGKILL '));
}

/**
 * The state without the signals that a task can leave to another thread of its process, which would take them as well: the
 * kernel wakes one of the two (complete_signal). Undefined if there are none. Who sleeps there may go on sleeping.
 */
export function withoutSignalsForOthers<S extends KernelState>(s: S, name: string): S | undefined {
  const { pending, group_leader } = s.task[name]!;
  if (isKilled(s, name) || deliverable(s, name, pending).length > 0) return undefined;
  const group = s.signal[group_leader]!;
  const isTaken = Object.entries(s.task).some(
    ([other, task]) =>
      other !== name &&
      task.state === 'running' &&
      task.group_leader === group_leader &&
      deliverable(s, other, group.shared_pending).length > 0,
  );
  return isTaken
    ? { ...s, signal: { ...s.signal, [group_leader]: { ...group, shared_pending: [] } } }
    : undefined;
}

/** The next signal is one to ignore or to die of: a tracer is shown it, and lets it through as soon as it can. */
function takesUnseen(s: KernelState, name: string): boolean {
  const { state, pc, jobctl, pending, group_leader, sighand, task_works } = s.task[name]!;
  const { shared_pending } = s.signal[group_leader] ?? { shared_pending: [] };
  if (state !== 'running' || pc === 'exit/K6' || jobctl !== '' || task_works.length > 0) return false;
  const own = deliverable(s, name, pending);
  const [next] = own.length > 0 ? own : deliverable(s, name, shared_pending);
  if (next === undefined) return false;
  const action = s.sighand[sighand]?.[next] ?? 'default';
  return action === 'ignore' || (action === 'default' && UNSEEN_BY_DEFAULT.includes(next));
}

/** Signals of a queue that a task does not block, in the order in which it takes them. */
function deliverable(s: KernelState, name: string, queue: readonly string[]): Sig[] {
  const blocked = (s.sigset[s.task[name]!.blocked] ?? '').split(' ');
  return SIGNALS.filter(
    (sig) =>
      queue.some((entry) => entry.startsWith(`${sig} `)) &&
      (sig === 'SIGKILL' || sig === 'SIGSTOP' || !blocked.includes(sig)),
  );
}

/**
 * A dead task is kept from its parent until the tracer reaps it. All else that its death does is done by then, so the
 * two are apart only for a process of one thread without children.
 */
function isAloneAtDeath(s: KernelState, name: string): boolean {
  const { group_leader, children } = s.task[name]!;
  const threads = Object.values(s.task).filter(
    (task) => task.state !== 'absent' && task.group_leader === name,
  );
  return group_leader === name && children.length === 0 && threads.length === 1;
}
