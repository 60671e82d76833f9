/**
 * A program is a list of labelled steps that reads like the C it stands for. After a step the next one follows,
 * unless it said `k.goto` or `k.skip`. The kernel's own sequences (clone, exit, execve, wait) are lists of the same kind.
 */
import type { Cpu } from './cpu.js';
import type { KernelState } from './state.js';

/**
 * Where a step runs. Signals are taken before a step of `user` code, which also needs its stack and its TLS; a `kernel`
 * step is not interrupted, and looks for signals itself where it sleeps.
 */
export type Mode = 'user' | 'kernel';

export interface Step<S extends KernelState> {
  readonly label: string;
  readonly row: string;
  readonly mode: Mode;
  readonly neverTaken?: string;
  /** What the labels of a later round end in. */
  readonly suffix?: string;
  run(k: Cpu<S>): void;
}

type Run<S extends KernelState> = (k: Cpu<S>) => void;

/** A step in user mode: its label, the row of the original, and what it does. */
export function step<S extends KernelState>(label: string, row: string, run: Run<S>): Step<S> {
  return { label, row, mode: 'user', run };
}

export function kernel<S extends KernelState>(label: string, row: string, run: Run<S>): Step<S> {
  return { label, row, mode: 'kernel', run };
}

/** Steps that no run is expected to take, with the reason. */
export function never<S extends KernelState>(reason: string, steps: readonly Step<S>[]): Step<S>[] {
  return steps.map((one) => ({ ...one, neverTaken: reason }));
}

/** Where a task stays for good: it only takes signals here. */
export function rest<S extends KernelState>(label: string, row: string): Step<S> {
  return { label, row, mode: 'user', neverTaken: 'the task rests here', run: (k) => k.block() };
}

/**
 * One program after another, made for each of several rounds. From the second round on labels end in `@2`, ...; a
 * `k.goto` stays in its round. A round is told what the labels of the next one end in, if there is a next one.
 */
export function inRounds<S extends KernelState, R>(
  rounds: readonly R[],
  program: (round: R, next: string | undefined) => Step<S>[],
): Step<S>[] {
  return rounds.flatMap((round, index) => {
    const suffix = index === 0 ? '' : `@${index + 1}`;
    return program(round, index + 1 < rounds.length ? `@${index + 2}` : undefined).map((one) => ({
      ...one,
      label: `${one.label}${suffix}`,
      suffix,
    }));
  });
}
