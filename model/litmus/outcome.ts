/** What a file asks of a final state, and how often it is true. */
import { FUTEX_OWNER_DIED } from '../kernel/robust.js';
import { readSiginfo } from '../kernel/state.js';
import {
  LitmusError,
  type Atom,
  type Condition,
  type Litmus,
  type LitmusState,
  type Word,
} from './litmus.js';

/** One outcome: what is looked at and its value, in the order of the file. */
export type Outcome = Readonly<Record<string, string>>;

/** Fields of a task that a condition can name, besides its registers. */
const FIELDS: Readonly<Record<string, (s: LitmusState, task: string) => string>> = {
  state: stateOf,
  parent: (s, task) => s.task[task]!.real_parent || 'none',
  exit_signal: (s, task) => s.task[task]!.exit_signal || '0',
  pdeath_signal: (s, task) => s.task[task]!.pdeath_signal || '0',
  altstack: (s, task) => (s.task[task]!.altstack ? 'yes' : 'no'),
  fsbase: (s, task) => s.task[task]!.fsbase || 'none',
  blocked: (s, task) => list((s.sigset[s.task[task]!.blocked] ?? '').split(' ')),
  pending: (s, task) => {
    const { pending, group_leader } = s.task[task]!;
    const shared = s.signal[group_leader]?.shared_pending ?? [];
    return list([...pending, ...shared].map((entry) => readSiginfo(entry).sig));
  },
  taken: (s, task) => list(s.handled[task]!.taken),
  code: (s, task) => s.handled[task]!.code || 'none',
  from: (s, task) => s.handled[task]!.from || 'none',
};

/** The fields that only the handlers of a task tell. */
export const HANDLED: readonly string[] = ['taken', 'code', 'from'];

/** How many of the signals that a task takes are remembered: the first. */
export const MOST_TAKEN = 6;

function list(items: readonly string[]): string {
  return items.filter((item) => item !== '').join('+') || 'none';
}

function stateOf(s: LitmusState, task: string): string {
  const { state, jobctl, pc } = s.task[task]!;
  if (state === 'absent') return 'gone';
  if (state !== 'running') return state;
  if (jobctl === 'stopped') return 'stopped';
  return pc === 'end' ? 'done' : 'blocked';
}

/** A number of memory as one reads it: a tid is who bore it last. */
export function show(s: LitmusState, value: number): string {
  return value === FUTEX_OWNER_DIED ? 'OWNER_DIED' : (s.bearer[value] ?? String(value));
}

/** Everything the file names, each once. */
export function looksAt({ exists, reached, show: more }: Litmus): string[] {
  return [...new Set([...exists, ...reached].map(({ what }) => what).concat(more))];
}

export function valueOf(s: LitmusState, what: string): string {
  const [task = '', field] = what.split('.');
  if (field === undefined) return show(s, s.word[what]!);
  return s.register[what] ?? FIELDS[field]!(s, task);
}

/** What `TASK.state` can be at the end. */
const STATES: readonly string[] = ['done', 'blocked', 'stopped', 'zombie', 'gone'];

/** Refuses what no state of this program has. */
export function checkNames(litmus: Litmus, registers: readonly string[]): void {
  const { file, exists, reached, show: more, showLine } = litmus;
  const tasks = litmus.columns.map(({ task }) => task);
  const asked = [...exists, ...reached, ...more.map((what) => ({ what, line: showLine }))];
  for (const { what, line } of asked) {
    const [task = '', field] = what.split('.');
    if (field === undefined ? what in litmus.words : registers.includes(what)) continue;
    if (field !== undefined && tasks.includes(task) && field in FIELDS) continue;
    const fields = Object.keys(FIELDS).map((name) => `TASK.${name}`);
    const there = [...Object.keys(litmus.words), ...registers, ...fields].join(', ');
    throw new LitmusError(file, line, `nothing is called "${what}" here; there is ${there}`);
  }
}

/** A misspelt value would make any condition a Never. */
export function checkValues(litmus: Litmus): void {
  for (const { line, what, value } of [...litmus.exists, ...litmus.reached])
    if (what.endsWith('.state') && !STATES.includes(value))
      throw new LitmusError(
        litmus.file,
        line,
        `"${value}" is no state at the end; there is ${STATES.join(', ')}`,
      );
}

export function outcomeOf(s: LitmusState, names: readonly string[]): Outcome {
  return Object.fromEntries(names.map((what) => [what, valueOf(s, what)]));
}

export function printOutcome(outcome: Outcome): string {
  return Object.entries(outcome)
    .map(([what, value]) => `${what} = ${value}`)
    .join(', ');
}

export function satisfies(outcome: Outcome, condition: Condition): boolean {
  return condition.every(({ what, equal, value }) => (outcome[what] === value) === equal);
}

export function printCondition(condition: Condition): string {
  return condition
    .map(({ what, equal, value }: Atom) => `${what} ${equal ? '=' : '!='} ${value}`)
    .join(' & ');
}

export interface Judgement {
  readonly word: Word;
  /** Is the word as expected, and what the file wants reached reached? */
  readonly asExpected: boolean;
  /** Some outcome meets the `reached` line, or there is none. */
  readonly reached: boolean;
}

/** Judges the outcomes of all final states. */
export function judge(litmus: Litmus, outcomes: readonly Outcome[]): Judgement {
  const met = outcomes.filter((outcome) => satisfies(outcome, litmus.exists)).length;
  const word = met === 0 ? 'Never' : met === outcomes.length ? 'Always' : 'Sometimes';
  const reached = outcomes.some((outcome) => satisfies(outcome, litmus.reached));
  return { word, reached, asExpected: word === litmus.expect && reached };
}
