/**
 * How a task ends (kernel: do_exit), split where another task can look: K6, the parts of K7, K9, K10.
 *
 * K7a (robust list) and K8 (files) have no step: no program of the model has a robust list or a descriptor yet, so
 * nobody could see them. A part of K7 that has nothing to do is passed over for the same reason.
 */
import type { Cpu } from './cpu.js';
import { futex_wake } from './futex.js';
import { use } from './memory.js';
import { exit_notify, release_task } from './notify.js';
import type { KernelState } from './state.js';
import { kernel, type Step } from './step.js';

/** exit(2): ends one thread. The caller's step is the system call; the parts follow as steps of their own. */
export function do_exit<S extends KernelState>(k: Cpu<S>): void {
  k.t.exit_code = 'CLD_EXITED';
  k.goto('exit/K6');
}

/** The program every task runs when it ends, however it came to that (EXIT-6). */
export const EXIT: readonly Step<KernelState>[] = [
  kernel('exit/K6', 'K6 EXIT-4', (k) => {
    const { t } = k;
    k.says('exit: begins to exit');
    t.state = 'exiting';
    const { group_exit } = k.s.signal[t.group_leader]!;
    if (group_exit !== '') t.exit_code = group_exit;
    t.pending = [];
    t.blocked = 'none';
    t.ret = '';
    t.pdeath_signal = '';
    k.goto(firstOfMmRelease(k, 'exit'));
  }),
  ...mm_release('exit'),
  kernel('exit/K7e', 'K7e EXIT-4', (k) => {
    k.says('exit: lets go of the memory');
    k.t.mm = '';
  }),
  kernel('exit/K9', 'K9 EXIT-4', (k) => {
    exit_notify(k);
  }),
  kernel('exit/K10', 'K10 NOT-4', (k) => {
    k.says('exit: released');
    release_task(k, k.me);
    k.jumped = true;
  }),
];

/** Where the release of the memory begins for this task: at its first part that has something to do. */
export function firstOfMmRelease<S extends KernelState>(k: Cpu<S>, prefix: string): string {
  if (k.t.clear_child_tid !== '') return `${prefix}/K7b`;
  return afterTid(k, prefix);
}

function afterTid<S extends KernelState>(k: Cpu<S>, prefix: string): string {
  return k.t.vfork_waiter === '' ? `${prefix}/K7e` : `${prefix}/K7d`;
}

/** The parts of mm_release that exit and exec have in common (K7b to K7d). */
export function mm_release(prefix: string): Step<KernelState>[] {
  return [
    kernel(`${prefix}/K7b`, 'K7b EXIT-5', (k) => {
      const word = k.t.clear_child_tid;
      // EXIT-5: only where somebody else uses the memory; for a sole user the word stays.
      if (mmUsers(k) > 1) {
        const object = k.machine.objectOf[word];
        if (object !== undefined) use(k, object);
        k.move.event('cleartid');
        k.says(`mm_release: *${word} = 0`);
        k.s.word[word] = 0;
      } else {
        k.says(`mm_release: ${word} is left alone, nobody else has the memory`);
        k.t.clear_child_tid = '';
        k.goto(afterTid(k, prefix));
      }
    }),
    kernel(`${prefix}/K7c`, 'K7c EXIT-7', (k) => {
      const word = k.t.clear_child_tid;
      const woken = futex_wake(k, word, 1, 'shared');
      k.says(`mm_release: futex(${word}, FUTEX_WAKE, 1) = ${woken}`);
      k.t.clear_child_tid = '';
      k.goto(afterTid(k, prefix));
    }),
    kernel(`${prefix}/K7d`, 'K7d VF-1', (k) => {
      // VF-3: a waiter that was killed has taken itself off meanwhile.
      k.says(
        k.t.vfork_waiter === ''
          ? 'mm_release: nobody waits'
          : `mm_release: ${k.t.vfork_waiter} need not wait`,
      );
      k.t.vfork_waiter = '';
    }),
  ];
}

function mmUsers<S extends KernelState>(k: Cpu<S>): number {
  return k.machine.tasks.filter((name) => k.task(name).mm === k.t.mm).length;
}
