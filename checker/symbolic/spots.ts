/**
 * What a run may be at: a state, and whether something is owed there that it is to show in the end. Who looks for a run to a state
 * alone is free all the way.
 */
import { EMPTY } from './sets.js';

/** A set of such. */
export interface Spots {
  /** States in which nothing need be owed, and those in which it is. */
  readonly free: number;
  readonly owing: number;
}

export const NOWHERE: Spots = { free: EMPTY, owing: EMPTY };

export function isNowhere({ free, owing }: Spots): boolean {
  return free === EMPTY && owing === EMPTY;
}

/** What `of` makes of two sets each. */
export function pairwise(a: Spots, b: Spots, of: (a: number, b: number) => number): Spots {
  return { free: of(a.free, b.free), owing: of(a.owing, b.owing) };
}
