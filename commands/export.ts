/** A system for another model checker, from what a search has learned of it. */

import { basename } from 'node:path';
import { relationOf } from '../checker/relation.js';
import { formatPromela } from '../exports/promela.js';
import { formatTla } from '../exports/tla.js';
import type { Question, Run } from '../traces/report.js';
import { Problem } from './problem.js';
import { defaults } from './question.js';

export const exportNames = ['promela', 'tla'] as const;
export type ExportName = (typeof exportNames)[number];

export function isExport(format: string): format is ExportName {
  return exportNames.some((name) => name === format);
}

/** `out` is the file that the text goes to, if any. */
export function exported({ learned, result, question }: Run, format: ExportName, out?: string): string {
  if (learned === undefined || !result.exhausted) {
    throw new Problem(
      'the search was stopped before all states were known, and there may be steps it has not learned; ' +
        'an export needs the whole: ask for less with --faults or --guest, or raise the limits',
    );
  }
  const { states, deadlocks, failures } = result;
  const relation = relationOf(learned);
  const about = [
    `${commandOf(question)} --format ${format}`,
    '',
    `${states} states, ${deadlocks} of them with no task that can move; ${failures} steps that break a promise.`,
    'Promises about states (kinds always and finally) are left out.',
  ];
  if (format === 'promela') return formatPromela(relation, [...about, '', ...SPIN]);
  const module = out === undefined ? 'clonecheck' : basename(out).replace(/\.tla$/, '');
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(module)) {
    throw new Problem(
      `a module of TLA+ is named like its file, and ${module} is no name: letters, digits and underscores`,
    );
  }
  return formatTla(relation, module, [...about, '', ...tlc(module)]);
}

const SPIN = [
  'The same states, one by one:',
  '',
  '  spin -o1 -o2 -o3 -a FILE && cc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -A -E -c0 -m1000000',
  '',
  'Without -o1 and -o2 SPIN resets what nobody reads again and leaves out what nobody ever reads: other states, as a rule',
  'fewer. Without -A, a step that breaks a promise is a failed assertion; without -E, a state with no way on is an invalid',
  'end state. Nothing here is a valid end.',
];

function tlc(module: string): string[] {
  return [
    `What follows the last line of the module is its configuration: sed '1,/^====$/d' ${module}.tla > ${module}.cfg`,
    '',
    `  java -cp tla2tools.jar tlc2.TLC -config ${module}.cfg ${module}.tla`,
    '',
    'TLC then finds as many distinct states. To look for broken promises, take the comment from an INVARIANT.',
  ];
}

/** The command that asks this question. */
function commandOf(question: Question): string {
  const { protocol, platform, kernel, clones, rounds, faults, maxFaults, guest, without } = question;
  const struck = faults.map(({ name, budget }) => (budget === 1 ? name : `${name}:${budget}`));
  return [
    `check ${protocol} --faults ${struck.join() || 'none'} --guest ${guest.join()}`,
    ...(String(maxFaults) === defaults.maxFaults ? [] : [`--max-faults ${maxFaults}`]),
    ...(platform === defaults.platform ? [] : [`--platform ${platform}`]),
    ...(kernel === defaults.kernel ? [] : [`--kernel ${kernel}`]),
    ...(clones === 1 ? [] : [`--clones ${clones}`]),
    ...(rounds === 1 ? [] : [`--rounds ${rounds}`]),
    ...without.map((name) => `--without ${name}`),
  ].join(' ');
}
