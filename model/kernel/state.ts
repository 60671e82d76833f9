/**
 * What the kernel keeps: tasks, processes, handler tables, signal sets, words of memory and who sleeps on them.
 *
 * Shared things (mm, sighand, thread group) are named by the task that made them, so sharing is equality of names.
 * A slot for each task exists from the start, as `absent`; a released task becomes `absent` again, all its
 * fields reset, so that two states differ only in what somebody can still read.
 */

/** The signals the model knows, in the order the kernel dequeues them (lowest number first). */
export const SIGNALS = [
  'SIGABRT',
  'SIGKILL',
  'SIGUSR1',
  'SIGSEGV',
  'SIGTERM',
  'SIGCHLD',
  'SIGRTMIN',
] as const;
export type Sig = (typeof SIGNALS)[number];

/** What a process does with a signal. `nocldwait` is a handler, or the default, with SA_NOCLDWAIT. */
export type Disposition = 'default' | 'ignore' | 'handler';

/** `dead` is EXIT_DEAD: claimed by a waiter or reaping itself, the pid not yet released. */
export type TaskState = 'absent' | 'running' | 'exiting' | 'zombie' | 'dead';

export interface Task {
  state: TaskState;
  /** The label of the next step; '' when the task never moves again. */
  pc: string;
  /** Where a subroutine goes back to. */
  ret: string;
  /** What the system call it sleeps in will return. */
  retval: number;
  tid: number;
  /** The leader of the thread group; its tid is the tgid. */
  group_leader: string;
  /** The parent *thread* (PAR-1); `init` is the reaper of last resort. */
  real_parent: string;
  /** '' is 0: no signal. `thread` is -1: a member of a group, never waited for. */
  exit_signal: Sig | '' | 'thread';
  parent_exec_id: number;
  self_exec_id: number;
  /** '' once dropped. */
  mm: string;
  sighand: string;
  /** The name of a signal set: `none`, `all`, or one in `KernelState.sigset`. */
  blocked: string;
  /** Thread-directed pending signals, oldest first; see `siginfo`. */
  pending: string[];
  pdeath_signal: Sig | '';
  /** The word that CHILD_CLEARTID named; '' for none. */
  clear_child_tid: string;
  /** Who sleeps until this task lets go of the memory (CLONE_VFORK); '' for nobody. */
  vfork_waiter: string;
  /** How it ended, as CLD_ codes tell. */
  exit_code: '' | 'CLD_EXITED' | 'CLD_KILLED' | 'CLD_DUMPED';
}

export interface SignalStruct {
  /** Process-directed pending signals, oldest first; see `siginfo`. */
  shared_pending: string[];
  /** How the whole group is ending; '' while it is not. */
  group_exit: '' | 'CLD_EXITED' | 'CLD_KILLED' | 'CLD_DUMPED';
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
  /** Words of memory by name. */
  word: Record<string, number>;
  /** Who sleeps in FUTEX_WAIT on a word, oldest first. */
  futex: Record<string, string[]>;
  /** Objects of the shared memory: who is to free it; '' when it is not there. */
  object: Record<string, string>;
  pids: { free: number[] };
  /** Kinds of faults that have struck, sorted. */
  faults: string[];
}

export function absentTask(): Task {
  return {
    state: 'absent',
    pc: '',
    ret: '',
    retval: 0,
    tid: 0,
    group_leader: '',
    real_parent: '',
    exit_signal: '',
    parent_exec_id: 0,
    self_exec_id: 0,
    mm: '',
    sighand: '',
    blocked: 'none',
    pending: [],
    pdeath_signal: '',
    clear_child_tid: '',
    vfork_waiter: '',
    exit_code: '',
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
  const [sig, si_code, si_pid] = entry.split(' ') as [Sig, string, string];
  return { sig, si_code, si_pid: Number(si_pid) };
}
