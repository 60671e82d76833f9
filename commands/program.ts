/** Random small programs of kernel calls, in the language of litmus tests. */
import type { Word } from '../model/litmus/index.js';
import { Random } from './random.js';

/** A program that can be taken apart again: one attribute and one operation an entry. */
export interface Program {
  readonly attributes: readonly string[];
  readonly columns: readonly { readonly task: string; readonly operations: readonly string[] }[];
}

/** What a program can speak of as it is written. */
interface Scope {
  readonly random: Random;
  readonly me: string;
  readonly tasks: readonly string[];
}

const MOST_OPERATIONS = 5;
const SIGS = [
  'SIGUSR1',
  'SIGTERM',
  'SIGCHLD',
  'SIGRTMIN',
  'SIGQUIT',
  'SIGCONT',
  'SIGSTOP',
  'SIGKILL',
] as const;
const CATCHABLE = SIGS.slice(0, 6);
const EXIT_SIGNALS = ['SIGCHLD', 'SIGCHLD', 'SIGUSR1', 'SIGRTMIN', '0'] as const;
const REGISTERS = ['r', 's'] as const;

/** Operations by how often they are written. */
const OPERATIONS: readonly (readonly [number, (scope: Scope) => string])[] = [
  [3, () => 'exit(3)'],
  [2, () => 'exit_group(4)'],
  [1, () => 'fault()'],
  [2, () => 'execve()'],
  [1, () => 'execve() fails'],
  [1, () => 'execve() fails late'],
  [4, ({ random, tasks }) => `r = wait4(${random.pick(['-1', ...tasks])}, ${waitFlags(random)})`],
  [1, ({ random, tasks }) => `r = waitid(${random.pick(['-1', ...tasks])}, WNOWAIT|WNOHANG|__WALL)`],
  [4, ({ random, tasks }) => `s = kill(${random.pick(tasks)}, ${random.pick([...SIGS, '0'])})`],
  [2, ({ random, tasks }) => `s = tgkill(${random.pick(tasks)}, ${random.pick(SIGS)})`],
  [
    2,
    ({ random }) => `sigaction(${random.pick(CATCHABLE)}, ${random.pick(['SIG_IGN', 'SIG_DFL', 'handler'])})`,
  ],
  [
    1,
    ({ random }) =>
      `sigaction(SIGCHLD, handler, ${random.pick(['SA_NOCLDWAIT', 'SA_NOCLDSTOP', 'SA_RESTART'])})`,
  ],
  [2, ({ random }) => `sigprocmask(${random.pick(['SIG_BLOCK', 'SIG_UNBLOCK'])}, ${signalSet(random)})`],
  [1, () => 'sigprocmask(SIG_SETMASK, 0)'],
  [1, ({ random }) => `r = sigtimedwait(${signalSet(random)}, 0)`],
  [1, ({ random }) => `r = sigtimedwait(${signalSet(random)})`],
  [1, () => 'r = pause()'],
  [
    2,
    ({ random }) =>
      `r = futex(${random.pick(['x', 'y'])}, FUTEX_WAIT${privately(random)}, ${random.below(2)})`,
  ],
  [2, ({ random }) => `r = futex(${random.pick(['x', 'y'])}, FUTEX_WAKE${privately(random)}, 1)`],
  [2, ({ random }) => `${random.pick(['x', 'y'])} = ${random.below(2)}`],
  [2, ({ random }) => `${random.pick(REGISTERS)} = ${random.pick(['x', 'y'])}`],
  [2, ({ random }) => `prctl(PR_SET_PDEATHSIG, ${random.pick(['SIGUSR1', 'SIGRTMIN', 'SIGTERM', '0'])})`],
  [1, () => 'prctl(PR_SET_CHILD_SUBREAPER, 1)'],
  [1, () => 's = getppid()'],
  [1, () => 's = getpid()'],
  [1, ({ random }) => `set_tid_address(${random.pick(['x', 'y'])})`],
  [1, () => 'sigaltstack()'],
];

const TOTAL = OPERATIONS.reduce((sum, [weight]) => sum + weight, 0);

function waitFlags(random: Random): string {
  const flags = ['WNOHANG', '__WALL', '__WCLONE', 'WUNTRACED', 'WCONTINUED', '__WNOTHREAD'];
  const some = flags.filter((_, index) => random.once(index < 2 ? 2 : 6));
  return some.join('|') || '0';
}

function signalSet(random: Random): string {
  return random.once(6) ? 'all' : [...new Set([random.pick(CATCHABLE), random.pick(CATCHABLE)])].join('|');
}

