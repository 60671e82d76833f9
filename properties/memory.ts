/** Nobody uses, frees or forgets memory wrongly. */
import { FRAME } from '../model/kernel/memory.js';
import { MEMORY } from '../model/protocols/guest.js';
import { always, ofEachChild, guestTasks, holdsMemory, isAlive, step, type Judged } from './judged.js';

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

export const noLeak = always({
  name: 'no-leak',
  sentence:
    "no object is left that a living guest task's address space still holds and no living task is to free",
  witness: 'allocate',
  broken(s) {
    const lost = Object.keys(s.object).find((name) => isForgotten(s, name));
    // Helpers do not count: they are about to end, and the memory with them.
    return lost !== undefined && guestTasks(s).some((name) => usesMemory(s, name)) ? lost : '';
  },
});

function usesMemory(s: Judged, name: string): boolean {
  return isAlive(s, name) && (name in s.guest ? holdsMemory(s, name) : s.task[name]!.mm === MEMORY);
}

export const ownTls = always({
  name: 'own-tls',
  sentence: "while a caller can run, no other task that can run uses the caller's TLS image",
  witness: 'tls-given',
  ...ofEachChild((s, child) => {
    const { caller } = s.guest[child]!;
    // Who shares is asked first: few do, and of the others nobody then needs to know what they are doing.
    const sharers = Object.keys(s.task).filter((name) => name !== caller && usesSameTls(s, name, caller));
    const sharer = sharers.find((name) => canRun(s, name));
    return sharer !== undefined && canRun(s, caller) ? sharer : '';
  }),
});

/** Not while it sleeps in vfork, nor before its clone is complete. */
function canRun(s: Judged, name: string): boolean {
  return (
    isAlive(s, name) &&
    s.task[name]!.pc !== '' &&
    !Object.values(s.task).some((task) => task.vfork_waiter === name)
  );
}

/** An address names one image in one memory only. */
function usesSameTls(s: Judged, one: string, other: string): boolean {
  const [a, b] = [s.task[one]!, s.task[other]!];
  return a.mm === b.mm && a.fsbase === b.fsbase;
}

/** Whoever is to free it has ended, or has left the address space by exec. */
function isForgotten(s: Judged, object: string): boolean {
  const owner = s.object[object]!;
  return owner !== '' && owner !== FRAME && !(isAlive(s, owner) && s.task[owner]!.mm === MEMORY);
}
