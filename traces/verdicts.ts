/** The answer in short: one sentence, and a line for each promise. */

import type { PropertyResult, SearchResult } from '../checker/result.js';
import type { System } from '../model/system.js';
import { clip, count, either, plural, width, wrap } from './layout.js';
import { kernelCell } from './on-kernel.js';
import { type Answer, type Report, sentenceOf } from './report.js';
import { noPaint, type Paint, type Tone } from './style.js';

/** `9 of 14 promises are broken, 6 of them without any fault; the simplest in 9 turns` and its kin. */
export function summarize({ result }: Answer): string {
  const all = result.properties;
  const broken = all.filter(({ verdict }) => verdict === 'violated');
  if (broken.length === 0) return summarizeUnbroken(result);
  const free = broken.filter(({ counterexamples }) =>
    counterexamples.some(({ cause }) => cause.faults.length === 0),
  );
  const shortest = broken
    .flatMap(({ counterexamples }) => counterexamples)
    .toSorted((a, b) => a.cause.faults.length - b.cause.faults.length || a.turns - b.turns)[0];
  const ofThem =
    broken.length === 1 ? ['it needs a fault', 'without any fault'] : freeOfThem(free.length, broken.length);
  const cause = broken.length === 1 ? ofThem[free.length] : ofThem[0];
  const isShown = broken.every(({ counterexamples }) => counterexamples.length > 0);
  return (
    `${broken.length} of ${plural(all.length, 'promise')} ${broken.length === 1 ? 'is' : 'are'} broken` +
    (isShown ? `, ${cause}` : '') +
    (shortest === undefined ? '' : `; the simplest in ${plural(shortest.turns, 'turn')}`)
  );
}

/** The verdicts as a table, one line a promise, within the width of the page. */
export function formatVerdicts(run: Answer, paint: Paint = noPaint): string[] {
  const rows = run.result.properties.map((property) => ({
    property,
    cells: [
      property.name,
      word(property, run.depth),
      turnsOf(property),
      needs(property, run),
      ...(run.onKernel === undefined ? [] : [kernelCell(property, run)]),
    ],
  }));
  const head = ['promise', 'verdict', 'turns', 'needs', ...(run.onKernel === undefined ? [] : ['on Linux'])];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map(({ cells }) => cells[column]!.length)),
  );
  const room = width - 2 - widths.reduce((sum, one) => sum + one + 2, 0);
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 2 ? cell.padStart(widths[2]!) : cell.padEnd(widths[column]!)))
      .join('  ');
  return [
    paint('faint', `  ${line(head)}`.trimEnd()),
    ...rows.map(({ property, cells }) => {
      const { mark, tone } = looks[property.verdict];
      const sentence = room < 12 ? '' : clip(sentenceOf(run.system, property.name), room);
      return `${paint(tone, `${mark} ${line(cells)}`)}  ${sentence}`.trimEnd();
    }),
  ];
}

/** The last line: the bounds, and what it took. Broken between its parts where it is too long. */
export function footer(report: Report): string[] {
  const { depth, question, result } = report;
  const parts = [
    depth === null ? 'no bound on turns' : `at most ${plural(depth, 'turn')}`,
    question.faults.length === 0
      ? 'no faults'
      : `at most ${question.maxFaults} of ${plural(question.faults.length, 'kind')} of faults`,
    'parts' in report ? `in ${plural(report.parts.length, 'part')}` : `guest ${question.guest.join(',')}`,
    plural(result.states, 'state'),
    plural(result.transitions, 'transition'),
    ...(result.turns === null ? [] : [`${count(result.turns)} turns deep`]),
    endings[result.stopped],
    `${result.engine} engine`,
    `${result.seconds.toFixed(1)} s`,
  ];
  // A part is kept whole while the line is broken between parts.
  return wrap(parts.map((part) => part.replaceAll(' ', '\u00a0')).join(' · '), width).map(spaced);
}

function spaced(line: string): string {
  return line.replaceAll('\u00a0', ' ');
}

const looks: Record<PropertyResult['verdict'], { mark: string; tone: Tone }> = {
  violated: { mark: '✗', tone: 'bad' },
  holds: { mark: '✓', tone: 'good' },
  'holds-to-depth': { mark: '✓', tone: 'good' },
  vacuous: { mark: '○', tone: 'doubt' },
  undecided: { mark: '?', tone: 'doubt' },
};

const endings: Record<SearchResult['stopped'], string> = {
  exhausted: 'exhausted',
  depth: 'cut at the bound',
  states: 'stopped at --max-states',
  memory: 'stopped for want of memory',
  timeout: 'stopped at --timeout',
  signal: 'interrupted',
};

function summarizeUnbroken({ properties, stopped, turns }: SearchResult): string {
  const number = (verdict: PropertyResult['verdict']) =>
    properties.filter((p) => p.verdict === verdict).length;
  const open = [
    number('undecided') > 0 ? `${number('undecided')} undecided` : '',
    number('vacuous') > 0 ? `${number('vacuous')} never put to the test` : '',
  ].filter((part) => part !== '');
  const all = plural(properties.length, 'promise');
  if (open.length > 0) return `No promise is known to be broken; of ${all}, ${either(open, 'and')}`;
  const bound = stopped === 'exhausted' || turns === null ? '' : ` as far as ${plural(turns, 'turn')}`;
  return `${properties.length === 1 ? 'The one promise holds' : `All ${all} hold`}${bound}`;
}

function freeOfThem(free: number, broken: number): string[] {
  if (free === 0) return ['each only with a fault'];
  return [free === broken ? 'all of them without any fault' : `${free} of them without any fault`];
}

function word({ verdict }: PropertyResult, depth: number | null): string {
  return verdict === 'holds-to-depth' ? `holds to depth ${depth ?? '?'}` : verdict;
}

function turnsOf({ counterexamples }: PropertyResult): string {
  const [first] = counterexamples;
  return first === undefined ? '' : count(first.turns);
}

/** Whether it takes a fault, how many ways there are, and whether all of them rest on something that is assumed. */
function needs({ verdict, counterexamples }: PropertyResult, { system }: Answer): string {
  if (verdict !== 'violated') return '';
  // The symbolic engine knows it, and a limit kept the search for a run from its end.
  if (counterexamples.length === 0) return 'no run found';
  const kinds = [...new Set(counterexamples.map(({ cause }) => cause.faults.join(' and ')))];
  const named = kinds.length > 2 ? `one of ${kinds.length} faults` : clip(kinds.join(' or '), 24);
  const fault = kinds.includes('') ? 'no fault' : named;
  if (counterexamples.every(({ cause }) => isAssumed(system, cause.label))) return `${fault}, assumed`;
  return counterexamples.length > 1 ? `${fault}, ${counterexamples.length} causes` : fault;
}

/** Does a step of this label stand for something that the original does not show? Its row says so. */
function isAssumed({ steps }: System, label: string): boolean {
  return steps.some((step) => step.label === label && step.row.includes('assumed'));
}
