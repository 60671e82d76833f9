/** kill(2), tgkill(2) and sigaction(2). */
import type { Cpu } from './cpu.js';
import { isIgnored, send_signal, type Whom } from './signal.js';
import { dropPending } from './stop.js';
import type { KernelState, Sig } from './state.js';

export type KillResult = '0' | 'ESRCH';

/**
 * Sends a signal from a task, or from outside, to a process by kill or to one thread by tgkill. A zombie still
 * counts as somebody to send to.
 */
export function kill<S extends KernelState>(
  k: Cpu<S>,
  to: string,
  sig: Sig | '',
  whom: Whom = 'process',
): KillResult {
  const sender = k.s.task[k.me];
  const si_pid = sender === undefined ? 0 : k.task(sender.group_leader).tid;
  const name = `${whom === 'thread' ? 'tgkill' : 'kill'}(${to}, ${sig || '0'})`;
  if (k.task(to).state === 'absent') {
    k.says(`${name} = -1 ESRCH`);
    return 'ESRCH';
  }
  k.says(`${name} = 0`);
  if (sig !== '') send_signal(k, sig, whom === 'thread' ? 'SI_TKILL' : 'SI_USER', si_pid, to, whom);
  return '0';
}

/** Sets what is done with a signal, for all who share the table. SIG-4: what is pending and now ignored is forgotten. */
export function sigaction<S extends KernelState>(k: Cpu<S>, sig: Sig, action: string): void {
  k.s.sighand[k.t.sighand]![sig] = action;
  if (isIgnored(k, k.t, sig)) dropPending(k, k.t.group_leader, sig);
}
