/** What QEMU does with a signal: the host handler, the hidden table, the delivery to the guest (rows 12 and 12a). */
import { do_group_exit, isFatal, settle, sigprocmask, step, type Sig, type Step } from '../kernel/index.js';
import { readSiginfo, siginfo, type Siginfo } from '../kernel/state.js';
import { MEMORY, noticeDropped, PARENT, signalTaken } from './guest.js';
import { crash, mutex_lock, mutex_unlock } from './pthread.js';
import type { K, QemuState } from './qemu-state.js';

/** The values of si_code, of which row 12 takes the bits. */
const SI_CODE: Record<string, number> = {
  CLD_EXITED: 1,
  CLD_KILLED: 2,
  CLD_DUMPED: 3,
  CLD_TRAPPED: 4,
  CLD_STOPPED: 5,
  CLD_CONTINUED: 6,
  SI_USER: 0,
  SI_QUEUE: -1,
  SI_TKILL: -6,
  SI_KERNEL: 0x80,
};
const TAGGED = SI_CODE['CLD_EXITED']! | SI_CODE['CLD_KILLED']! | SI_CODE['CLD_DUMPED']!;

/**
 * Row 12a: QEMU has a handler of its own for what ends a process by default. Of the guest's SA_ flags the kernel is told
 * none but SA_RESTART (QEMU: do_sigaction).
 */
export function hostDisposition(sig: Sig, wanted: string): string {
  const [action = ''] = wanted.split('+');
  return action === 'default' && isFatal(sig) ? 'handler' : action;
}

/** QEMU's host handler (row 12): it fills the thread's slot and leaves all host signals blocked. */
export function host_signal_handler(k: K, sig: Sig, si_code: string, si_pid: number): void {
  // G is another process of the guest's, with a QEMU of its own, which hides nothing and delivers what it gets.
  if (k.t.mm === PARENT) {
    signalTaken(k, si_code, si_pid);
    return;
  }
  // A program that was executed is not this QEMU: what kills by default kills.
  if (k.t.mm !== MEMORY) {
    do_group_exit(k, 'CLD_KILLED');
    return;
  }
  if (hasNoCpu(k)) {
    handlerWithoutCpu(k);
    return;
  }
  k.t.blocked = 'all';
  const held = k.s.qemu.sigtab[k.me]!;
  if (held !== '') {
    const first = readSiginfo(held.replace('+', ''));
    // Each signal has a slot of its own; the model has one, and leaves the other signal where it was.
    if (first.sig !== sig) {
      const group = k.s.signal[k.t.group_leader]!;
      group.shared_pending = [...group.shared_pending, siginfo(sig, si_code, si_pid)];
      return;
    }
    noticeDropped(k, first.si_code, first.si_pid, 'lost');
  }
  const tag = (SI_CODE[si_code]! & TAGGED) !== 0 ? '+' : '';
  k.s.qemu.sigtab[k.me] = `${tag}${siginfo(sig, si_code, si_pid)}`;
  if (k.t.pc.startsWith('guest.')) toGuest(k, k.t.pc);
}

/** The handler begins with the CPU of its thread, `thread_cpu`, which is in the TLS image: M's has none before C sets it. */
function hasNoCpu(k: K): boolean {
  return (
    k.s.qemu.sigtab[k.me] === undefined || k.t.pc.startsWith('child.') || k.t.pc.startsWith('clone_run.mask')
  );
}

/** The handler reads through the null pointer, with SIGSEGV blocked like everything else. */
export function handlerWithoutCpu(k: K): void {
  crash(k, 'thread_cpu', 'in the signal handler: this thread has no CPU');
}

/** Back to guest code, at a label as `Task.pc` has it, by way of the delivery of what is pending for the guest. */
export function toGuest(k: K, label: string): void {
  const entry = k.s.qemu.sigtab[k.me]!;
  if (entry === '') {
    k.resume(label);
    return;
  }
  // The delivery begins by blocking all signals, where the handler's mask has been taken back meanwhile.
  k.t.blocked = 'all';
  k.t.ret = label;
  k.goto(entry.startsWith('+') ? 'deliver.lock' : 'deliver.guest');
}

/** process_pending_signals: what QEMU does with a signal before guest code runs again. */
export function deliverProgram(): Step<QemuState>[] {
  return [
    step('deliver.lock', '12', (k) => mutex_lock(k, 'hidden_lock')),
    step('deliver.lookup', '12', (k) => {
      const { si_code, si_pid } = pending(k);
      const { hidden } = k.s.qemu;
      if (hidden.includes(si_pid)) {
        k.s.qemu.hidden = hidden.filter((tid) => tid !== si_pid);
        noticeDropped(k, si_code, si_pid, 'lost');
        k.s.qemu.sigtab[k.me] = '-';
      }
      mutex_unlock(k, 'hidden_lock');
      k.says(`is ${si_pid} hidden? ${hidden.includes(si_pid) ? 'yes: drop its signal, forget it' : 'no'}`);
    }),
    step('deliver.guest', '12', (k) => {
      if (k.s.qemu.sigtab[k.me] === '-') k.says('process_pending_signals: nothing left to deliver');
      else deliver(k);
      k.s.qemu.sigtab[k.me] = '';
      if (k.jumped) return;
      sigprocmask(k, 'guest');
      k.resume(k.t.ret);
      k.t.ret = '';
    }),
  ];
}

function pending(k: K): Siginfo {
  return readSiginfo(k.s.qemu.sigtab[k.me]!.replace('+', ''));
}

/** The guest's own disposition decides; a default that ends the process ends QEMU by the same signal. */
function deliver(k: K): void {
  const { sig, si_code, si_pid } = pending(k);
  const table = k.s.sighand[k.t.sighand]!;
  const wanted = table[sig] === undefined ? 'default' : settle(k.move, table, sig);
  k.says(`process_pending_signals: ${sig} from ${si_pid}, the guest's disposition is ${wanted}`);
  if (wanted.startsWith('handler')) signalTaken(k, si_code, si_pid);
  else if (wanted === 'default' && isFatal(sig)) do_group_exit(k, 'CLD_KILLED', sig);
  else noticeDropped(k, si_code, si_pid, 'ignored');
}
