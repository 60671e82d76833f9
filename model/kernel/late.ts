/**
 * A choice is made at the moment it is first read. Until then its leaf holds the open alternatives,
 * `?default|ignore|handler`, which is one state where an early choice would be three.
 */
import type { Move } from '../system.js';

/** A leaf that is still open. One alternative is no choice. */
export function late(alternatives: readonly string[]): string {
  return alternatives.length === 1 ? alternatives[0]! : `?${alternatives.join('|')}`;
}

/** What a leaf can still become. */
export function open(leaf: string): readonly string[] {
  return leaf.startsWith('?') ? leaf.slice(1).split('|') : [leaf];
}

/** Reads a leaf, and decides it if it is open. */
export function settle<F extends string>(move: Move, holder: Record<F, string>, field: F): string {
  const alternatives = open(holder[field]);
  if (alternatives.length === 1) return holder[field];
  const chosen = alternatives[move.choose(alternatives.length)]!;
  holder[field] = chosen;
  return chosen;
}
