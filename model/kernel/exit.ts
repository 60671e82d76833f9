/**
 * How a task ends (kernel: do_exit), split where another task can look: K6, the parts of K7, K8, K9, K10.
 *
 * A part that has nothing to do for a task is passed over, as nobody could see it. No part touches the user stack or
 * the TLS image of the task, so both may be freed from K7d on (EXIT-11).
 */
import type { Cpu } from './cpu.js';
import { exit_files } from './files.js';
import { futex_wake } from './futex.js';
import { use } from './memory.js';
import { exit_notify, release_task } from './notify.js';
import { exit_robust_list } from './robust.js';
import { keptStatus, signalOf, spare_cleartid, threads } from './signal.js';
import type { KernelState } from './state.js';
import { kernel, type Step } from './step.js';
import { exit_signals } from './stop.js';

/** exit(2): ends one thread. The caller's step is the system call; the parts follow as steps of their own. */
export function do_exit<S extends KernelState>(k: Cpu<S>, status: string = ''): void {
  k.calls({ name: 'exit' });
  k.t.exit_code = 'CLD_EXITED';
  k.t.exit_status = keptStatus(k, status);
  k.goto('exit/K6');
}

/** The program every task runs when it ends, however it came to that (EXIT-6). */
export function exit_steps<S extends KernelState>(): Step<S>[] {
  return [
    kernel('exit/K6', 'K6 EXIT-4', (k) => {
      const { t } = k;
      k.says('exit: begins to exit');
      synchronize_group_exit(k);
      const killed = t.exit_code === '';
      t.state = 'exiting';
      const group = signalOf(k, t);
      // A thread that an exec kills has no group exit to take its code from.
      if (group.group_exit !== '') t.exit_code = group.group_exit;
      else if (killed) t.exit_code = 'CLD_KILLED';
      if (group.group_exit !== '') t.exit_status = group.exit_status;
      if (group.group_exec_task === k.me) group.group_exec_task = '';
      // EXIT-6: before 4.8 whoever died of a signal left its word alone.
      if (killed && k.rules.cleartid === 'unless-killed') spare_cleartid(k, k.me);
      exit_signals(k);
      t.pending = [];
      // What is sent to a dead leader is judged by its mask for as long as threads of it live (kernel: sig_ignored).
      if (k.machine.keepsMask !== true || threads(k, k.me).length === 0) t.blocked = 'none';
      t.ret = '';
      t.claimed = '';
      t.pdeath_signal = '';
      t.altstack = false;
      t.fsbase = '';
      k.goto(firstOfMmRelease(k, 'exit'));
    }),
    ...mm_release('exit'),
    kernel('exit/K7e', 'K7e EXIT-4', (k) => {
      k.says('exit: lets go of the memory');
      k.t.mm = '';
      if (k.t.files === '') k.skip(1);
    }),
    kernel('exit/K8', 'K8 EXIT-4', (k) => {
      k.says('exit: closes its descriptors');
      exit_files(k);
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
}

/** EXIT-3: the last thread to leave by exit(2) ends the group, by its own code. */
function synchronize_group_exit<S extends KernelState>(k: Cpu<S>): void {
  const group = signalOf(k, k.t);
  if (k.machine.keepsStatus !== true || k.rules.statusOf !== 'last-thread') return;
  if (group.group_exit !== '' || threads(k, k.t.group_leader).some((name) => name !== k.me)) return;
  group.group_exit = 'CLD_EXITED';
  group.exit_status = k.t.exit_status;
}

/** Where the release of the memory begins for this task: at its first part that has something to do. */
export function firstOfMmRelease<S extends KernelState>(k: Cpu<S>, prefix: string): string {
  return k.t.robust_list === '' ? afterRobust(k, prefix) : `${prefix}/K7a`;
}

function afterRobust<S extends KernelState>(k: Cpu<S>, prefix: string): string {
  return k.t.clear_child_tid === '' ? afterTid(k, prefix) : `${prefix}/K7b`;
}

function afterTid<S extends KernelState>(k: Cpu<S>, prefix: string): string {
  return k.t.vfork_waiter === '' ? `${prefix}/K7e` : `${prefix}/K7d`;
}

/** The parts of mm_release that exit and exec have in common (K7a to K7d). */
export function mm_release<S extends KernelState>(prefix: string): Step<S>[] {
  return [
    kernel(`${prefix}/K7a`, 'K7a EXIT-4', (k) => {
      exit_robust_list(k);
      k.goto(afterRobust(k, prefix));
    }),
    kernel(`${prefix}/K7b`, 'K7b EXIT-5', (k) => {
      const word = k.t.clear_child_tid;
      // EXIT-5: only where somebody else uses the memory; for a sole user the word stays.
      if (word !== '' && sharesMm(k)) {
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
      // VF-3, VF-4: a waiter that was killed has taken itself off meanwhile.
      k.says(
        k.t.vfork_waiter === ''
          ? 'mm_release: nobody waits'
          : `mm_release: ${k.t.vfork_waiter} need not wait`,
      );
      k.t.vfork_waiter = '';
    }),
  ];
}

function sharesMm<S extends KernelState>(k: Cpu<S>): boolean {
  return k.machine.tasks.some((name) => name !== k.me && k.task(name).mm === k.t.mm);
}
