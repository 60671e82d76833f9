/** What is done about the death of a task: its children, its parent, its own remains (kernel: exit_notify, release_task). */
import type { Cpu } from './cpu.js';
import { dispositionOf, send_signal, threads } from './signal.js';
import { absentTask, newSignal, type KernelState, type Sig } from './state.js';

/** The reaper of last resort. It is no slot; it collects every child at once. */
export const INIT = 'init';

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

/** The children of a dying thread go to a sibling thread, else to init (REP-1); each PDEATHSIG fires (REP-2). */
function forget_original_parent<S extends KernelState>(k: Cpu<S>): void {
  const sibling = threads(k, k.t.group_leader).find((name) => name !== k.me);
  for (const name of k.machine.tasks) {
    const child = k.task(name);
    if (child.state === 'absent' || child.real_parent !== k.me) continue;
    child.real_parent = sibling ?? INIT;
    if (child.pdeath_signal !== '')
      send_signal(k, child.pdeath_signal, 'SI_USER', k.task(k.t.group_leader).tid, name);
    // NOT-5: another process adopts it, so SIGCHLD it is, and a zombie is announced again.
    if (sibling !== undefined || child.exit_signal === 'thread') continue;
    child.exit_signal = 'SIGCHLD';
    if (child.state === 'zombie' && groupIsEmpty(k, name) && do_notify_parent(k, name)) release_task(k, name);
  }
}

/** Are all threads but the leader released? */
export function groupIsEmpty<S extends KernelState>(k: Cpu<S>, leader: string): boolean {
  return !k.machine.tasks.some(
    (name) => name !== leader && k.task(name).state !== 'absent' && k.task(name).group_leader === leader,
  );
}

/** Tells the parent of a dead group; true when nobody will wait for it (kernel: do_notify_parent). */
function do_notify_parent<S extends KernelState>(k: Cpu<S>, dead: string): boolean {
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
  // NOT-4: nobody waits for a child whose parent ignores SIGCHLD.
  const autoreap = sig === 'SIGCHLD' && dispositionOf(k, parent, 'SIGCHLD') === 'ignore';
  const { fate, pending } = autoreap
    ? { fate: 'ignored' as const, pending: '' }
    : send_signal(k, sig, child.exit_code, child.tid, child.real_parent);
  const outcome = { queued: 'sent', ignored: 'ignored', merged: `merges into the pending ${pending}` }[fate];
  k.says(`exit: zombie${name}, ${sig} to ${child.real_parent} ${outcome}`);
  k.machine.notified?.(k, dead, sig, fate, pending);
  return autoreap;
}

/** NOT-2: a parent that has executed another program since gets SIGCHLD, whatever was asked for. */
function signalSent(exit_signal: Sig | '' | 'thread', sameProgram: boolean): Sig | '' {
  if (exit_signal === 'thread') throw new Error('a thread has no exit signal');
  return exit_signal !== 'SIGCHLD' && !sameProgram ? 'SIGCHLD' : exit_signal;
}

/** K10: the last of a task. Its pid can be given again. The last thread but the leader announces a dead leader. EXIT-9 */
export function release_task<S extends KernelState>(k: Cpu<S>, name: string): void {
  const task = k.task(name);
  const leader = task.group_leader;
  k.s.pids.free = [...k.s.pids.free, task.tid].toSorted((a, b) => a - b);
  k.s.task[name] = absentTask();
  if (name === leader) {
    k.s.signal[leader] = newSignal();
    return;
  }
  if (k.task(leader).state !== 'zombie' || !groupIsEmpty(k, leader)) return;
  if (do_notify_parent(k, leader)) release_task(k, leader);
}
