/** What is queued for a task, as /proc tells, and what the kernel would have made of it without a tracer. */
import { bitOf, IGNORED_SIGNALS, maskOfHex, signalName } from './numbers.js';
import type { Facts } from './puppet.js';

/** What becomes of a signal that is not blocked, as it is sent: it is dropped, it ends the process, or somebody takes it. */
export type Fate = 'ignored' | 'kills' | 'seen';

const KILLING = ['SIGUSR1', 'SIGTERM', 'SIGRTMIN'];
const DEFAULT_IGNORED = IGNORED_SIGNALS.reduce((mask, sig) => mask | bitOf(sig), 0n);

export function fateOf(facts: Facts, sig: number): Fate {
  if (isCaught(facts, sig)) return 'seen';
  if ((droppedBy(facts) & bitOf(sig)) !== 0n) return 'ignored';
  return KILLING.includes(signalName(sig)) ? 'kills' : 'seen';
}

/** Has the signal a handler? */
export function isCaught({ caught }: Facts, sig: number): boolean {
  return (maskOfHex(caught) & bitOf(sig)) !== 0n;
}

/** The signals that are ignored, if they are not blocked. */
export function droppedBy({ ignored, caught }: Facts): bigint {
  return maskOfHex(ignored) | (DEFAULT_IGNORED & ~maskOfHex(caught));
}

/** The signals a task would take, in their order: its own before its process's, the lowest number first. */
export function openOf({ pending, shared, blocked }: Facts): number[] {
  return [pending, shared].flatMap((queue) => {
    const open = maskOfHex(queue) & ~maskOfHex(blocked);
    return Array.from({ length: 64 }, (_, bit) => bit + 1).filter((sig) => (open & bitOf(sig)) !== 0n);
  });
}

/** Is a signal queued for a process that one of its threads would have dropped and another blocks? */
export function isKeptForOne(facts: Facts, threads: readonly Facts[]): boolean {
  const masks = threads.map(({ blocked }) => maskOfHex(blocked));
  const [some, all] = [masks.reduce((a, b) => a | b, 0n), masks.reduce((a, b) => a & b, ~0n)];
  return (maskOfHex(facts.shared) & droppedBy(facts) & some & ~all) !== 0n;
}
