/** Whose child C is, and by which signal its death is told. */
import { always, firstBroken, isAlive, type Judged } from './judged.js';

export const parentIsCaller = always({
  name: 'parent-is-caller',
  sentence: "until that thread ends, the child's real parent is the calling thread",
  witness: 'child-born',
  broken: (s) =>
    firstBroken(s, (child) => {
      const { state, real_parent } = s.task[child]!;
      const { caller } = s.guest[child]!;
      return state !== 'absent' && isAlive(s, caller) && real_parent !== caller ? child : '';
    }),
});

export const exitSignalAsRequested = always({
  name: 'exit-signal-as-requested',
  sentence: "until exec or reparenting, the child's exit signal is the one that was asked for",
  witness: 'child-born',
  broken: (s) => firstBroken(s, (child) => (isAsAsked(s, child) ? '' : child)),
});

function isAsAsked(s: Judged, child: string): boolean {
  const { state, real_parent, mm, pc, exit_signal } = s.task[child]!;
  const guest = s.guest[child]!;
  // Past the point of no return of an exec the signal is SIGCHLD, a moment before the memory changes.
  const executes = mm !== 'P' || pc.startsWith('guest.execve/');
  if (state !== 'running' || real_parent !== guest.caller || executes) return true;
  return exit_signal === (guest.exit_signal === 'exit-signal-0' ? '' : guest.exit_signal);
}
