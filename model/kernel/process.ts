/** A process that is there at the start, made by nobody in the model. */
import { ownTid } from './pids.js';
import { absentTask, INIT, SIGNALS, type Task } from './state.js';

/** The one task of a process that shares nothing, a child of init. `tasks` are all task slots, `pc` the label of its first step. */
export function newProcess(tasks: readonly string[], name: string, pc: string): Task {
  return {
    ...absentTask(),
    state: 'running',
    pc,
    tid: ownTid(tasks, name),
    group_leader: name,
    real_parent: INIT,
    exit_signal: 'SIGCHLD',
    mm: name,
    sighand: name,
  };
}

/** A table of handlers without any. */
export function newSighand(): Record<string, string> {
  return Object.fromEntries(SIGNALS.map((sig) => [sig, 'default']));
}
