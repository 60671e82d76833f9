/** The list of robust futexes, as far as one lock goes (kernel: exit_robust_list). */
import type { Cpu } from './cpu.js';
import { futex_wake } from './futex.js';
import { store } from './memory.js';
import type { KernelState } from './state.js';

/** What the kernel leaves in a lock whose holder died. */
export const FUTEX_OWNER_DIED = 0x40000000;

/** set_robust_list(2). */
export function set_robust_list<S extends KernelState>(k: Cpu<S>, lock: string): void {
  k.t.robust_list = lock;
}

/** K7a: a lock that still names the dying task is marked, and one waiter is woken. A lock not registered stays held (FUT-7). */
export function exit_robust_list<S extends KernelState>(k: Cpu<S>): void {
  const lock = k.t.robust_list;
  const held = k.s.word[lock] === k.t.tid;
  k.says(held ? `exit_robust_list: *${lock} = FUTEX_OWNER_DIED` : `exit_robust_list: ${lock} is not held`);
  if (held) {
    store(k, lock, FUTEX_OWNER_DIED);
    futex_wake(k, lock, 1, 'shared');
  }
  k.t.robust_list = '';
}
