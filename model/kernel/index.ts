/** The kernel, for those who write programs. */
export { clone, ret_from_fork, type CloneCall, type CloneFlag } from './clone.js';
export type { Cpu, Fate, Machine } from './cpu.js';
export { execve } from './exec.js';
export { do_exit } from './exit.js';
export { futex_wait, futex_wake, type FutexResult } from './futex.js';
export { late, open, settle } from './late.js';
export { allocate, free, handOver, load, store, use } from './memory.js';
export { do_group_exit, isFatal, sigprocmask } from './signal.js';
export type { KernelState, Sig, Task } from './state.js';
export { kernel, never, rest, step, type Step } from './step.js';
export { stepInfo, taskSlot } from './task.js';
export { wait4 } from './wait.js';
