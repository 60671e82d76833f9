/**
 * Tids: which one a new task gets, and when it can be given again (kernel: alloc_pid, free_pid).
 *
 * Each task slot has a tid of its own, which no other task ever gets as a fresh one. Linux gives fresh tids in the order
 * in which tasks are made, so on Linux a tid tells of that order. Nobody asks: a tid is stored, copied and compared with
 * other tids, all of which any renaming of tids leaves as it was. So let a run of Linux's be given, and rename the tid
 * that is fresh when a slot comes to life to that slot's own. A slot comes to life once in a run, so this is a bijection, and
 * the renamed run takes the same steps, here; and back. What a trace prints is the tid as renamed. Lists of tids are in an
 * order that nothing depends on, or, as pending signals, in the order in which they came.
 *
 * A tid that nobody is told is given to nobody else, and its bearer gets no other: a thread that does not lead sends no notice
 * of its death, is no waiter's child, and signals for which it is to blame bear the tid of its leader. Such a task has no
 * entry in `KernelState.pids`. On Linux it can get a tid that others bore, and others can get its own. No step depends on
 * that: what is compared with its tid was never told it, so with a fresh tid in its place every step goes as before, and there
 * is one tid more to be had by others. A ghost that would name it as the bearer of an old notice names nobody instead.
 *
 * A replay line has the answer to the choice below, 0 for the own tid, which is possible at all times.
 */
import type { Cpu } from './cpu.js';
import type { KernelState } from './state.js';

/** The tid of the first task slot. */
export const FIRST_TID = 100;

/** The tid that belongs to a task slot; `tasks` are all of them. */
export function ownTid(tasks: readonly string[], name: string): number {
  return FIRST_TID + tasks.indexOf(name);
}

/**
 * Its own tid, or one that was given back. Linux goes round its pids once before it gives one again, so both can happen to
 * a program that runs for long. `isTold`: somebody may come to know the tid.
 */
export function alloc_pid<S extends KernelState>(k: Cpu<S>, name: string, isTold: boolean): number {
  const { tasks } = k.machine;
  const { free } = k.s.pids;
  const own = ownTid(tasks, name);
  if (free[name] === undefined) {
    if (isTold) throw new Error(`the tid of ${name} can be told, so it must be in pids.free`);
    return own;
  }
  if (free[name]) throw new Error(`${name} is made a second time, and each creation takes a task of its own`);
  const others = tasks.filter((other) => other !== name && other in free);
  // One tid is looked at, not all, and there are fewer ways to go.
  const other = [name, ...others][k.move.choose(1 + others.length)]!;
  if (other === name) return own;
  if (!free[other]!) k.block();
  free[other] = false;
  return ownTid(tasks, other);
}

export function free_pid<S extends KernelState>(k: Cpu<S>, tid: number): void {
  const { free } = k.s.pids;
  const owner = k.machine.tasks[tid - FIRST_TID]!;
  if (owner in free) free[owner] = true;
}
