/** Everybody comes to an end who should, and goes on who may. A wait that is as endless on Linux is no hang: the guest's own, or its vfork's. */
import { MEMORY } from '../model/protocols/guest.js';
import {
  atTheEnd,
  children,
  firstBroken,
  holdsMemory,
  inGuestCode,
  inTheEnd,
  isAlive,
  somebodyIsStopped,
  type Judged,
} from './judged.js';

export const noHang = atTheEnd({
  name: 'no-hang',
  sentence:
    'the caller has come back from clone or is dead, the child runs guest code or is dead, and helpers whose work is done have ended',
  witness: 'clone-returned',
  broken: (s) => (somebodyIsStopped(s) ? '' : firstBroken(s, (child) => hanging(s, child))),
});

function hanging(s: Judged, child: string): string {
  const { caller, helpers } = s.guest[child]!;
  if (isAlive(s, child) && !inGuestCode(s, child)) return child;
  if (isAlive(s, caller) && !inGuestCode(s, caller) && !isSuspended(s, caller)) return caller;
  if (holdsMemory(s, child)) return '';
  return helpers.find((helper) => isAlive(s, helper)) ?? '';
}

/** Does a thread wait, as it asked to, for a child of its that holds on to the memory? */
function isSuspended(s: Judged, thread: string): boolean {
  return children(s).some((child) => {
    const { caller, vfork, result } = s.guest[child]!;
    return (
      caller === thread && vfork === 'vfork' && result === '' && isAlive(s, child) && holdsMemory(s, child)
    );
  });
}

export const vforkCallerGoesOn = inTheEnd({
  name: 'vfork-caller-goes-on',
  sentence: 'a caller that vfork suspends goes on in the end, once the child is dead or runs another program',
  witness: 'vfork-returned',
  onRequest: true,
  when: (s) => firstBroken(s, (child) => (hasGone(s, child) ? suspendedFor(s, child) : '')) !== '',
  broken: (s) => (somebodyIsStopped(s) ? '' : firstBroken(s, (child) => suspendedFor(s, child))),
});

export const waitReturns = inTheEnd({
  name: 'wait-returns',
  sentence: 'a guest that waits for its children is told in the end of one that is dead',
  witness: 'wait-return',
  onRequest: true,
  when: (s) => inVain(s) !== '',
  broken: (s) => (somebodyIsStopped(s) ? '' : inVain(s)),
});

/** The caller that clone has not returned to although it asked for vfork; `''` if there is none. */
function suspendedFor(s: Judged, child: string): string {
  const { caller, vfork, result } = s.guest[child]!;
  return vfork === 'vfork' && result === '' && isAlive(s, caller) ? caller : '';
}

/** Has the child been born, and is it through with the memory that it was cloned into? */
function hasGone(s: Judged, child: string): boolean {
  const { state, mm } = s.task[child]!;
  return s.guest[child]!.child_tid !== 0 && (state !== 'running' || mm !== MEMORY);
}

/** A caller that sleeps in wait while one of the children it waits for is a zombie; `''` if there is none. */
function inVain(s: Judged): string {
  return firstBroken(s, (child) => {
    const { caller, waits } = s.guest[child]!;
    const task = s.task[caller]!;
    if (!isAlive(s, caller) || !task.pc.startsWith('guest.wait')) return '';
    const counts = (name: string): boolean =>
      s.task[name]!.state === 'zombie' && (waits === 'wait-all' || s.task[name]!.exit_signal === 'SIGCHLD');
    const zombie =
      waits === 'wait-child' ? counts(child) && task.children.includes(child) : task.children.some(counts);
    return zombie ? caller : '';
  });
}
