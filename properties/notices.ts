/** What the guest learns of the deaths of its children. */
import { open } from '../model/kernel/late.js';
import { toldOf } from '../model/protocols/guest.js';
import {
  always,
  atTheEnd,
  firstBroken,
  inGuestCode,
  livingThreads,
  somebodyIsStopped,
  type Judged,
} from './judged.js';

export const singleExitSignal = atTheEnd({
  name: 'single-exit-signal',
  sentence:
    'every exit notification the guest took names a child it cloned, once at most, and each death it would catch was notified',
  witness: 'child-notice',
  broken(s) {
    const [stranger] = s.seen.notices;
    if (stranger !== undefined) return stranger;
    return firstBroken(s, (child) => {
      const guest = s.guest[child]!;
      const { notice, notice_sig } = guest;
      if (notice === 'twice') return child;
      const told = livingThreads(s, toldOf(guest));
      // In a vfork without end the caller cannot take what is pending.
      const couldTake = told.some((thread) => inGuestCode(s, thread)) && !somebodyIsStopped(s);
      const missing = notice === 'lost' || (notice === 'pending' && couldTake);
      return missing && told.some((thread) => wouldCatch(s, thread, notice_sig)) ? child : '';
    });
  },
});

/** May a thread catch the notice, as far as the guest has decided? An answer nobody has read yet can still be "yes". */
function wouldCatch(s: Judged, thread: string, sig: string): boolean {
  const mask = s.sigset['guest']!;
  if (!open(mask).includes('')) return false;
  const disposition = s.sighand[s.task[thread]!.sighand]?.[sig];
  return disposition !== undefined && open(disposition).some((action) => action.startsWith('handler'));
}

export const onlyOwnChildrenWaitable = always({
  name: 'only-own-children-waitable',
  sentence: 'wait reports to the guest only children it cloned, and a death only once',
  witness: 'wait-return',
  broken(s) {
    const [stranger] = s.seen.waits;
    if (stranger !== undefined) return stranger;
    return firstBroken(s, (child) => (s.guest[child]!.waited === 'twice' ? child : ''));
  },
});
