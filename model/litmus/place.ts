/** Where an operation stands in its file, and what its maker can ask of it. */
import type { Cpu } from '../kernel/cpu.js';
import type { Step } from '../kernel/step.js';
import { isOneOf, type Litmus, type LitmusState, type Operation } from './litmus.js';

export type K = Cpu<LitmusState>;

/** Where an operation stands, for those who make its steps. */
export interface Place {
  readonly litmus: Litmus;
  readonly task: string;
  /** The label of its first step, and of the step after its last. */
  readonly label: string;
  readonly next: string;
  readonly operation: Operation;
  /** Puts a value into the register on the left, if there is one. */
  result(k: K, value: string): void;
  /** The error that names this line and how the operation is written. */
  refuse(what: string): never;
}

export interface Call {
  /** How it is written. */
  readonly usage: string;
  /** Has it anything to put into a register? */
  readonly returns: boolean;
  steps(place: Place): Step<LitmusState>[];
}

/** Names of a task that has a column. */
export function taskNamed(place: Place, name: string | undefined): string {
  const names = place.litmus.columns.map(({ task }) => task);
  if (name === undefined || !names.includes(name))
    return place.refuse(`"${name ?? ''}" is no task of this file, which has ${names.join(', ')}`);
  return name;
}

export function wordNamed(place: Place, name: string | undefined): string {
  const names = Object.keys(place.litmus.words);
  if (name === undefined || !names.includes(name))
    return place.refuse(
      `"${name ?? ''}" is no word of this file, whose "words:" line has ${names.join(', ') || 'none'}`,
    );
  return name;
}

/** Flags or-ed without blanks; each must be one of `known`. */
export function flagsNamed<F extends string>(place: Place, text: string, known: readonly F[]): F[] {
  const flags = text === '' || text === '0' ? [] : text.split('|');
  const strange = flags.find((flag) => !isOneOf(known, flag));
  if (strange !== undefined) place.refuse(`"${strange}" is none of ${known.join(', ')}`);
  return flags.filter((flag): flag is F => isOneOf(known, flag));
}
