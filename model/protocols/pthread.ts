/**
 * What libc gives the emulator: mutexes, condition variables, and memory that knows the locks inside it.
 *
 * A mutex is a word in some object; releasing it is one step. A condition variable is a queue of sleepers. What is
 * done under a lock can be seen by nobody who takes the lock, so it rides along with the release.
 */
import { free as freeObject, use } from '../kernel/memory.js';
import {
  do_group_exit,
  step,
  type CloneFlag,
  type Cpu,
  type KernelState,
  type Step,
} from '../kernel/index.js';

export interface LibcState extends KernelState {
  /** Who holds a mutex; '' for nobody. */
  mutex: Record<string, string>;
  /** Who sleeps on a condition variable, oldest first. */
  cond: Record<string, string[]>;
  /** The flag of a completion. */
  set: Record<string, number>;
}

/**
 * What a thread shares with the one that creates it. glibc asks for CLONE_PARENT_SETTID and CLONE_CHILD_CLEARTID as well,
 * for words of its own that nothing here reads: no thread is joined.
 */
export const FLAGS_OF_PTHREAD_CREATE: readonly CloneFlag[] = [
  'CLONE_VM',
  'CLONE_FS',
  'CLONE_FILES',
  'CLONE_SIGHAND',
  'CLONE_THREAD',
  'CLONE_SYSVSEM',
  'CLONE_SETTLS',
];

type Libc<S extends LibcState> = Cpu<S>;

export function touch<S extends LibcState>(k: Libc<S>, name: string): void {
  const object = k.machine.objectOf[name];
  if (object !== undefined) use(k, object);
}

/** Takes a mutex, or cannot move while another holds it. */
export function mutex_lock<S extends LibcState>(k: Libc<S>, mutex: string): void {
  touch(k, mutex);
  if (k.s.mutex[mutex] !== '') k.block();
  k.s.mutex[mutex] = k.me;
  k.says(`pthread_mutex_lock(${mutex})`);
}

/**
 * Releases a mutex. libc stores "free" without asking who holds it, so releasing what one does not hold is reported
 * and the run goes on with the mutex free.
 */
export function mutex_unlock<S extends LibcState>(k: Libc<S>, mutex: string): void {
  touch(k, mutex);
  k.move.event('unlock');
  if (k.s.mutex[mutex] !== k.me) k.move.violate('no-bad-lock', mutex);
  k.s.mutex[mutex] = '';
  k.says(`pthread_mutex_unlock(${mutex})`);
}

/** Releases the mutex and goes to sleep, as one step. */
export function cond_sleep<S extends LibcState>(k: Libc<S>, cond: string, mutex: string): void {
  touch(k, cond);
  mutex_unlock(k, mutex);
  k.s.cond[cond] = [...k.s.cond[cond]!, k.me];
  k.says(`pthread_cond_wait(${cond} <unfinished ...>`);
}

/** Wakes up, once somebody has called, and takes the mutex again. */
export function cond_wake<S extends LibcState>(k: Libc<S>, cond: string, mutex: string): void {
  if (k.s.cond[cond]!.includes(k.me)) k.block();
  mutex_lock(k, mutex);
  k.says(`<... pthread_cond_wait resumed>, holds ${mutex}`);
}

/** Wakes all that sleep on a condition variable. */
export function cond_broadcast<S extends LibcState>(k: Libc<S>, cond: string): void {
  touch(k, cond);
  k.s.cond[cond] = [];
}

/** assert(3): a false one ends the process by SIGABRT, with a core. True when the program goes on. */
export function assertion<S extends LibcState>(k: Libc<S>, truth: boolean, text: string): boolean {
  k.move.event('assert');
  if (truth) return true;
  k.adds(`assert(${text}) fails: abort()`);
  k.move.violate('no-failed-assertion', text);
  do_group_exit(k, 'CLD_DUMPED');
  return false;
}

/** The program touches what is not there: SIGSEGV, which nobody handles here, with a core. */
export function crash<S extends LibcState>(k: Libc<S>, object: string, why: string): void {
  k.says(`--- SIGSEGV {si_code=SEGV_MAPERR} ---, ${why}`);
  k.move.violate('no-crash', object);
  do_group_exit(k, 'CLD_DUMPED');
}

/** Frees an object, or leaves the function whose frame it is. What was in it nobody can read again. */
export function free<S extends LibcState>(k: Libc<S>, object: string): void {
  const inside = Object.keys(k.machine.objectOf).filter((name) => k.machine.objectOf[name] === object);
  for (const name of inside) if ((k.s.mutex[name] ?? '') !== '') k.move.fail('no-bad-lock', name);
  freeObject(k, object);
  for (const name of inside) {
    if (name in k.s.set) k.s.set[name] = 0;
    if (name in k.s.word) k.s.word[name] = 0;
  }
}

/**
 * Makes a completion done, in two steps.
 *
 *     lock; assert(!set); set = true; broadcast; unlock
 */
export function completion_finish<S extends LibcState>(label: string, row: string, name: string): Step<S>[] {
  return [
    step(`${label}/lock`, row, (k) => mutex_lock(k, name)),
    step(`${label}/set`, row, (k) => {
      if (!assertion(k, k.s.set[name] === 0, `!${name}`)) return;
      k.s.set[name] = 1;
      cond_broadcast(k, name);
      mutex_unlock(k, name);
      k.says(`${name} is done: broadcast, pthread_mutex_unlock(${name})`);
    }),
  ];
}

/**
 * Waits for a completion, with no loop around the one wait, as posted.
 *
 *     lock; if (set) { unlock; return; } cond_wait; assert(set); unlock
 */
export function completion_await<S extends LibcState>(label: string, row: string, name: string): Step<S>[] {
  return [
    step(`${label}/lock`, row, (k) => {
      mutex_lock(k, name);
      if (k.s.set[name] === 1) k.skip(2);
    }),
    step(`${label}/wait`, row, (k) => cond_sleep(k, name, name)),
    step(`${label}/wake`, row, (k) => cond_wake(k, name, name)),
    step(`${label}/unlock`, row, (k) => {
      if (assertion(k, k.s.set[name] === 1, name)) mutex_unlock(k, name);
    }),
  ];
}
