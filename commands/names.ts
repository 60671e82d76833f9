/** Names that users type: found, or refused with the near misses and the way to list them. */

import { either } from '../traces/layout.js';
import { Problem } from './problem.js';

/** Finds a thing by its name. `kind` is what the thing is called in the message. */
export function find<T extends { readonly name: string }>(
  kind: string,
  name: string,
  things: readonly T[],
  list = 'check list shows all',
): T {
  const found = things.find((thing) => thing.name === name);
  if (found !== undefined) return found;
  throw unknown(
    kind,
    name,
    things.map((thing) => thing.name),
    list,
  );
}

/** Narrows a word to one of a few. */
export function oneOf<T extends string>(kind: string, word: string, words: readonly T[]): T {
  const found = words.find((each) => each === word);
  if (found !== undefined) return found;
  throw unknown(kind, word, words, `it is one of ${either(words)}`);
}

/** The error for a name that does not exist. */
export function unknown(kind: string, name: string, names: readonly string[], list: string): Problem {
  const near = nearMisses(name, names);
  const hint = near.length === 0 ? '' : ` Did you mean ${either(near)}?`;
  return new Problem(`there is no ${kind} '${name}'.${hint} (${list})`);
}

/** The names that a slip of the hand, or a part of the name, may have meant; the nearest first. */
export function nearMisses(name: string, names: readonly string[]): string[] {
  const wanted = name.toLowerCase();
  return names
    .map((each) => ({ each, far: distance(wanted, each.toLowerCase()) }))
    .filter(({ each, far }) => far <= Math.max(1, Math.floor(each.length / 3)) || contains(each, wanted))
    .toSorted((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ each }) => each);
}

function contains(name: string, part: string): boolean {
  return part.length >= 3 && name.toLowerCase().includes(part);
}

/** How many characters must be put in, taken out, changed, or swapped with their neighbour. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_unused, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? before[j - 2]! + 1 : Infinity;
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, change, swap));
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}
