/** The state in which every protocol begins: the guest's calling threads run, and those who look on; nobody else is there. */
import { late } from '../kernel/late.js';
import { newProcess } from '../kernel/process.js';
import { absentTask, newSignal, type Task } from '../kernel/state.js';
import { processesFor } from './assemble.js';
import { answers, mayAnswer, mayHavePipe } from './choices.js';
import { callers, type Op } from './op.js';
import {
  guestDispositions,
  guestMask,
  LEADER,
  MEMORY,
  newGuest,
  PARENT,
  tidWords,
  type GuestState,
} from './guest.js';
import { PIPE } from './guest-program.js';

export interface Beginning {
  readonly ops: readonly Op[];
  /** All task slots; the leader of the calling process comes first. */
  readonly tasks: readonly string[];
  /** The guest choices named on the command line. */
  readonly asked: readonly string[];
  /** The label of a caller's first step. */
  readonly start: string;
}

/** What the guest's CHILD_CLEARTID word holds until somebody stores a tid there: not 0, so that there is something to clear. */
const BUSY = 1;

export function initialState({ ops, tasks, asked, start }: Beginning): GuestState {
  const may = mayAnswer(asked);
  const each = <T>(make: (name: string) => T): Record<string, T> =>
    Object.fromEntries(tasks.map((name) => [name, make(name)]));
  const plain = Object.fromEntries(Object.keys(guestDispositions(asked)).map((sig) => [sig, 'default']));
  const hasPipe = mayHavePipe(may);
  const parent = tasks.includes(PARENT) ? PARENT : 'init';
  const calling = callers(ops);
  const running = tasks.filter((name) => calling.includes(name) || name === LEADER || name === PARENT);
  const { leader } = ops[0]!;

  const ofCaller = (name: string): Partial<Task> => ({
    group_leader: leader,
    real_parent: parent,
    exit_signal: name === leader ? 'SIGCHLD' : 'thread',
    mm: MEMORY,
    sighand: 'P',
    files: hasPipe ? 'P' : '',
  });
  const task = (name: string): Task => ({
    ...newProcess(tasks, name, calling.includes(name) ? start : 'guest.run'),
    blocked: 'guest',
    ...(name === PARENT ? { children: [leader] } : ofCaller(name)),
  });
  // Threads beside the leader are never told their tids.
  const told = processesFor(ops, tasks);
  const words = ops.flatMap((op) => tidWords(op, may));
  return {
    task: {
      ...each(absentTask),
      ...Object.fromEntries(running.map((name) => [name, task(name)])),
    },
    signal: each(newSignal),
    sighand: {
      ...each(() => plain),
      P: guestDispositions(asked),
      ...(tasks.includes(PARENT) ? { [PARENT]: guestDispositions(asked) } : {}),
    },
    sigset: { guest: guestMask(asked) },
    files: hasPipe ? { ...each((): string[] => []), P: [PIPE] } : {},
    word: Object.fromEntries(words.map((word) => [word, BUSY])),
    futex: Object.fromEntries(words.map((word) => [word, []])),
    object: {},
    pids: { free: Object.fromEntries(told.map((name) => [name, false])) },
    faults: [],
    guest: Object.fromEntries(ops.map((op) => [op.C, newGuest(op, asked)])),
    onlooker: Object.fromEntries(
      running
        .filter((name) => !calling.includes(name))
        .map((name) => [name, { waits: late(waysToLookOn(asked)) }]),
    ),
    seen: { notices: [], waits: [] },
  };
}

/** An onlooker knows of no child in particular, and needs no __WALL for those that are its own. */
function waysToLookOn(asked: readonly string[]): string[] {
  const ways = answers('waits', asked).filter((way) => way === 'wait-nothing' || way === 'wait-any');
  return ways.length > 0 ? ways : ['wait-any'];
}
