/** What the guest learns of the deaths of its children. */
import { open } from '../model/kernel/late.js';
import {
  always,
  atTheEnd,
  firstBroken,
  inGuestCode,
  isAlive,
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
      const { caller, notice, notice_sig } = s.guest[child]!;
      if (notice === 'twice') return child;
      // In a vfork without end the caller cannot take what is pending.
      const missing =
        notice === 'lost' || (notice === 'pending' && inGuestCode(s, caller) && !somebodyIsStopped(s));
      return missing && isAlive(s, caller) && wouldCatch(s, notice_sig) ? child : '';
    });
  },
});

/** May the guest catch the notice, as far as it has decided? An answer nobody has read yet can still be "yes". */
function wouldCatch(s: Judged, sig: string): boolean {
  const mask = s.sigset['guest']!;
  if (!open(mask).includes('')) return false;
  const disposition = s.sighand['P']![sig];
  return disposition !== undefined && open(disposition).includes('handler');
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
