/** The state in which every protocol begins: the guest's caller P runs, nobody else is there. */
import { absentTask, newSignal } from '../kernel/state.js';
import { guestDispositions, guestMask, newGuest, type GuestState } from './guest.js';

export interface Beginning {
  readonly tasks: readonly string[];
  /** The guest choices named on the command line. */
  readonly asked: readonly string[];
  /** The label of P's first step. */
  readonly start: string;
}

/** The first tid; P has it, the others come from a pool with room for every other task at once. */
const FIRST_TID = 100;

export function initialState({ tasks, asked, start }: Beginning): GuestState {
  const each = <T>(make: (name: string) => T): Record<string, T> =>
    Object.fromEntries(tasks.map((name) => [name, make(name)]));
  const plain = Object.fromEntries(Object.keys(guestDispositions(asked)).map((sig) => [sig, 'default']));
  return {
    task: {
      ...each(absentTask),
      P: {
        ...absentTask(),
        state: 'running',
        pc: start,
        tid: FIRST_TID,
        group_leader: 'P',
        real_parent: 'init',
        exit_signal: 'SIGCHLD',
        mm: 'P',
        sighand: 'P',
        blocked: 'guest',
      },
    },
    signal: each(newSignal),
    sighand: { ...each(() => plain), P: guestDispositions(asked) },
    sigset: { guest: guestMask(asked) },
    files: {},
    word: {},
    futex: {},
    object: {},
    pids: { free: tasks.slice(1).map((_, index) => FIRST_TID + 1 + index) },
    faults: [],
    guest: newGuest(asked),
  };
}
