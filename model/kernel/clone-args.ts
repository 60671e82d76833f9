/**
 * Which flags go together (kernel: copy_process, kernel_clone, clone3_args_valid, 6.18): one condition, one reason.
 * The order of the arguments in registers is no matter here: they have names.
 */
import type { Cpu } from './cpu.js';
import type { KernelState, Sig } from './state.js';

export const CLONE_FLAGS = [
  'CLONE_VM',
  'CLONE_FS',
  'CLONE_FILES',
  'CLONE_SIGHAND',
  'CLONE_PIDFD',
  'CLONE_PTRACE',
  'CLONE_VFORK',
  'CLONE_PARENT',
  'CLONE_THREAD',
  'CLONE_NEWNS',
  'CLONE_SYSVSEM',
  'CLONE_SETTLS',
  'CLONE_PARENT_SETTID',
  'CLONE_CHILD_CLEARTID',
  'CLONE_DETACHED',
  'CLONE_UNTRACED',
  'CLONE_CHILD_SETTID',
  'CLONE_NEWCGROUP',
  'CLONE_NEWUTS',
  'CLONE_NEWIPC',
  'CLONE_NEWUSER',
  'CLONE_NEWPID',
  'CLONE_NEWNET',
  'CLONE_IO',
  'CLONE_CLEAR_SIGHAND',
] as const;
export type CloneFlag = (typeof CLONE_FLAGS)[number];

/** The error, or '' where the call goes on. */
export function clone_errno<S extends KernelState>(
  k: Cpu<S>,
  flags: readonly CloneFlag[],
  exit_signal: Sig | '',
  clone3 = false,
): '' | 'EINVAL' | 'ENOSYS' {
  const { rules, machine, t } = k;
  if (clone3 && !rules.clone3) return 'ENOSYS';
  const unkillable = machine.unkillable?.includes(t.group_leader) === true;
  return clone_args_valid({ ...rules, flags, exit_signal, clone3, unkillable }) ? '' : 'EINVAL';
}

export interface CloneArgs {
  readonly flags: readonly CloneFlag[];
  readonly exit_signal: Sig | '';
  readonly clone3: boolean;
  /** Is the caller the init of its pid namespace? */
  readonly unkillable: boolean;
  readonly pidfd: boolean;
  readonly threadPidfd: boolean;
  readonly clearSighand: boolean;
}

export function clone_args_valid(args: CloneArgs): boolean {
  return !refusals(args).includes(true);
}

function refusals(args: CloneArgs): boolean[] {
  const { flags, exit_signal, clone3, unkillable, pidfd, threadPidfd, clearSighand } = args;
  const has = (...all: readonly CloneFlag[]): boolean => all.every((flag) => flags.includes(flag));
  const lacks = (flag: CloneFlag): boolean => !flags.includes(flag);
  return [
    // CLONE-3: handlers are addresses, so they need the memory they point into.
    has('CLONE_SIGHAND') && lacks('CLONE_VM'),
    // CLONE-3: the threads of a group share their handlers.
    has('CLONE_THREAD') && lacks('CLONE_SIGHAND'),
    // CLONE-3: a root directory shared across mount namespaces would lead out of one.
    has('CLONE_NEWNS', 'CLONE_FS'),
    // CLONE-3: the same way out, by a user namespace that may mount.
    has('CLONE_NEWUSER', 'CLONE_FS'),
    // CLONE-3: undo lists name semaphores of the namespace that is left.
    has('CLONE_NEWIPC', 'CLONE_SYSVSEM'),
    // CLONE-3: the threads of a group are in one namespace. CLONE-8: processes that share memory need not be.
    has('CLONE_THREAD', 'CLONE_NEWUSER') || has('CLONE_THREAD', 'CLONE_NEWPID'),
    // CLONE-3: the bit of CLONE_DETACHED is kept free for a later use along with a pidfd.
    pidfd && has('CLONE_PIDFD', 'CLONE_DETACHED'),
    // CLONE-3: the older call has one word for both results.
    pidfd && !clone3 && has('CLONE_PIDFD', 'CLONE_PARENT_SETTID'),
    // CLONE-4: a sibling of an init would have a parent outside of the namespace, and nobody to collect it.
    unkillable && has('CLONE_PARENT'),
    // CLONE-5: before 6.9 a pidfd was for a whole process.
    pidfd && !threadPidfd && has('CLONE_PIDFD', 'CLONE_THREAD'),
    // CLONE-7: the older call is lenient (CLONE-6); clone3 refuses a signal that would be ignored,
    clone3 && exit_signal !== '' && (has('CLONE_PARENT') || has('CLONE_THREAD')),
    // CLONE-7: handlers both shared and cleared,
    clone3 && has('CLONE_CLEAR_SIGHAND', 'CLONE_SIGHAND'),
    // CLONE-7: and bits that it does not know.
    clone3 && has('CLONE_DETACHED'),
    clone3 && has('CLONE_CLEAR_SIGHAND') && !clearSighand,
  ];
}
