/** Exit codes, one for each kind of ending, so that a script need not read the report. */

import type { PropertyResult } from '../checker/result.js';

export const codes = {
  fine: 0,
  violated: 1,
  /** Usage, unreadable or invalid input, unwritable output. */
  problem: 2,
  /** Undecided or vacuous, or bounded where a proof was asked for. */
  open: 3,
  internal: 70,
} as const;

/** A known violation wins, whatever ended the search; then anything that is not known to hold. */
export function codeOf(properties: readonly PropertyResult[], requireExhausted: boolean): number {
  const verdicts = new Set(properties.map(({ verdict }) => verdict));
  if (verdicts.has('violated')) return codes.violated;
  if (verdicts.has('undecided') || verdicts.has('vacuous')) return codes.open;
  if (requireExhausted && verdicts.has('holds-to-depth')) return codes.open;
  return codes.fine;
}
