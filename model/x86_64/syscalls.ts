/** Commands for system calls that litmus tests and protocols both make. */
import type { CloneFlag } from '../kernel/clone-args.js';
import { CLONE_NUMBERS, LAYOUT, SYS } from './numbers.js';
import type { Surroundings } from './surroundings.js';

/** Nobody has this tid. */
export const NOBODY = 0x3fffffff;

/** `signal`: the number of the exit signal, 0 for none. The rest are addresses, 0 where the call has none. */
export interface CloneNumbers {
  readonly flags: readonly CloneFlag[];
  readonly signal: number;
  readonly stack: number;
  readonly parent_tid: number;
  readonly child_tid: number;
  readonly tls: number;
}

/** The older call, in the order of its arguments on x86_64 (CONFIG_CLONE_BACKWARDS is not set). */
export function clone({ flags, signal, stack, parent_tid, child_tid, tls }: CloneNumbers): number[] {
  return [SYS.clone, sum(flags, CLONE_NUMBERS) + signal, stack, parent_tid, child_tid, tls];
}

export type ExecOutcome = 'works' | 'fails' | 'fails-late';

/** The programs are in memory that all tasks map: a sound one, none, and one that is found wanting past the point of no return. */
export function execve(outcome: ExecOutcome): number[] {
  const paths = { works: LAYOUT.program, fails: LAYOUT.noProgram, 'fails-late': LAYOUT.lateProgram };
  return [SYS.execve, paths[outcome], LAYOUT.noArguments, 0];
}

/** FUTEX_WAIT or FUTEX_WAKE; `value` is what is expected, or how many are woken. */
export function futex(at: number, waits: boolean, isPrivate: boolean, value: number): number[] {
  const FUTEX_PRIVATE_FLAG = 128;
  return [SYS.futex, at, (waits ? 0 : 1) + (isPrivate ? FUTEX_PRIVATE_FLAG : 0), value, 0];
}

/** rt_sigtimedwait for ever, or just a look. */
export async function sigtimedwait(
  machine: Pick<Surroundings, 'buffer' | 'pokeLongs'>,
  task: string,
  mask: bigint,
  looks: boolean,
): Promise<number[]> {
  const at = machine.buffer(task);
  await machine.pokeLongs(at, [mask, 0, 0]);
  return [SYS.rt_sigtimedwait, at, 0, looks ? at + 8 : 0, 8];
}

export function sum<F extends string>(names: readonly F[], numbers: Readonly<Record<F, number>>): number {
  return names.reduce((total, name) => total + numbers[name], 0);
}
