/** All small programs of kernel calls, numbered: two or three tasks, who is made how, and one or two calls on top of that. */
import type { Program } from './program.js';

/** How C comes to be: what relates it to P at the start, or the flags and options with which P clones it. */
type Creation =
  { readonly attributes: readonly string[] } | { readonly flags: string; readonly options?: string };

const CREATIONS: readonly Creation[] = [
  { attributes: ['C: child of P'] },
  { attributes: ['C: thread of P'] },
  { flags: 'SIGCHLD' },
  { flags: 'SIGUSR1' },
  { flags: 'CLONE_PARENT|SIGUSR1' },
  { flags: 'CLONE_VM|CLONE_VFORK|SIGCHLD' },
  { flags: 'CLONE_VM|CLONE_CHILD_CLEARTID|SIGCHLD', options: 'child_tid=x' },
  { flags: 'CLONE_VM|CLONE_VFORK|CLONE_CHILD_SETTID|CLONE_CHILD_CLEARTID|0', options: 'child_tid=x' },
  { flags: 'CLONE_VM|CLONE_SIGHAND|CLONE_PARENT_SETTID|SIGCHLD', options: 'parent_tid=y' },
  { flags: 'CLONE_VM|CLONE_SIGHAND|CLONE_THREAD|CLONE_CHILD_CLEARTID', options: 'child_tid=x' },
];

/** Who else there is at the start. A second child dies at its end, as C does; a second thread does not. */
const THIRD = ['child', 'thread'] as const;
type Third = (typeof THIRD)[number];

/** Calls of which a program has one or two, `other` being whom signals are for. */
const CALLS: readonly ((other: string) => string)[] = [
  () => 'exit(4)',
  () => 'exit_group(4)',
  () => 'fault()',
  () => 'execve()',
  () => 'execve() fails late',
  () => 'r = wait4(-1, __WALL)',
  () => 'r = wait4(-1, WNOHANG|WUNTRACED|WCONTINUED)',
  () => 'r = waitid(-1, WNOWAIT|WNOHANG|__WALL)',
  (other) => `s = kill(${other}, SIGKILL)`,
  (other) => `s = kill(${other}, SIGTERM)`,
  (other) => `s = kill(${other}, SIGSTOP)`,
  (other) => `s = kill(${other}, SIGCONT)`,
  (other) => `s = kill(${other}, SIGCHLD)`,
  () => 'r = futex(x, FUTEX_WAIT, 1)',
  () => 'r = futex(x, FUTEX_WAKE, 1)',
  () => 'r = futex(x, FUTEX_WAKE_PRIVATE, 1)',
  () => 'r = sigtimedwait(SIGCHLD|SIGUSR1)',
  () => 'sigprocmask(SIG_BLOCK, all)',
  () => 'sigaction(SIGCHLD, handler)',
  () => 'sigaction(SIGCHLD, SIG_IGN)',
  () => 'prctl(PR_SET_PDEATHSIG, SIGUSR1)',
];

/** Where the calls are: `B` for one of P before it makes C, `P` for one after that. */
const PLACES: readonly { readonly calls: string; readonly third?: Third }[] = [
  { calls: '' },
  ...['P', 'C', 'BP', 'BC', 'PC', 'CC'].map((calls) => ({ calls })),
  ...THIRD.flatMap((third) => ['Q', 'PQ', 'CQ'].map((calls) => ({ calls, third }))),
];

const SIZES = PLACES.map(({ calls }) => CREATIONS.length * CALLS.length ** calls.length);
/** How many programs there are. */
export const PROGRAMS = SIZES.reduce((sum, size) => sum + size, 0);
/** Neighbours are alike, so the programs are gone through in steps of this size, which has no divisor in common with their number. */
const STEP = 22_329;

/** The program of this number, 0 to `PROGRAMS` - 1; larger ones begin again. */
export function numberedProgram(number: number): Program {
  let left = ((number % PROGRAMS) * STEP) % PROGRAMS;
  const at = SIZES.findIndex((size) => {
    if (left < size) return true;
    left -= size;
    return false;
  });
  const take = <T>(from: readonly T[]): T => {
    const one = from[left % from.length]!;
    left = Math.floor(left / from.length);
    return one;
  };
  const { calls, third } = PLACES[at]!;
  const creation = take(CREATIONS);
  const made: Record<string, string[]> = { B: [], P: [], C: [], Q: [] };
  for (const place of calls) {
    const me = place === 'B' ? 'P' : place;
    made[place]!.push(take(CALLS)(otherOf(me, third)));
  }
  made['P']!.unshift(...made['B']!, ...('flags' in creation ? [cloneOf(creation)] : []));
  made['C']!.push('exit(3)');
  if (third === 'child') made['Q']!.push('exit(5)');
  const tasks = ['P', 'C', ...(third === undefined ? [] : ['Q'])];
  return {
    attributes: [
      ...('attributes' in creation ? creation.attributes : []),
      ...(third === undefined ? [] : [`Q: ${third} of P`]),
    ],
    columns: tasks.map((task) => ({ task, operations: made[task]! })),
  };
}

function cloneOf({ flags, options }: { flags: string; options?: string }): string {
  return `r = clone(${['C', flags, ...(options === undefined ? [] : [options])].join(', ')})`;
}

function otherOf(me: string, third: Third | undefined): string {
  return me === 'P' || (me === 'Q' && third === 'thread') ? 'C' : 'P';
}
