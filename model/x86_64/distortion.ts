/** What a tracer keeps from happening as it would without one. */
import { maskOfHex } from './numbers.js';
import type { Facts, RealTask } from './puppet.js';
import { droppedBy, isKeptForOne, openOf, type Fate } from './queued.js';

/** A task as it was seen last. */
export interface Seen {
  readonly name: string;
  readonly task: RealTask;
  readonly facts: Facts;
  /** The living of its process, itself among them. */
  readonly threads: readonly Facts[];
  readonly fate: (sig: number) => Fate;
}

/** What has happened to the tasks in one turn, by their names. */
export class TurnNotes {
  /** Who was made to make its call again by a signal that only a tracer sees. */
  readonly disturbed: string[] = [];
  /** Whose call was interrupted. */
  readonly interrupted: string[] = [];
  /** Whose call has ended by EINTR. */
  readonly cutOff: string[] = [];
  /** Signals that a sigtimedwait has taken, by whom. */
  readonly awaited: { readonly name: string; readonly sig: number }[] = [];
  /** Has somebody sent a SIGCONT? */
  sendsSigcont = false;
  /** Has somebody gone on whose call was interrupted, with no handler to end it? */
  abandoned = false;

  /** Why the kernel may differ from one without a tracer; '' if nothing is known. */
  distortion(all: readonly Seen[]): string {
    if (this.disturbed.length > 0)
      return 'for a tracer a signal that is ignored wakes a sleeper, which then looks again (sig_ignored)';
    const fateOf = (name: string, sig: number) => all.find((one) => one.name === name)?.fate(sig) ?? 'seen';
    if (this.awaited.some(({ name, sig }) => fateOf(name, sig) !== 'seen'))
      return 'for a traced task a signal is neither dropped nor turned into SIGKILL as it is sent, and sigtimedwait takes it';
    if (this.sendsSigcont && this.cutOff.length > 0)
      return 'for a tracer SIGCONT wakes all threads (ptrace_trap_notify), and sigtimedwait does not go back to sleep';
    if (this.abandoned)
      return 'the model settles what an interrupted call returns before another thread takes the signal';
    if (all.some(({ facts, threads }) => isKeptForOne(facts, threads)))
      return 'for a tracer a signal is kept that one thread ignores and another blocks (sig_ignored)';
    if (all.some(isLateToDie))
      return 'a signal does not kill a traced task as it is sent, but only when it is taken (complete_signal)';
    return '';
  }
}

function isLateToDie({ task, facts, fate }: Seen): boolean {
  const inVfork = task.state === 'blocked' && /vfork|kernel_clone/.test(task.where ?? '');
  const isLate = inVfork || task.state === 'exiting' || task.state === 'ready';
  return isLate && openOf(facts).some((sig) => fate(sig) === 'kills');
}

/** Signals that are queued for a tracer's sake only: they were ignored, and not blocked, as they were sent. */
export class Unheard {
  private readonly masks = new Map<string, bigint>();
  private revived = 0n;

  /** Looks at the tasks after each turn. */
  follow(name: string, facts: Facts): void {
    const pending = maskOfHex(facts.pending) | maskOfHex(facts.shared);
    const dropped = droppedBy(facts);
    const before = this.masks.get(name) ?? 0n;
    this.revived |= before & pending & ~dropped;
    this.masks.set(name, pending & (before | (dropped & ~maskOfHex(facts.blocked))));
  }

  /** As `TurnNotes.distortion`: has somebody begun to care for such a signal before it was taken? */
  distortion(): string {
    return this.revived === 0n
      ? ''
      : 'for a tracer a signal that is ignored is kept (sig_ignored), and is not ignored any more when it is taken';
  }
}
