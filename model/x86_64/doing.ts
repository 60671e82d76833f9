/** An operation of a litmus test on its way to a real task, and how its result reads. */
import type { Litmus, Operation } from '../litmus/litmus.js';
import type { Action } from './action.js';
import { errnoOf } from './numbers.js';
import type { Surroundings } from './surroundings.js';
import { NOBODY } from './syscalls.js';

export interface Doing {
  readonly machine: Surroundings;
  readonly litmus: Litmus;
  readonly task: string;
  readonly operation: Operation;
}

export type Make = (doing: Doing) => Promise<Action> | Action;

export function tidOf({ machine }: Doing, name: string): number {
  const task = machine.task(name);
  return task?.tid || NOBODY;
}

/** A result is an error, or what `read` makes of the number. */
export function result(
  { task, operation }: Doing,
  read: (ret: number) => string,
): NonNullable<Action['results']> {
  return (ret) =>
    operation.result === '' ? {} : { [`${task}.${operation.result}`]: errnoOf(ret) ?? read(ret) };
}

export function named({ machine }: Doing): (tid: number) => string {
  return (tid) => machine.nameOf(tid);
}

export function call(
  doing: Doing,
  numbers: readonly (number | bigint)[],
  read: (ret: number) => string,
): Action {
  return { command: `call ${numbers.join(' ')}`, results: result(doing, read) };
}
