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
