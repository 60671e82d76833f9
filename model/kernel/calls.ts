/**
 * What a step asks of the kernel, as data, so that a real task can be made to ask the same of a real one. Tids and words
 * are those of the model. What a step changes in its own mask, handlers and words is not told here: the state shows it.
 */
import type { CloneFlag } from './clone-args.js';
import type { Sig } from './state.js';
import type { WaitFlag } from './wait.js';

export type Call =
  | {
      readonly name: 'clone';
      readonly child: string;
      readonly flags: readonly CloneFlag[];
      readonly exit_signal: Sig | '';
      /** The TLS image and the words that the flags are about; '' where the call names none. */
      readonly tls: string;
      readonly parent_tid: string;
      readonly child_tid: string;
    }
  | { readonly name: 'execve'; readonly outcome: 'works' | 'fails' | 'fails-late' }
  | { readonly name: 'exit' | 'exit_group' }
  /** The end by a fault, which dumps core. */
  | { readonly name: 'fault' }
  /** The end by a signal that it sends to itself. */
  | { readonly name: 'raise'; readonly sig: Sig }
  | { readonly name: 'wait4'; readonly pid: number; readonly flags: readonly WaitFlag[] }
  | {
      readonly name: 'futex';
      readonly operation: 'FUTEX_WAIT' | 'FUTEX_WAKE';
      readonly word: string;
      readonly isPrivate: boolean;
      /** The value slept on, or how many are to be woken. */
      readonly value: number;
    }
  | { readonly name: 'sigtimedwait'; readonly signals: readonly Sig[]; readonly looks: boolean }
  | { readonly name: 'kill'; readonly to: string; readonly sig: Sig }
  /** Something is done with a descriptor. */
  | { readonly name: 'close' };
