/** Names of the kernel's interface and their numbers on x86_64 (uapi headers, 6.18), and where things lie in a puppet (layout.h). */
import type { CloneFlag } from '../kernel/clone-args.js';
import type { Sig } from '../kernel/state.js';
import type { WaitFlag } from '../kernel/wait.js';

export const SYS = {
  rt_sigaction: 13,
  rt_sigprocmask: 14,
  pipe2: 293,
  pause: 34,
  getpid: 39,
  clone: 56,
  execve: 59,
  exit: 60,
  wait4: 61,
  kill: 62,
  getppid: 110,
  rt_sigtimedwait: 128,
  sigaltstack: 131,
  prctl: 157,
  arch_prctl: 158,
  futex: 202,
  set_tid_address: 218,
  exit_group: 231,
  tgkill: 234,
  waitid: 247,
  set_robust_list: 273,
  prlimit64: 302,
  clone3: 435,
} as const;

export const SIGNAL_NUMBERS: Readonly<Record<Sig, number>> = {
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGTERM: 15,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGRTMIN: 34,
};

/** Signals whose default is to dump a core. The limit forbids it here, so the kernel says that it killed. */
export const CORE_SIGNALS = [3, 6, 11];

/** Signals whose default is to be ignored. */
export const IGNORED_SIGNALS = [17, 18];

export const CLONE_NUMBERS: Readonly<Record<CloneFlag, number>> = {
  CLONE_VM: 0x100,
  CLONE_FS: 0x200,
  CLONE_FILES: 0x400,
  CLONE_SIGHAND: 0x800,
  CLONE_PIDFD: 0x1000,
  CLONE_PTRACE: 0x2000,
  CLONE_VFORK: 0x4000,
  CLONE_PARENT: 0x8000,
  CLONE_THREAD: 0x10000,
  CLONE_NEWNS: 0x20000,
  CLONE_SYSVSEM: 0x40000,
  CLONE_SETTLS: 0x80000,
  CLONE_PARENT_SETTID: 0x100000,
  CLONE_CHILD_CLEARTID: 0x200000,
  CLONE_DETACHED: 0x400000,
  CLONE_UNTRACED: 0x800000,
  CLONE_CHILD_SETTID: 0x1000000,
  CLONE_NEWCGROUP: 0x2000000,
  CLONE_NEWUTS: 0x4000000,
  CLONE_NEWIPC: 0x8000000,
  CLONE_NEWUSER: 0x10000000,
  CLONE_NEWPID: 0x20000000,
  CLONE_NEWNET: 0x40000000,
  CLONE_IO: 0x80000000,
  CLONE_CLEAR_SIGHAND: 0x100000000,
};

export const WAIT_NUMBERS: Readonly<Record<WaitFlag, number>> = {
  WNOHANG: 1,
  WUNTRACED: 2,
  WCONTINUED: 8,
  WNOWAIT: 0x1000000,
  __WNOTHREAD: 0x20000000,
  __WALL: 0x40000000,
  __WCLONE: 0x80000000,
};

export const SA_NUMBERS: Readonly<Record<string, number>> = {
  SA_NOCLDSTOP: 1,
  SA_NOCLDWAIT: 2,
  SA_SIGINFO: 4,
  SA_RESTORER: 0x04000000,
  SA_RESTART: 0x10000000,
};

const ERRNO: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  3: 'ESRCH',
  4: 'EINTR',
  10: 'ECHILD',
  11: 'EAGAIN',
  12: 'ENOMEM',
  14: 'EFAULT',
  22: 'EINVAL',
  38: 'ENOSYS',
  110: 'ETIMEDOUT',
};

const SI_CODES: Readonly<Record<number, string>> = { 0: 'SI_USER', [-6]: 'SI_TKILL', 128: 'SI_KERNEL' };
const CLD_CODES: Readonly<Record<number, string>> = {
  1: 'CLD_EXITED',
  2: 'CLD_KILLED',
  3: 'CLD_DUMPED',
  5: 'CLD_STOPPED',
  6: 'CLD_CONTINUED',
};

/** The error of a call that gave `ret`, or undefined if it gave a result. */
export function errnoOf(ret: number): string | undefined {
  return ret < 0 && ret >= -4095 ? (ERRNO[-ret] ?? `errno ${-ret}`) : undefined;
}

/** ERESTARTSYS and its kind, which only a tracer sees: the call was interrupted, and what it returns is yet to be decided. */
export function isInterrupted(ret: number): boolean {
  return ret <= -512 && ret >= -516;
}

export function signalName(number: number): string {
  const found = Object.entries(SIGNAL_NUMBERS).find(([, one]) => one === number);
  return found === undefined ? `signal ${number}` : found[0];
}

/** The name of an si_code. The codes of SIGCHLD and those of all signals share their numbers. */
export function codeName(sig: number, code: number): string {
  return (
    (sig === SIGNAL_NUMBERS.SIGCHLD ? CLD_CODES[code] : undefined) ??
    SI_CODES[code] ??
    CLD_CODES[code] ??
    String(code)
  );
}

/** A set of signals as the kernel has it: bit 0 is signal 1. */
export function maskOf(sigs: readonly Sig[]): bigint {
  return sigs.reduce((mask, sig) => mask | bitOf(SIGNAL_NUMBERS[sig]), 0n);
}

/** A set of signals as /proc prints it. */
export function maskOfHex(text: string): bigint {
  return BigInt(`0x${text}`);
}

export function bitOf(signal: number): bigint {
  return 1n << BigInt(signal - 1);
}

/** Where things lie in the memory that all tasks map; see layout.h. */
export const LAYOUT = {
  words: 0x10001000,
  wordSize: 16,
  program: 0x10002000,
  lateProgram: 0x10002400,
  noProgram: 0x10002800,
  noArguments: 0x10002900,
  buffers: 0x10003000,
  bufferSize: 256,
  tls: 0x1000f000,
  stacks: 0x10010000,
  stackSize: 0x4000,
  handler: 0x10000040,
  restorer: 0x10000080,
  columns: 0x10111000,
  columnSize: 256,
  orders: 0x10115000,
  orderSize: 96,
  memoryEnd: 0x10120000,
} as const;
