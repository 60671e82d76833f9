/** The operations a program can write, by name: how each is written, and the kernel steps it stands for. */
import type { Step } from '../kernel/step.js';
import { LitmusError, type Litmus, type LitmusState, type Operation } from './litmus.js';
import { memory } from './memory-calls.js';
import type { Call } from './place.js';
import { signals } from './signal-calls.js';
import { tasks } from './task-calls.js';

export const CALLS: Readonly<Record<string, Call>> = { ...tasks, ...signals, ...memory };

/** The steps of one operation. */
export function stepsOf(
  litmus: Litmus,
  task: string,
  operation: Operation,
  label: string,
  next: string,
): Step<LitmusState>[] {
  const call = CALLS[operation.name];
  const refuse = (what: string): never => {
    throw new LitmusError(litmus.file, operation.line, what);
  };
  if (call === undefined)
    return refuse(
      `there is no ${operation.name}(); there is ${Object.keys(CALLS)
        .filter((name) => name !== 'assign')
        .join(', ')}`,
    );
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
