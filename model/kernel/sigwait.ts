/** Calls that wait for a signal: sigtimedwait(2) and pause(2). */
import type { Cpu } from './cpu.js';
import { dequeue, fatal_signal_pending, interrupted, signal_pending, signalOf } from './signal.js';
import { readSiginfo, SIGNALS, type KernelState, type Sig } from './state.js';
import { kernel, step, type Step } from './step.js';

export interface SigWait<S extends KernelState> {
  /** Those it takes from the queues, which are blocked as a rule. */
  readonly signals: readonly Sig[];
  /** With a timeout of zero it only looks. */
  readonly looks?: boolean;
  /** Runs in the step in which the call returns: the entry it took, or EAGAIN or EINTR. */
  done(k: Cpu<S>, entry: string): void;
}

/** These two cannot be waited for (kernel: do_sigtimedwait, 6.18). */
const NEVER_AWAITED: readonly Sig[] = ['SIGKILL', 'SIGSTOP'];

/** A signal taken this way has no other effect, whatever its disposition is. SIG-2: the thread's own queue first. */
export function sigtimedwait<S extends KernelState>(label: string, row: string, call: SigWait<S>): Step<S>[] {
  const returns = (k: Cpu<S>, entry: string): void => {
    k.returns(entry.split(' ')[0]!);
    call.done(k, entry);
  };
  return [
    step(label, row, (k) => {
      k.calls({ name: 'sigtimedwait', signals: call.signals, looks: call.looks === true });
      k.says(`rt_sigtimedwait([${call.signals.join(' ')}] <unfinished ...>`);
    }),
    kernel(`${label}/takes`, row, (k) => {
      const entry = awaited(k, call.signals);
      if (entry !== undefined) {
        dequeue(k, entry);
        k.says(`<... rt_sigtimedwait resumed> = ${entry}`);
        returns(k, entry);
        return;
      }
      if (fatal_signal_pending(k)) {
        k.says('rt_sigtimedwait: killed in the wait');
        k.goto('exit/K6');
        return;
      }
      if (call.looks !== true && !signal_pending(k)) k.block();
      const result = call.looks === true && !signal_pending(k) ? 'EAGAIN' : 'EINTR';
      k.says(`<... rt_sigtimedwait resumed> = -1 ${result}`);
      returns(k, result);
    }),
  ];
}

function awaited<S extends KernelState>(k: Cpu<S>, signals: readonly Sig[]): string | undefined {
  const queues = [k.t.pending, signalOf(k, k.t).shared_pending];
  return queues
    .flatMap((queue) =>
      SIGNALS.filter((sig) => signals.includes(sig) && !NEVER_AWAITED.includes(sig)).map((sig) =>
        queue.find((entry) => readSiginfo(entry).sig === sig),
      ),
    )
    .find((entry) => entry !== undefined);
}

/** Sleeps until a handler has run or the process dies. */
export function pause<S extends KernelState>(
  label: string,
  row: string,
  done: (k: Cpu<S>) => void,
): Step<S>[] {
  return [
    step(label, row, (k) => k.says('pause( <unfinished ...>')),
    kernel(`${label}/wakes`, row, (k) => {
      if (fatal_signal_pending(k)) {
        k.goto('exit/K6');
        return;
      }
      if (!signal_pending(k)) k.block();
      if (interrupted(k, false) === 'restarts') {
        k.says('pause: back to sleep, no handler ran');
        k.goto(label);
        return;
      }
      k.says('<... pause resumed> = -1 EINTR');
      done(k);
    }),
  ];
}
