/** Names for what tasks share. */
import type { Cpu } from './cpu.js';
import type { KernelState } from './state.js';

/**
 * A name for the new memory, table of handlers or of descriptors of a task that executes a program: the task's own, unless
 * sharers of an older one bear it. There are more living tasks than names in use, so one of theirs is free. Those of tasks yet
 * to come are left to them: whoever is created finds its own name free, and need not look.
 */
export function unusedName<S extends KernelState>(
  k: Cpu<S>,
  field: 'mm' | 'sighand' | 'files',
  task: string,
): string {
  const { tasks } = k.machine;
  const isFree = (name: string) => !tasks.some((other) => other !== task && k.task(other)[field] === name);
  const isThere = (name: string) => k.task(name).state !== 'absent';
  const name = [task, ...tasks].find((one) => isThere(one) && isFree(one));
  if (name === undefined) throw new Error(`all names for a ${field} are taken`);
  return name;
}
