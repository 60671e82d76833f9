/** What the guest's own code can tell. */
import { always, atTheEnd, ofEachChild, holdsMemory, inGuestCode, isAlive, type Judged } from './judged.js';

export const vforkSuspendsCaller = always({
  name: 'vfork-suspends-caller',
  sentence: 'a guest that asked for vfork runs again only when the child has released the memory',
  witness: 'vfork-returned',
  ...ofEachChild((s, child) => {
    const { caller, vfork, result } = s.guest[child]!;
    return vfork === 'vfork' && result !== '' && isAlive(s, caller) && holdsMemory(s, child) ? caller : '';
  }),
});

export const guestMaskKept = always({
  name: 'guest-mask-kept',
  sentence: 'caller and child run guest code with the mask the guest had, on every path',
  witness: 'clone-returned',
  ...ofEachChild((s, child) => {
    const both = [s.guest[child]!.caller, child];
    return both.find((task) => inGuestCode(s, task) && s.task[task]!.blocked !== 'guest') ?? '';
  }),
});

export const cloneResult = atTheEnd({
  name: 'clone-result',
  sentence: "clone returned the child's tid, or an error and nothing else the guest can see",
  witness: 'clone-returned',
  ...ofEachChild((s, child) => {
    const { result, child_tid } = s.guest[child]!;
    if (result === 'wrong') return 'tid';
    return result === 'error' && (child_tid !== 0 || sawHelper(s, child)) ? 'error' : '';
  }),
});

/** Was the guest told of a helper that was to make this child? */
function sawHelper(s: Judged, child: string): boolean {
  return s.guest[child]!.helpers.some(
    (helper) => s.seen.notices.includes(helper) || s.seen.waits.includes(helper),
  );
}
