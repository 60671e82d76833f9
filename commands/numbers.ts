/** Numbers on the command line. Only plain digits: `1e3` and `0x10` are refused rather than guessed at. */

import { Problem } from './problem.js';

/** A whole number, at least `least`. */
export function wholeNumber(flag: string, text: string, least: number): number {
  if (/^\d{1,15}$/.test(text) && Number(text) >= least) return Number(text);
  throw new Problem(`${flag} takes a whole number from ${least}, and got '${text}'`);
}

/** Seconds, which may have a fraction. */
export function seconds(flag: string, text: string): number {
  if (/^\d{1,9}(\.\d+)?$/.test(text) && Number(text) > 0) return Number(text);
  throw new Problem(`${flag} takes a number of seconds over 0, and got '${text}'`);
}

/** A size of memory in bytes: `512M`, `4G`; a bare number counts MiB. */
export function memory(flag: string, text: string): number {
  const match = /^(\d{1,9}(?:\.\d+)?)([KMGT]?)(?:i?B)?$/i.exec(text);
  const bytes = Number(match?.[1]) * 2 ** (shifts[match?.[2]?.toUpperCase() ?? ''] ?? 0);
  if (match !== null && bytes > 0) return Math.floor(bytes);
  throw new Problem(`${flag} takes a size such as 512M or 4G, and got '${text}'`);
}

const shifts: Record<string, number> = { K: 10, M: 20, G: 30, T: 40, '': 20 };
