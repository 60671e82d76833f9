/** Everybody comes to an end who should. A wait that is as endless on Linux is no hang: the guest's own, or its vfork's. */
import { atTheEnd, childHoldsMemory, inGuestCode, isAlive } from './judged.js';

export const noHang = atTheEnd({
  name: 'no-hang',
  sentence:
    'the caller has come back from clone or is dead, the child runs guest code or is dead, and helpers whose work is done have ended',
  witness: 'clone-returned',
  broken(s) {
    const suspended = s.guest.vfork === 'vfork' && isAlive(s, 'C') && childHoldsMemory(s);
    if (isAlive(s, 'C') && !inGuestCode(s, 'C')) return 'C';
    if (isAlive(s, 'P') && !inGuestCode(s, 'P') && !suspended) return 'P';
    if (childHoldsMemory(s)) return '';
    return ['M', 'T'].find((helper) => isAlive(s, helper)) ?? '';
  },
});
