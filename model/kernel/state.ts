/**
 * What the kernel keeps: tasks, processes, handler tables, signal sets, words of memory and who sleeps on them.
 *
 * Shared things (mm, sighand, thread group) are named by the task that made them, so sharing is equality of names.
 * A slot for each task exists from the start, as `absent`; a released task becomes `absent` again, all its
 * fields reset, so that two states differ only in what somebody can still read.
 */

/** The signals the model knows, in the order the kernel dequeues them (lowest number first). */
export const SIGNALS = [
  'SIGQUIT',
  'SIGABRT',
  'SIGKILL',
  'SIGUSR1',
  'SIGSEGV',
  'SIGTERM',
  'SIGCHLD',
  'SIGCONT',
  'SIGSTOP',
  'SIGRTMIN',
] as const;
export type Sig = (typeof SIGNALS)[number];

export function isSig(text: string): text is Sig {
  return SIGNALS.some((sig) => sig === text);
}

/** How a process ended, as the CLD_ codes of its notification tell. */
export type Ending = 'CLD_EXITED' | 'CLD_KILLED' | 'CLD_DUMPED';

/** `dead` is EXIT_DEAD: claimed by a waiter or reaping itself, the pid not yet released. */
export type TaskState = 'absent' | 'running' | 'exiting' | 'zombie' | 'dead';

/** The reaper of last resort. It is no slot; it collects every child at once. */
export const INIT = 'init';

export interface Task {
  state: TaskState;
  /** The label of the next step; '' when the task never moves again. */
  pc: string;
  /** Where a subroutine goes back to. */
  ret: string;
  /** What the system call it sleeps in will return. */
  retval: number;
  /** The zombie that its wait has claimed (W1) and not released yet; '' for none. */
  claimed: string;
  tid: number;
  /** The leader of the thread group; its tid is the tgid. */
  group_leader: string;
  /** The parent *thread* (PAR-1); `init` is the reaper of last resort. */
  real_parent: string;
  /** Leaders whose real parent it is, in the order in which they became so (WAIT-4). */
  children: string[];
  /** '' is 0: no signal. `thread` is -1: a member of a group, never waited for. */
  exit_signal: Sig | '' | 'thread';
  parent_exec_id: number;
  self_exec_id: number;
  /** '' once dropped. */
  mm: string;
  sighand: string;
  /** Its table of descriptors; '' where nobody has one, or once closed. */
  files: string;
  /** Descriptions whose release waits for the way to user mode (kernel: task_work, EXEC-5). */
  task_works: string[];
  /** The name of a signal set: `none`, `all`, or one in `KernelState.sigset`. */
  blocked: string;
  /** Thread-directed pending signals, oldest first; see `siginfo`. */
  pending: string[];
  pdeath_signal: Sig | '';
  /** The word that CHILD_CLEARTID named; '' for none. */
  clear_child_tid: string;
  /** The lock on its registered list of robust futexes; '' for none. */
  robust_list: string;
  /** Has it an alternate signal stack? */
  altstack: boolean;
  /** The TLS image its FS base points to; '' for that of a fresh program. */
  fsbase: string;
  /** A group stop: it is to take part, has yet to tell the parent that all have, or stands still. */
  jobctl: '' | 'stop' | 'telling' | 'stopped';
  /** Who sleeps until this task lets go of the memory (CLONE_VFORK); '' for nobody. */
  vfork_waiter: string;
  /** How it ended, as CLD_ codes tell. */
  exit_code: '' | Ending;
  /** The number it passed to exit, or the signal that killed it; '' where no program can see it. */
  exit_status: string;
}

export interface SignalStruct {
  /** Process-directed pending signals, oldest first; see `siginfo`. */
  shared_pending: string[];
  /** How the whole group is ending; '' while it is not. */
  group_exit: '' | Ending;
  /** As `Task.exit_status`, for the group. */
  exit_status: string;
  /** The thread that executes a program and collects the others (kernel: group_exec_task); '' for none. */
  group_exec_task: string;
  is_child_subreaper: boolean;
  /** The group stop: under way, complete, or ended by SIGCONT. */
  stop: '' | 'stopping' | 'stopped' | 'continued';
  /** Whether wait has yet to report that stop or continuation (STOP-3). */
  waitable: boolean;
  /** What the first thread to come back from a stop has yet to tell the parent (STOP-2). */
  untold: '' | 'CLD_STOPPED' | 'CLD_CONTINUED';
}

export interface KernelState {
  [field: string]: unknown;
  task: Record<string, Task>;
  /** One a process, by the name of its leader. */
  signal: Record<string, SignalStruct>;
  /** Tables of handlers. A value may still be open, see `late`. */
  sighand: Record<string, Record<string, string>>;
  /** Named signal sets: names separated by blanks. A value may still be open. */
  sigset: Record<string, string>;
  /** Tables of descriptors: names of pipes whose write end is open, `p`, or `p+cloexec`. */
  files: Record<string, string[]>;
  /** Words of memory by name. */
  word: Record<string, number>;
  /** Who sleeps in FUTEX_WAIT on a word, oldest first. */
  futex: Record<string, string[]>;
  /** Objects of the shared memory: who is to free it; '' when it is not there. */
  object: Record<string, string>;
  /** Whether the tid that belongs to a task was given back, so that any new task may get it; see `pids.ts`. */
  pids: { free: Record<string, boolean> };
  /** Kinds of faults that have struck, sorted. */
  faults: string[];
}

export function absentTask(): Task {
  return {
    state: 'absent',
    pc: '',
    ret: '',
    retval: 0,
    claimed: '',
    tid: 0,
    group_leader: '',
    real_parent: '',
    children: [],
    exit_signal: '',
    parent_exec_id: 0,
    self_exec_id: 0,
    mm: '',
    sighand: '',
    files: '',
    task_works: [],
    blocked: 'none',
    pending: [],
    pdeath_signal: '',
    clear_child_tid: '',
    robust_list: '',
    altstack: false,
    fsbase: '',
    jobctl: '',
    vfork_waiter: '',
    exit_code: '',
    exit_status: '',
  };
}

export function newSignal(): SignalStruct {
  return {
    shared_pending: [],
    group_exit: '',
    exit_status: '',
    group_exec_task: '',
    is_child_subreaper: false,
    stop: '',
    waitable: false,
    untold: '',
  };
}

/** A pending signal, as a leaf can hold it: `SIGCHLD CLD_EXITED 102`. */
export function siginfo(sig: Sig, si_code: string, si_pid: number): string {
  return `${sig} ${si_code} ${si_pid}`;
}

export interface Siginfo {
  readonly sig: Sig;
  readonly si_code: string;
  readonly si_pid: number;
}

export function readSiginfo(entry: string): Siginfo {
  const [sig = '', si_code = '', si_pid] = entry.split(' ');
  if (!isSig(sig)) throw new Error(`"${entry}" is no pending signal`);
  return { sig, si_code, si_pid: Number(si_pid) };
}
