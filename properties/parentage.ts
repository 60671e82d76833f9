/** Whose child C is, and by which signal its death is told. */
import { MEMORY, PARENT } from '../model/protocols/guest.js';
import { always, ofEachChild, isAlive, type Judged } from './judged.js';

export const parentIsCaller = always({
  name: 'parent-is-caller',
  sentence:
    "until that thread ends, the child's real parent is the calling thread (with CLONE_PARENT, the caller's)",
  witness: 'child-born',
  ...ofEachChild((s, child) => {
    const { state, real_parent } = s.task[child]!;
    const parent = parentOf(s, child);
    return state !== 'absent' && isAlive(s, parent) && real_parent !== parent ? child : '';
  }),
});

export const exitSignalAsRequested = always({
  name: 'exit-signal-as-requested',
  sentence:
    "until exec or reparenting, the child's exit signal is the one that was asked for (with CLONE_PARENT, the caller's)",
  witness: 'child-born',
  ...ofEachChild((s, child) => (isAsAsked(s, child) ? '' : child)),
});

/** The thread whose child C is on Linux (PAR-1, PAR-2). */
function parentOf(s: Judged, child: string): string {
  const { caller, parent } = s.guest[child]!;
  return parent === 'CLONE_PARENT' ? PARENT : caller;
}

function isAsAsked(s: Judged, child: string): boolean {
  const { state, real_parent, mm, pc, exit_signal } = s.task[child]!;
  const guest = s.guest[child]!;
  // Past the point of no return of an exec the signal is SIGCHLD, a moment before the memory changes.
  const executes = mm !== MEMORY || pc.startsWith('guest.execve/');
  if (state !== 'running' || real_parent !== parentOf(s, child) || executes) return true;
  // PAR-2: a sibling has the exit signal of the caller's leader, which G cloned with SIGCHLD.
  if (guest.parent === 'CLONE_PARENT') return exit_signal === 'SIGCHLD';
  return exit_signal === (guest.exit_signal === 'exit-signal-0' ? '' : guest.exit_signal);
}
