/** How far a search is, in one line. */

import { count, duration } from './layout.js';

export interface Progress {
  /** Which part of the whole is being searched, where there are several. */
  readonly part?: string;
  readonly states: number;
  /** `null` while they are not counted. */
  readonly turns: number | null;
  readonly frontier: number;
  readonly seconds: number;
}

export function formatProgress({ part, states, turns, frontier, seconds }: Progress): string {
  const rate = seconds > 0 ? Math.round(states / seconds) : 0;
  const where = part === undefined ? '' : `${part}: `;
  const turn = turns === null ? '' : ` · turn ${turns}`;
  return `${where}${count(states)} states${turn} · frontier ${count(frontier)} · ${count(rate)} states/s · ${duration(seconds)}`;
}
