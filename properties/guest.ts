/** What the guest's own code can tell. */
import { always, atTheEnd, childHoldsMemory, inGuestCode, isAlive, type Judged } from './judged.js';

export const vforkSuspendsCaller = always({
  name: 'vfork-suspends-caller',
  sentence: 'a guest that asked for vfork runs again only when the child has released the memory',
  witness: 'vfork-returned',
  broken(s) {
    return s.guest.vfork === 'vfork' && s.guest.result !== '' && isAlive(s, 'P') && childHoldsMemory(s)
      ? 'P'
      : '';
  },
});

export const guestMaskKept = always({
  name: 'guest-mask-kept',
  sentence: 'caller and child run guest code with the mask the guest had, on every path',
  witness: 'clone-returned',
  broken(s) {
    return ['P', 'C'].find((task) => inGuestCode(s, task) && s.task[task]!.blocked !== 'guest') ?? '';
  },
});

export const cloneResult = atTheEnd({
  name: 'clone-result',
  sentence: "clone returned the child's tid, or an error and nothing else the guest can see",
  witness: 'clone-returned',
  broken(s) {
    const { result, child_tid } = s.guest;
    if (result === 'wrong') return 'tid';
    return result === 'error' && sawChild(s, child_tid) ? 'error' : '';
  },
});

function sawChild(s: Judged, child_tid: number): boolean {
  return child_tid !== 0 || s.guest.strayNotice || s.guest.waitedForStranger;
}
