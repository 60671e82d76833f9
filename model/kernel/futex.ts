/** FUTEX_WAIT and FUTEX_WAKE (kernel: futex_wait, futex_wake). */
import type { Cpu } from './cpu.js';
import { load } from './memory.js';
import { kernel, step, type Step } from './step.js';
import { signalToTake, fatal_signal_pending } from './signal.js';
import type { KernelState } from './state.js';

/** FUT-4: a private and a shared key of one address differ. */
export type Key = 'shared' | 'private';

export type FutexResult = '0' | 'EAGAIN' | 'EINTR';

export interface FutexWait<S extends KernelState> {
  readonly word: string;
  readonly key: Key;
  /** The value it sleeps on, and what is printed for it. */
  expected(k: Cpu<S>): number;
  /** Runs in the step in which the call returns. */
  done(k: Cpu<S>, result: FutexResult): void;
}

/** futex(word, FUTEX_WAIT, expected) as two steps: compare and enqueue, under the bucket lock (FUT-1); wake up. */
export function futex_wait<S extends KernelState>(label: string, row: string, call: FutexWait<S>): Step<S>[] {
  const me = (k: Cpu<S>): string => `${k.me} ${call.key}`;
  return [
    step(label, row, (k) => {
      const expected = call.expected(k);
      const text = `futex(${call.word}, FUTEX_WAIT, ${expected}`;
      if (load(k, call.word) !== expected) {
        k.says(`${text}) = -1 EAGAIN`);
        k.skip(1);
        call.done(k, 'EAGAIN');
        return;
      }
      k.says(`${text} <unfinished ...>`);
      const queue = k.s.futex[call.word]!;
      k.s.futex[call.word] = [...queue, me(k)];
    }),
    kernel(`${label}/wakes`, `${row}, FUT-1`, (k) => {
      const queue = k.s.futex[call.word]!;
      if (!queue.includes(me(k))) {
        k.says('<... futex resumed> = 0');
        call.done(k, '0');
        return;
      }
      const fatal = fatal_signal_pending(k);
      if (!fatal && signalToTake(k) === undefined) k.block();
      k.s.futex[call.word] = queue.filter((waiter) => waiter !== me(k));
      if (fatal) {
        k.says('futex: killed in the wait');
        k.goto('exit/K6');
        return;
      }
      k.says('<... futex resumed> = -1 EINTR');
      call.done(k, 'EINTR');
    }),
  ];
}

/** Wakes at most `count` sleepers with the same key, oldest first; how many is the answer. FUT-5 */
export function futex_wake<S extends KernelState>(k: Cpu<S>, word: string, count: number, key: Key): number {
  const queue = k.s.futex[word]!;
  const woken = queue.filter((waiter) => waiter.endsWith(` ${key}`)).slice(0, count);
  if (woken.length > 0) k.s.futex[word] = queue.filter((waiter) => !woken.includes(waiter));
  return woken.length;
}
