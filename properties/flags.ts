/** What the guest's own flags promise: words in its memory, descriptors, threads that live on. */
import { MEMORY } from '../model/protocols/guest.js';
import { ownName } from '../model/protocols/op.js';
import {
  always,
  atTheEnd,
  ofEachChild,
  guestTasks,
  holdsMemory,
  inGuestCode,
  isAlive,
  somebodyIsStopped,
  type Judged,
} from './judged.js';

export const tidWordsAsNative = always({
  name: 'tid-words-as-native',
  sentence:
    "once clone has returned, the guest's PARENT_SETTID word holds the child's tid; when the child runs guest code, its CHILD_SETTID word does",
  witness: 'child-born',
  needs: ['CLONE_PARENT_SETTID', 'CLONE_CHILD_SETTID'],
  ...ofEachChild((s, child) => {
    const { parent_settid, child_settid, result, child_tid } = s.guest[child]!;
    const [ptid, ctid] = [ownName(child, 'ptid'), ownName(child, 'ctid')];
    if (parent_settid === 'CLONE_PARENT_SETTID' && result === 'child' && s.word[ptid] !== child_tid)
      return ptid;
    const missing = child_settid === 'CLONE_CHILD_SETTID' && s.word[ctid] !== child_tid;
    return missing && runsFromClone(s, child) ? ctid : '';
  }),
});

/** Does a task run the guest's code that was there at the clone, rather than execute another program? */
function runsFromClone(s: Judged, name: string): boolean {
  const { mm, pc } = s.task[name]!;
  return inGuestCode(s, name) && mm === MEMORY && !pc.startsWith('guest.execve/');
}

export const cleartidAsNative = atTheEnd({
  name: 'cleartid-as-native',
  sentence:
    "the guest's CLONE_CHILD_CLEARTID word is 0, and nobody sleeps on it, once the child has let go of the memory",
  witness: 'child-born',
  needs: ['CLONE_CHILD_CLEARTID'],
  ...ofEachChild((s, child) => {
    const { child_cleartid, caller, result } = s.guest[child]!;
    const asked = child_cleartid === 'CLONE_CHILD_CLEARTID' && result === 'child';
    const caresFor = isAlive(s, caller) && s.task[caller]!.mm === MEMORY;
    if (!asked || !caresFor || holdsMemory(s, child) || somebodyIsStopped(s)) return '';
    const word = ownName(child, 'ctid');
    return s.word[word] !== 0 || s.futex[word]!.length > 0 ? word : '';
  }),
});

export const descriptorsCloseAsNative = atTheEnd({
  name: 'descriptors-close-as-native',
  sentence: 'a description that nobody in the guest holds any more is closed',
  witness: 'close',
  needs: ['caller-closes-pipe', 'child-closes-pipe'],
  broken(s) {
    if (somebodyIsStopped(s)) return '';
    const guest = guestTasks(s);
    const held = heldBy(s, Object.keys(s.task)).filter((file) => !heldBy(s, guest).includes(file));
    return held[0] ?? '';
  },
});

function heldBy(s: Judged, tasks: readonly string[]): string[] {
  return tasks.flatMap((name) => s.files[s.task[name]!.files] ?? []);
}

export const sharesAsAsked = always({
  name: 'shares-as-asked',
  sentence:
    'until it executes a program the child shares with the caller the handlers and the descriptors it was cloned to share, and no others',
  witness: 'child-born',
  needs: ['CLONE_FILES', 'CLONE_SIGHAND'],
  ...ofEachChild((s, child) => {
    const { caller, handlers, files } = s.guest[child]!;
    if (!runsFromClone(s, child) || !runsFromClone(s, caller)) return '';
    const [one, other] = [s.task[child]!, s.task[caller]!];
    if ((one.sighand === other.sighand) !== (handlers === 'CLONE_SIGHAND')) return 'handlers';
    const hasFiles = other.files !== '';
    return hasFiles && (one.files === other.files) !== (files === 'CLONE_FILES') ? 'descriptors' : '';
  }),
});

export const exitEndsOneThread = always({
  name: 'exit-ends-one-thread',
  sentence: 'exit(2) ends the thread that calls it, and not the others of its process',
  witness: 'thread-started',
  needs: ['child-starts-thread'],
  ...ofEachChild((s, child) => {
    const others = Object.keys(s.task).filter(
      (name) => name !== child && s.task[name]!.group_leader === child,
    );
    return s.guest[child]!.exited && s.signal[child]!.group_exit === 'CLD_EXITED' ? (others[0] ?? '') : '';
  }),
});
