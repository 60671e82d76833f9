/** Stopping a whole group and letting it go on (kernel: do_signal_stop, prepare_signal, do_notify_parent_cldstop). */
import type { Cpu } from './cpu.js';
import { dispositionOf, sa_flags, send_signal, signalOf, threads } from './signal.js';
import { INIT, readSiginfo, type KernelState, type Sig } from './state.js';

/** A thread has taken a stop signal: all threads of its group are to stop. */
export function do_signal_stop<S extends KernelState>(k: Cpu<S>): void {
  const group = signalOf(k, k.t);
  // A group that is ending, or collected by an exec, does not stop.
  if (group.group_exit !== '' || group.group_exec_task !== '') return;
  group.stop = 'stopping';
  group.waitable = false;
  for (const name of threads(k, k.t.group_leader)) {
    const thread = k.task(name);
    if (thread.jobctl === '') thread.jobctl = 'stop';
  }
  participate(k);
}

/** A thread stops. The last of its group has yet to tell the parent; wait may see the stop before (STOP-1). */
export function participate<S extends KernelState>(k: Cpu<S>): void {
  k.t.jobctl = completes(k) ? 'telling' : 'stopped';
  k.says(k.t.jobctl === 'stopped' ? 'stops' : 'stops, the last of its group');
}

/** Is this thread the last that was yet to stop? Then the group has stopped. */
function completes<S extends KernelState>(k: Cpu<S>): boolean {
  const group = signalOf(k, k.t);
  const others = threads(k, k.t.group_leader).filter((name) => name !== k.me);
  if (others.some((name) => k.task(name).jobctl === 'stop')) return false;
  group.stop = 'stopped';
  group.waitable = true;
  return true;
}

/** A thread that exits while its group is stopping can be the one for which the others were waiting. */
export function exit_signals<S extends KernelState>(k: Cpu<S>): void {
  const awaited = k.t.jobctl === 'stop' && signalOf(k, k.t).stop === 'stopping';
  k.t.jobctl = '';
  if (!awaited) return;
  const others = threads(k, k.t.group_leader).some((name) => name !== k.me);
  if (others && completes(k)) do_notify_parent_cldstop(k, 'CLD_STOPPED');
}

/** The last thread to stop tells the parent, even if a SIGCONT came in between. */
export function tellsStop<S extends KernelState>(k: Cpu<S>): void {
  do_notify_parent_cldstop(k, 'CLD_STOPPED');
  k.t.jobctl = signalOf(k, k.t).stop === 'stopped' ? 'stopped' : '';
}

/** SIGCONT, at send time (STOP-2). The first thread to come back tells the parent. */
export function resume<S extends KernelState>(k: Cpu<S>, leader: string): void {
  const group = k.s.signal[leader]!;
  dropPending(k, leader, 'SIGSTOP');
  if (group.stop === 'stopped' || group.stop === 'stopping') {
    // A stop that was still under way is reported as one, and has never been complete.
    group.untold = group.stop === 'stopped' ? 'CLD_CONTINUED' : 'CLD_STOPPED';
    group.stop = 'continued';
    group.waitable = true;
  }
  for (const name of threads(k, leader)) {
    const thread = k.task(name);
    if (thread.jobctl !== 'telling') thread.jobctl = '';
  }
}

export function tellsResume<S extends KernelState>(k: Cpu<S>): void {
  const group = signalOf(k, k.t);
  const { untold } = group;
  group.untold = '';
  if (untold !== '') do_notify_parent_cldstop(k, untold);
}

/** STOP-1: by SIGCHLD, whatever the exit signal is, unless the parent wants to hear of deaths only. */
function do_notify_parent_cldstop<S extends KernelState>(
  k: Cpu<S>,
  why: 'CLD_STOPPED' | 'CLD_CONTINUED',
): void {
  const { real_parent, tid } = k.task(k.t.group_leader);
  k.says(`${why} to ${real_parent}`);
  if (real_parent === INIT) return;
  const parent = k.task(real_parent);
  if (dispositionOf(k, parent, 'SIGCHLD') === 'ignore') return;
  if (sa_flags(k, parent, 'SIGCHLD').includes('SA_NOCLDSTOP')) return;
  send_signal(k, 'SIGCHLD', why, tid, real_parent);
}

/** Takes a signal out of every queue of a process. */
export function dropPending<S extends KernelState>(k: Cpu<S>, leader: string, sig: Sig): void {
  const kept = (queue: readonly string[]) => queue.filter((entry) => readSiginfo(entry).sig !== sig);
  const group = k.s.signal[leader]!;
  group.shared_pending = kept(group.shared_pending);
  for (const name of threads(k, leader)) k.task(name).pending = kept(k.task(name).pending);
}
