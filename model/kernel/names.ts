/** Names for what tasks share. */
import type { Cpu } from './cpu.js';
import type { KernelState } from './state.js';

/** A name for a new memory, table of handlers or of descriptors: the task's own, unless sharers of an older one bear it. */
export function unusedName<S extends KernelState>(
  k: Cpu<S>,
  field: 'mm' | 'sighand' | 'files',
  task: string,
): string {
  const { tasks } = k.machine;
  const isFree = (name: string) => !tasks.some((other) => other !== task && k.task(other)[field] === name);
  const name = [task, ...tasks].find(isFree);
  if (name === undefined) throw new Error(`all names for a ${field} are taken`);
  return name;
}
