/** Everybody comes to an end who should. A wait that is as endless on Linux is no hang: the guest's own, or its vfork's. */
import {
  atTheEnd,
  children,
  firstBroken,
  holdsMemory,
  inGuestCode,
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
