/** What a union looked at, and what it left out. */

import { plural, width, wrap } from './layout.js';
import type { Part, Union } from './report.js';

/** A few lines: the guests and the faults that were explored, what a limit cut short, and how to have the rest. */
export function formatCoverage({ question, parts, unrun }: Union): string[] {
  const ended = (part: Part): boolean => ['exhausted', 'depth'].includes(part.result.stopped);
  const missed = [...parts.filter((part) => !ended(part)).map(({ profile }) => profile), ...unrun];
  const seen = parts.filter(ended).map(({ profile }) => profile);
  const faults = question.faults.map(({ name }) => name).join(', ');
  const covered = guestsOf(seen, question.faults.length);
  const sentences = [
    covered === '' ? '' : `Explored: ${covered}.`,
    missed.length === 0 ? '' : `Not explored to the end: ${guestsOf(missed, question.faults.length)}.`,
    `Faults: ${faults}.`,
    'Left out: other guests with a fault (--guest all --faults all), two faults in one run (--max-faults 2).',
  ];
  return sentences
    .filter((sentence) => sentence !== '')
    .flatMap((sentence) =>
      wrap(sentence, width - 2).map((line, index) => (index === 0 ? line : `  ${line}`)),
    );
}

/** Every usual guest without faults, and those guests by name that meet each fault. */
function guestsOf(profiles: readonly (string | null)[], faults: number): string {
  const named = profiles.filter((profile) => profile !== null);
  return [
    profiles.includes(null) ? 'every usual guest without faults' : '',
    named.length === 0 ? '' : `with each of ${plural(faults, 'fault')}, once a run, ${named.join(', ')}`,
  ]
    .filter((part) => part !== '')
    .join('; ');
}
