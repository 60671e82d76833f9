/** What is done about the death of a task: its parent and its own remains (kernel: exit_notify, release_task). */
import type { Cpu } from './cpu.js';
import { free_pid } from './pids.js';
import { disown, forget_original_parent } from './reparent.js';
import { dispositionOf, members, sa_flags, send_signal, signalOf } from './signal.js';
import { absentTask, INIT, newSignal, type KernelState, type Sig } from './state.js';

/** One step, under the task-list lock (K9). */
export function exit_notify<S extends KernelState>(k: Cpu<S>): void {
  const { t, me } = k;
  forget_original_parent(k);
  // EXIT-9: a leader waits, as a zombie, for its last thread; EXIT-8: a thread notifies nobody and releases itself.
  const notifies = t.group_leader === me && groupIsEmpty(k, me);
  const autoreap = t.group_leader === me ? notifies && do_notify_parent(k, me) : true;
  t.state = autoreap ? 'dead' : 'zombie';
  if (t.group_leader !== me) k.says('exit: gone, a thread notifies nobody');
  else if (!notifies) k.says('exit: zombie, other threads live on');
  t.sighand = '';
  t.pc = autoreap ? 'exit/K10' : '';
  k.jumped = true;
}

/** Are all threads but the leader released? */
export function groupIsEmpty<S extends KernelState>(k: Cpu<S>, leader: string): boolean {
  return members(k, leader).every((name) => name === leader);
}

/**
 * Tells the parent of a dead group; true when nobody will wait for it (kernel: do_notify_parent). The signal is for the
 * parent's process: any thread that does not block it may take it, though the kernel prefers the parent itself (NOT-1).
 */
export function do_notify_parent<S extends KernelState>(k: Cpu<S>, dead: string): boolean {
  const child = k.task(dead);
  const name = dead === k.me ? '' : ` (${dead})`;
  if (child.real_parent === INIT) {
    k.says(`exit: zombie${name}, reaped by init`);
    return true;
  }
  const parent = k.task(child.real_parent);
  const sig = signalSent(child.exit_signal, child.parent_exec_id === parent.self_exec_id);
  if (sig === '') {
    k.says(`exit: zombie${name}, no signal`);
    return false;
  }
  // NOT-4: nobody waits for a child whose parent ignores SIGCHLD, which is then not sent, or has
  // SA_NOCLDWAIT. WAIT-7: a wait that sleeps finds no child then.
  const ignored = sig === 'SIGCHLD' && dispositionOf(k, parent, 'SIGCHLD') === 'ignore';
  const autoreap = ignored || (sig === 'SIGCHLD' && sa_flags(k, parent, 'SIGCHLD').includes('SA_NOCLDWAIT'));
  // NOT-6, NOT-8: it names the dead process and how it ended, if it does not merge into what is pending.
  const { fate, pending } = ignored
    ? { fate: 'ignored' as const, pending: '' }
    : send_signal(k, sig, child.exit_code, child.tid, child.real_parent);
  const outcome = { queued: 'sent', ignored: 'ignored', merged: `merges into the pending ${pending}` }[fate];
  k.says(`exit: zombie${name}, ${sig} to ${child.real_parent} ${outcome}`);
  k.machine.notified?.(k, dead, sig, fate, pending);
  return autoreap;
}

/**
 * NOT-2: a parent that has executed another program since gets SIGCHLD, whatever was asked for. NOT-3: the stored
 * signal stays as it is, and with it the way to wait for the child.
 */
function signalSent(exit_signal: Sig | '' | 'thread', sameProgram: boolean): Sig | '' {
  if (exit_signal === 'thread') throw new Error('a thread has no exit signal');
  return exit_signal !== 'SIGCHLD' && !sameProgram ? 'SIGCHLD' : exit_signal;
}

/** K10: the last of a task. Its pid can be given again. The last thread but the leader announces a dead leader. EXIT-9 */
export function release_task<S extends KernelState>(k: Cpu<S>, name: string): void {
  const task = k.task(name);
  const leader = task.group_leader;
  disown(k, name);
  free_pid(k, task.tid);
  k.s.task[name] = absentTask();
  if (name === leader) {
    k.s.signal[leader] = newSignal();
    return;
  }
  const old = k.task(leader);
  if (old.state !== 'zombie' || !groupIsEmpty(k, leader)) return;
  old.blocked = 'none';
  const { group_exit, exit_status } = signalOf(k, old);
  if (group_exit !== '') {
    old.exit_code = group_exit;
    old.exit_status = exit_status;
  }
  if (do_notify_parent(k, leader)) release_task(k, leader);
}
