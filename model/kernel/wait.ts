/** wait4(2) for children that have ended: claim (W1), release (K10), return. */
import type { Cpu } from './cpu.js';
import { groupIsEmpty, release_task } from './notify.js';
import { fatal_signal_pending, signalToTake } from './signal.js';
import type { KernelState } from './state.js';
import { kernel, step, type Step } from './step.js';

export interface WaitCall<S extends KernelState> {
  /** Whom it waits for: -1 for any child, else a tid. */
  pid(k: Cpu<S>): number;
  /** WAIT-2: without __WALL only children whose exit signal is SIGCHLD count. */
  wall(k: Cpu<S>): boolean;
  /** Runs in the step in which the call returns; `child` is '' for ECHILD. */
  done(k: Cpu<S>, child: string): void;
}

export function wait4<S extends KernelState>(label: string, row: string, call: WaitCall<S>): Step<S>[] {
  return [
    step(label, `${row}, WAIT-1`, (k) => {
      k.says(`wait4(${call.pid(k)}, ${call.wall(k) ? '__WALL' : '0'} <unfinished ...>`);
    }),
    kernel(`${label}/do_wait`, `${row}, W1 WAIT-3`, (k) => {
      const children = eligible(k, call);
      if (children.length === 0) {
        k.says('<... wait4 resumed> = -1 ECHILD');
        k.skip(1);
        call.done(k, '');
        return;
      }
      // WAIT-4: the oldest of those that are ready, not the first to die.
      const ready = children.find((name) => k.task(name).state === 'zombie' && groupIsEmpty(k, name));
      if (ready !== undefined) {
        k.says(`wait4: claims the zombie ${ready}`);
        k.task(ready).state = 'dead';
        return;
      }
      // WAIT-8: a signal ends the sleep; the call is made again after the handler (SA_RESTART).
      if (!fatal_signal_pending(k) && signalToTake(k) === undefined) k.block();
      k.says('<... wait4 resumed> = ? ERESTARTSYS (to be restarted)');
      k.goto(label);
    }),
    kernel(`${label}/release`, `${row}, K10`, (k) => {
      const claimed = k.machine.tasks.find((name) => isClaimed(k, name));
      if (claimed === undefined) throw new Error('the claimed zombie is gone');
      const { tid } = k.task(claimed);
      k.says(`<... wait4 resumed> = ${tid}`);
      k.move.event('wait-return');
      call.done(k, claimed);
      release_task(k, claimed);
    }),
  ];
}

/** The children that the call is about (kernel: eligible_child), oldest first. WAIT-1, WAIT-2 */
function eligible<S extends KernelState>(k: Cpu<S>, call: WaitCall<S>): string[] {
  const pid = call.pid(k);
  const wall = call.wall(k);
  return k.machine.tasks.filter((name) => {
    const { state, exit_signal, tid } = k.task(name);
    if (state === 'absent' || state === 'dead' || exit_signal === 'thread' || !isMine(k, name)) return false;
    return (pid === -1 || pid === tid) && (wall || exit_signal === 'SIGCHLD');
  });
}

function isMine<S extends KernelState>(k: Cpu<S>, name: string): boolean {
  const { real_parent } = k.task(name);
  return k.machine.tasks.includes(real_parent) && k.task(real_parent).group_leader === k.t.group_leader;
}

/** Claimed by a waiter: dead, and not about to release itself. */
function isClaimed<S extends KernelState>(k: Cpu<S>, name: string): boolean {
  const { state, pc } = k.task(name);
  return state === 'dead' && pc === '' && isMine(k, name);
}
