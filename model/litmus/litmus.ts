/** What a litmus file holds once it is read, and the error of one that cannot be. */
import type { KernelState } from '../kernel/state.js';

export type Word = 'Never' | 'Sometimes' | 'Always';
export const WORDS: readonly Word[] = ['Never', 'Sometimes', 'Always'];

/** `what = value`, or `what != value`. */
export interface Atom {
  readonly line: number;
  readonly what: string;
  readonly equal: boolean;
  readonly value: string;
}

export type Condition = readonly Atom[];

/** One operation of a column, as it was written. */
export interface Operation {
  readonly line: number;
  readonly text: string;
  /** The register on the left, if there is one. */
  readonly result: string;
  /** The system call, `store` or `load`. */
  readonly name: string;
  readonly args: readonly string[];
  /** What follows the call, as in `execve() fails`. */
  readonly after: string;
}

export interface Column {
  readonly task: string;
  readonly operations: readonly Operation[];
}

/** What a `task` line says, word by word. */
export interface Attribute {
  readonly line: number;
  readonly words: readonly string[];
}

export interface Litmus {
  readonly file: string;
  /** The name of the file without folder and ending. */
  readonly name: string;
  readonly rules: readonly string[];
  readonly question: string;
  /** The release it is about; '' for the default. */
  readonly kernel: string;
  readonly words: Readonly<Record<string, number>>;
  readonly pipes: readonly string[];
  readonly sigpending: number | undefined;
  readonly attributes: Readonly<Record<string, readonly Attribute[]>>;
  readonly columns: readonly Column[];
  readonly exists: Condition;
  /** Must be true of some outcome, so that a Never says something. Empty where it was not given. */
  readonly reached: Condition;
  /** Further things to list in the outcomes, and the line that says so. */
  readonly show: readonly string[];
  readonly showLine: number;
  readonly expect: Word;
  readonly because: string;
  readonly source: string;
}

/** Is the text one of the names? */
export function isOneOf<T extends string>(names: readonly T[], text: string | undefined): text is T {
  return names.some((name) => name === text);
}

export class LitmusError extends Error {
  override readonly name = 'LitmusError';
  constructor(
    readonly file: string,
    readonly line: number,
    readonly what: string,
  ) {
    super(`${file}:${line}: ${what}`);
  }
}

/** The state of a litmus system: the kernel's, and what the programs remember. */
export interface LitmusState extends KernelState {
  /** Registers by `task.name`; '-' while nothing was put there. */
  register: Record<string, string>;
  /** What the handlers of a task saw, where the file asks for it. */
  handled: Record<string, { taken: string[]; code: string; from: string }>;
  /** Who bears or bore a tid last, by tid. */
  bearer: Record<string, string>;
}