function privately(random: Random): string {
  return random.once(4) ? '_PRIVATE' : '';
}

/** A program of two to four tasks, some of which others clone. */
export function randomProgram(random: Random): Program {
  const attributes: string[] = [];
  const tasks = ['P', 'C', 'D', 'M'].slice(0, 2 + random.below(3));
  const clones: Record<string, string[]> = {};
  for (const [index, task] of tasks.entries()) {
    if (index === 0) continue;
    const elder = random.pick(tasks.slice(0, index));
    if (random.once(3)) attributes.push(...existing(random, task, elder));
    else (clones[elder] ??= []).push(randomClone(random, task));
  }
  const isThere = (task: string) =>
    !Object.values(clones)
      .flat()
      .some((call) => call.includes(`(${task},`));
  for (const task of tasks.filter(isThere)) attributes.push(...minded(random, task));
  const columns = tasks.map((me) => {
    const operations = Array.from({ length: random.below(MOST_OPERATIONS) }, () =>
      operation({ random, me, tasks }),
    );
    for (const call of clones[me] ?? []) operations.splice(random.below(operations.length + 1), 0, call);
    return { task: me, operations };
  });
  return { attributes, columns };
}

function operation(scope: Scope): string {
  let left = scope.random.below(TOTAL);
  for (const [weight, write] of OPERATIONS) {
    if (left < weight) return write(scope);
    left -= weight;
  }
  throw new Error('the weights do not add up');
}

/** What relates a task that is there at the start to another. */
function existing(random: Random, task: string, elder: string): string[] {
  const all = [[`${task}: thread of ${elder}`], [`${task}: child of ${elder}`], []];
  const found = random.pick(all);
  if (found[0]?.includes('child') === true) {
    if (random.once(2)) found.push(`${task}: shares memory with ${elder}`);
    if (random.once(3)) found.push(`${task}: exit signal ${random.pick(EXIT_SIGNALS)}`);
  }
  return found;
}

/** How a task is minded at the start. */
function minded(random: Random, task: string): string[] {
  const found: string[] = [];
  if (random.once(2))
    found.push(`${task}: handles ${random.pick(CATCHABLE)}${random.once(2) ? ' SA_RESTART' : ''}`);
  if (random.once(4)) found.push(`${task}: ignores ${random.pick(CATCHABLE)}`);
  if (random.once(3)) found.push(`${task}: blocks ${random.pick(CATCHABLE)}`);
  return found;
}

function randomClone(random: Random, child: string): string {
  const flags = ['CLONE_VM', 'CLONE_SIGHAND', 'CLONE_THREAD'].slice(0, [0, 1, 1, 1, 2, 3][random.below(6)]);
  const options: string[] = [];
  if (random.once(3)) flags.push('CLONE_VFORK');
  if (random.once(4)) flags.push('CLONE_PARENT');
  if (random.once(4)) {
    flags.push('CLONE_PARENT_SETTID');
    options.push('parent_tid=y');
  }
  const settid = random.once(4);
  const cleartid = random.once(2);
  if (settid) flags.push('CLONE_CHILD_SETTID');
  if (cleartid) flags.push('CLONE_CHILD_CLEARTID');
  if (settid || cleartid) options.push('child_tid=x');
  return `r = clone(${[child, [...flags, random.pick(EXIT_SIGNALS)].join('|'), ...options].join(', ')})`;
}

/** The text of a litmus test. `about`: its question; `expect`: how often its first task comes to its end. */
export function printProgram(
  { attributes, columns }: Program,
  about: string,
  expect: Word = 'Sometimes',
): string {
  const rows = Math.max(0, ...columns.map(({ operations }) => operations.length));
  const widths = columns.map(({ task, operations }) =>
    Math.max(...[task, ...operations].map((text) => text.length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => cell.padEnd(widths[index]!))
      .join(' | ')
      .trimEnd();
  const body = Array.from({ length: rows }, (_, row) =>
    line(columns.map(({ operations }) => operations[row] ?? '')),
  );
  const fields = ['taken', 'altstack', 'pdeath_signal'];
  return [
    `question: ${about}`,
    'rules: conform',
    'words: x = 1, y = 0',
    ...attributes.map((attribute) => `task ${attribute}`),
    '',
    line(columns.map(({ task }) => task)),
    ...body,
    '',
    `exists: ${columns[0]!.task}.state = done`,
    `show: ${columns.flatMap(({ task }) => fields.map((field) => `${task}.${field}`)).join(', ')}`,
    `expect: ${expect}`,
    'because: The model and the kernel were walked in lock step.',
    'source: none',
    '',
  ].join('\n');
}
