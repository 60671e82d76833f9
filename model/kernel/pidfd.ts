/** What a pidfd of a process shows (kernel: pidfd_poll). */
import type { Cpu } from './cpu.js';
import { groupIsEmpty } from './notify.js';
import type { KernelState } from './state.js';

/** K9: readable from the step in which the last thread is a zombie, EXIT-9: and no sooner; hung up once it is released. */
export function pidfd_poll<S extends KernelState>(
  k: Cpu<S>,
  process: string,
): '0' | 'POLLIN' | 'POLLIN|POLLHUP' {
  const { state } = k.task(process);
  if (state === 'absent') return 'POLLIN|POLLHUP';
  return (state === 'zombie' || state === 'dead') && groupIsEmpty(k, process) ? 'POLLIN' : '0';
}
