/** Colour, where it is wanted. It repeats what the words and marks say already, and never says anything alone. */

import { styleText } from 'node:util';

export type Tone = 'bad' | 'good' | 'doubt' | 'faint' | 'strong' | 'task';

/** Colours a text, or gives it back as it is. */
export type Paint = (tone: Tone, text: string) => string;

export const noPaint: Paint = (_tone, text) => text;

export const ansiPaint: Paint = (tone, text) =>
  styleText([...formats[tone]], text, { validateStream: false });

/**
 * Whether to colour. The flag wins; then FORCE_COLOR, then NO_COLOR (when not empty), as Node itself ranks them; then a
 * terminal that is not dumb.
 */
export function wantsColour(
  flag: 'auto' | 'always' | 'never',
  terminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (flag !== 'auto') return flag === 'always';
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  return terminal && env['TERM'] !== 'dumb';
}

const formats = {
  bad: ['red', 'bold'],
  good: ['green'],
  doubt: ['yellow'],
  faint: ['gray'],
  strong: ['bold'],
  task: ['cyan'],
} as const;
