/** Whose child C is, and by which signal its death is told. */
import { always, isAlive } from './judged.js';

export const parentIsCaller = always({
  name: 'parent-is-caller',
  sentence: "until that thread ends, the child's real parent is the calling thread",
  witness: 'child-born',
  broken(s) {
    const { state, real_parent } = s.task['C']!;
    return state !== 'absent' && isAlive(s, 'P') && real_parent !== 'P' ? 'C' : '';
  },
});

export const exitSignalAsRequested = always({
  name: 'exit-signal-as-requested',
  sentence: "until exec or reparenting, the child's exit signal is the one that was asked for",
  witness: 'child-born',
  broken(s) {
    const { state, real_parent, mm, exit_signal } = s.task['C']!;
    // Past the point of no return of an exec the signal is SIGCHLD, a moment before the memory changes.
    if (
      state !== 'running' ||
      real_parent !== 'P' ||
      mm !== 'P' ||
      s.task['C']!.pc.startsWith('guest.execve/')
    )
      return '';
    const asked = s.guest.exit_signal === 'exit-signal-0' ? '' : s.guest.exit_signal;
    return exit_signal === asked ? '' : 'C';
  },
});
