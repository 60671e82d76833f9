/** The state in which every protocol begins: the guest's calling threads run, nobody else is there. */
import { absentTask, newSignal, type Task } from '../kernel/state.js';
import { callers, type Op } from './op.js';
import { guestDispositions, guestMask, newGuest, type GuestState } from './guest.js';

export interface Beginning {
  readonly ops: readonly Op[];
  /** All task slots, calling threads first; the first of them leads the process. */
  readonly tasks: readonly string[];
  /** The guest choices named on the command line. */
  readonly asked: readonly string[];
  /** The label of a caller's first step. */
  readonly start: string;
}

/** The first tid; P has it, the others come from a pool with room for every other task at once. */
const FIRST_TID = 100;

export function initialState({ ops, tasks, asked, start }: Beginning): GuestState {
  const each = <T>(make: (name: string) => T): Record<string, T> =>
    Object.fromEntries(tasks.map((name) => [name, make(name)]));
  const plain = Object.fromEntries(Object.keys(guestDispositions(asked)).map((sig) => [sig, 'default']));
  const running = callers(ops);
  const caller = (name: string, index: number): Task => ({
    ...absentTask(),
    state: 'running',
    pc: start,
    tid: FIRST_TID + index,
    group_leader: 'P',
    real_parent: 'init',
    exit_signal: name === 'P' ? 'SIGCHLD' : 'thread',
    mm: 'P',
    sighand: 'P',
    blocked: 'guest',
  });
  const absent = tasks.filter((name) => !running.includes(name));
  return {
    task: {
      ...each(absentTask),
      ...Object.fromEntries(running.map((name, index) => [name, caller(name, index)])),
    },
    signal: each(newSignal),
    sighand: { ...each(() => plain), P: guestDispositions(asked) },
    sigset: { guest: guestMask(asked) },
    files: {},
    word: {},
    futex: {},
    object: {},
    pids: { fresh: absent.map((_, index) => FIRST_TID + running.length + index), free: [] },
    faults: [],
    guest: Object.fromEntries(ops.map(({ C, P }) => [C, newGuest(P, asked)])),
    seen: { notices: [], waits: [] },
  };
}
