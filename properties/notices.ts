/** What the guest learns of the deaths of its children. */
import { open } from '../model/kernel/late.js';
import { always, atTheEnd, isAlive, type Judged } from './judged.js';

export const singleExitSignal = atTheEnd({
  name: 'single-exit-signal',
  sentence:
    'every exit notification the guest took names a child it cloned, once at most, and each death it would catch was notified',
  witness: 'child-notice',
  broken(s) {
    if (s.guest.strayNotice) return 'T';
    if (s.guest.notice === 'twice') return 'C';
    const missing = s.guest.notice === 'lost' || s.guest.notice === 'pending';
    return missing && isAlive(s, 'P') && wouldCatch(s) ? 'C' : '';
  },
});

/** May the guest catch the notice, as far as it has decided? An answer nobody has read yet can still be "yes". */
function wouldCatch(s: Judged): boolean {
  const mask = s.sigset['guest']!;
  if (!open(mask).includes('')) return false;
  const disposition = s.sighand['P']![s.guest.notice_sig];
  return disposition !== undefined && open(disposition).includes('handler');
}

export const onlyOwnChildrenWaitable = always({
  name: 'only-own-children-waitable',
  sentence: 'wait reports to the guest only children it cloned, and a death only once',
  witness: 'wait-return',
  broken(s) {
    if (s.guest.waitedForStranger) return 'T';
    return s.guest.waited === 'twice' ? 'C' : '';
  },
});
