/** The operations a program can write, by name: how each is written, and the kernel steps it stands for. */
import type { Cpu } from '../kernel/cpu.js';
import type { Step } from '../kernel/step.js';
import { LitmusError, type Litmus, type LitmusState, type Operation } from './litmus.js';
import { memory } from './memory-calls.js';
import { signals } from './signal-calls.js';
import { tasks } from './task-calls.js';

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

export const CALLS: Readonly<Record<string, Call>> = { ...tasks, ...signals, ...memory };

/** The steps of one operation. */
export function stepsOf(litmus: Litmus, task: string, operation: Operation, label: string, next: string) {
  const call = CALLS[operation.name];
  const refuse = (what: string): never => {
    throw new LitmusError(litmus.file, operation.line, what);
  };
  if (call === undefined)
    return refuse(`there is no ${operation.name}(); there is ${Object.keys(CALLS).filter((name) => name !== 'assign').join(', ')}`);
  if (operation.result !== '' && !call.returns)
    refuse(`${operation.name}() has no result: write ${call.usage}`);
  return call.steps({
    litmus,
    task,
    label,
    next,
    operation,
    result(k, value) {
      if (operation.result !== '') k.s.register[`${task}.${operation.result}`] = value;
    },
    refuse: (what) => refuse(`${what}; write ${call.usage}`),
  });
}

/** The registers an operation writes. `x = 1` writes a word. */
export function registersOf(litmus: Litmus, operation: Operation): string[] {
  if (operation.result === '' || operation.result in litmus.words) return [];
  const status = ['wait4', 'waitid'].includes(operation.name) ? ['status', 'signal'] : [];
  return [operation.result, ...status.map((field) => `${operation.result}_${field}`)];
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
  const strange = flags.find((flag) => !known.includes(flag as F));
  if (strange !== undefined) place.refuse(`"${strange}" is none of ${known.join(', ')}`);
  return flags as F[];
}
