/** Nobody uses, frees or forgets memory wrongly. */
import { always, children, holdsMemory, isAlive, step, type Judged } from './judged.js';

export const noUseAfterFree = step({
  name: 'no-use-after-free',
  sentence:
    'nobody uses a stack, TLS image, frame or heap object after it was freed or its function returned',
  witness: 'use',
});

export const noDoubleFree = step({
  name: 'no-double-free',
  sentence: 'nothing is freed twice',
  witness: 'free',
});

/** Frames go with their functions; they are nobody's to free. */
const FRAME = /^d?info\d*$/;

export const noLeak = always({
  name: 'no-leak',
  sentence:
    "no object is left that a living guest task's address space still holds and no living task is to free",
  witness: 'allocate',
  broken(s) {
    const lost = Object.keys(s.object).find((name) => !FRAME.test(name) && isForgotten(s, name));
    // Helpers do not count: they are about to end, and the memory with them.
    return lost !== undefined &&
      (isAlive(s, 'P') || children(s).some((child) => isAlive(s, child) && holdsMemory(s, child)))
      ? lost
      : '';
  },
});

/** Whoever is to free it has ended, or has left the address space by exec. */
function isForgotten(s: Judged, object: string): boolean {
  const owner = s.object[object]!;
  return owner !== '' && !(isAlive(s, owner) && s.task[owner]!.mm === 'P');
}
