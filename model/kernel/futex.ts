/** FUTEX_WAIT and FUTEX_WAKE (kernel: futex_wait, futex_wake). */
import type { Cpu } from './cpu.js';
import { load } from './memory.js';
import { fatal_signal_pending, interrupted, signal_pending } from './signal.js';
import type { KernelState } from './state.js';
import { kernel, step, type Step } from './step.js';

/** FUT-4: a private and a shared key of one address differ. */
export type Key = 'shared' | 'private';

export type FutexResult = '0' | 'EAGAIN' | 'EINTR' | 'ETIMEDOUT';

export interface FutexWait<S extends KernelState> {
  readonly word: string;
  readonly key: Key;
  /** Has it a timeout? Time is not modelled: it may end at any moment. */
  readonly timeout?: boolean;
  /** The value it sleeps on, and what is printed for it. */
  expected(k: Cpu<S>): number;
  /** Runs in the step in which the call returns. FUT-3: 0 says that somebody woke this address, and no more. */
  done(k: Cpu<S>, result: FutexResult): void;
}

/** futex(word, FUTEX_WAIT, expected) as two steps: compare and enqueue, under the bucket lock (FUT-1); wake up. */
export function futex_wait<S extends KernelState>(label: string, row: string, call: FutexWait<S>): Step<S>[] {
  const me = (k: Cpu<S>): string => `${k.me} ${keyOf(k, call.key)}`;
  const isPrivate = call.key === 'private';
  const returns = (k: Cpu<S>, result: FutexResult): void => {
    k.returns(result);
    call.done(k, result);
  };
  const operation = call.key === 'shared' ? 'FUTEX_WAIT' : 'FUTEX_WAIT_PRIVATE';
  return [
    step(label, row, (k) => {
      const expected = call.expected(k);
      k.calls({ name: 'futex', operation: 'FUTEX_WAIT', word: call.word, isPrivate, value: expected });
      const text = `futex(${call.word}, ${operation}, ${expected}`;
      if (load(k, call.word) !== expected) {
        k.says(`${text}) = -1 EAGAIN`);
        k.skip(1);
        returns(k, 'EAGAIN');
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
        returns(k, '0');
        return;
      }
      const fatal = fatal_signal_pending(k);
      const signal = fatal || signal_pending(k);
      if (!signal && call.timeout !== true) k.block();
      const timesOut = call.timeout === true && !fatal && (!signal || k.move.choose(2) === 1);
      k.s.futex[call.word] = queue.filter((waiter) => waiter !== me(k));
      if (fatal) {
        k.says('futex: killed in the wait');
        k.goto('exit/K6');
        return;
      }
      if (timesOut) {
        k.says('<... futex resumed> = -1 ETIMEDOUT');
        returns(k, 'ETIMEDOUT');
        return;
      }
      // FUT-2: after a handler with SA_RESTART, or none, the value is compared again; with a timeout it is EINTR.
      if (interrupted(k, call.timeout !== true) === 'restarts') {
        k.says('<... futex resumed> = ? ERESTARTSYS (to be restarted)');
        k.goto(label);
        return;
      }
      k.says('<... futex resumed> = -1 EINTR');
      returns(k, 'EINTR');
    }),
  ];
}

/** FUT-6: a private key is an address in one memory, so who has executed a program since is out of reach. */
function keyOf<S extends KernelState>(k: Cpu<S>, key: Key): string {
  return key === 'shared' ? key : `${key}@${k.t.mm}`;
}

/** Wakes at most `count` sleepers with the same key, oldest first; how many is the answer. FUT-5 */
export function futex_wake<S extends KernelState>(k: Cpu<S>, word: string, count: number, key: Key): number {
  k.calls({ name: 'futex', operation: 'FUTEX_WAKE', word, isPrivate: key === 'private', value: count });
  const queue = k.s.futex[word]!;
  const same = ` ${key === 'shared' ? key : keyOf(k, key)}`;
  const woken = queue.filter((waiter) => waiter.endsWith(same)).slice(0, count);
  if (woken.length > 0) k.s.futex[word] = queue.filter((waiter) => !woken.includes(waiter));
  return woken.length;
}
