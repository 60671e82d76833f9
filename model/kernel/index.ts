/** The kernel, for those who write programs. */
export { clone, ret_from_fork, type CloneCall } from './clone.js';
export { clone_args_valid, CLONE_FLAGS, type CloneArgs, type CloneFlag } from './clone-args.js';
export { Cpu, type Fate, type Machine } from './cpu.js';
export { execve } from './exec.js';
export { do_exit } from './exit.js';
export { close_write_end, hasWriter, open_write_end } from './files.js';
export { futex_wait, futex_wake, type FutexResult } from './futex.js';
export { kill, sigaction, type KillResult } from './kill.js';
export { late, open, settle } from './late.js';
export { allocate, FRAME, free, handOver, load, store, use } from './memory.js';
export { pidfd_poll } from './pidfd.js';
export { set_child_subreaper, set_pdeath_signal } from './reparent.js';
export { FUTEX_OWNER_DIED, set_robust_list } from './robust.js';
export { do_group_exit, isFatal, oom_kill, send_signal, sigprocmask } from './signal.js';
export { pause, sigtimedwait } from './sigwait.js';
export {
  absentTask,
  INIT,
  newSignal,
  readSiginfo,
  SIGNALS,
  type Ending,
  type KernelState,
  type Sig,
  type Task,
} from './state.js';
export { inRounds, kernel, never, rest, step, type Step } from './step.js';
export { stepInfo, taskSlot } from './task.js';
export { wait4, WAIT_FLAGS, type WaitFlag, type WaitReport } from './wait.js';
