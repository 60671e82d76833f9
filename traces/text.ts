/** The report that people read: a sentence, the verdicts, the simplest trace, and what to do next. */

import { formatCoverage } from './coverage.js';
import { plural } from './layout.js';
import { kernelSummary } from './on-kernel.js';
import { neverTaken, type Report, violations } from './report.js';
import { noPaint, type Paint } from './style.js';
import { formatTrace } from './trace.js';
import { footer, formatVerdicts, summarize } from './verdicts.js';

export interface TextOptions {
  /** Print every counterexample, not only the simplest. */
  readonly allTraces: boolean;
  readonly paint?: Paint;
}

/** One section a run; several are told apart by the protocol's name. */
export function formatText(runs: readonly Report[], options: TextOptions): string {
  return `${runs.map((run) => formatReport(run, options)).join('\n\n\n')}\n`;
}

function formatReport(run: Report, { allTraces, paint = noPaint }: TextOptions): string {
  const found = violations(run);
  const shown = allTraces ? found : found.slice(0, 1);
  return [
    `${paint('strong', run.question.protocol)}: ${summarize(run)}.`,
    formatVerdicts(run, paint).join('\n'),
    kernelSummary(run).join('\n'),
    ...shown.map((violation) => formatTrace(violation, paint, run.onKernel?.get(violation.counterexample))),
    'parts' in run ? formatCoverage(run).join('\n') : '',
    hints(run, found.length - shown.length).join('\n'),
    paint('faint', footer(run).join('\n')),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** How to see more, and what to ask next. */
function hints(run: Report, unseen: number): string[] {
  const [simplest] = violations(run);
  const lines: string[] = [];
  if (unseen > 0)
    lines.push(`${plural(unseen, 'more trace')}: --traces all, or --property NAME for one promise`);
  if (simplest !== undefined) {
    const name = simplest.property.name;
    lines.push(
      `A picture of this one: the same command with --property ${name} --format svg`,
      `What it means: check explain ${name}`,
    );
  }
  if (run.result.properties.some(({ verdict }) => verdict === 'undecided')) {
    const why =
      run.result.stopped === 'depth'
        ? 'nobody knows how a run goes on that was cut at the bound. Ask without --depth'
        : 'a limit ended the search. Raise it, ask for less with --depth, --faults or --guest';
    lines.push(`Undecided: ${why}`);
  }
  const untaken = neverTaken(run).filter(({ neverTaken }) => neverTaken === undefined);
  if (run.result.stopped === 'exhausted' && untaken.length > 0) {
    lines.push(`${plural(untaken.length, 'step')} never taken under these options: --format json names them`);
  }
  return lines;
}
