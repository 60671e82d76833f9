/**
 * One counterexample as text: a line a step, as strace would print it, with a column for each task, the row of the
 * original at the right, and beneath each step only what it changed.
 */

import type { Change, Entry } from '../checker/run.js';
import { cite, plural, show, width, wrap } from './layout.js';
import { kernelVerdict } from './on-kernel.js';
import { type OnKernel, type Run, sentenceOf, type Violation } from './report.js';
import { replayLine } from './resolve.js';
import { noPaint, type Paint } from './style.js';

/** A counterexample in full, from the promise it breaks to the line that replays it. */
export function formatTrace(violation: Violation, paint: Paint = noPaint, asked?: OnKernel): string {
  const { run, property, counterexample } = violation;
  const { cause, turns, steps, path, cycle = 0 } = counterexample;
  const where = cause.label === property.name || cycle > 0 ? '' : `, at ${cause.label}`;
  const round = cycle > 0 ? `, and then ${plural(cycle, 'step')} round and round` : '';
  const promise = wrap(
    `${property.name}${about(cause.object)}: ${sentenceOf(run.system, property.name)}`,
    width - 2,
  );
  return [
    ...promise.map((line, index) => paint('strong', index === 0 ? line : `  ${line}`)),
    `  broken ${withFaults(cause.faults)}${where}: ${plural(turns, 'turn')}, ${plural(steps, 'step')}${round}`,
    ...(asked === undefined ? [] : wrap(kernelVerdict(asked), width - 2).map((line) => `  ${line}`)),
    '',
    ...formatSteps(run, property.name, cause.object, run.trace(path), paint, cycle),
    '',
    paint('faint', 'Play it again:'),
    `  check replay '${replayLine(violation)}'`,
  ].join('\n');
}

/**
 * The steps alone. `property` is the promise that the last of them breaks, or `undefined` when none does; the last
 * `cycle` steps go round for ever.
 */
export function formatSteps(
  run: Pick<Run, 'system'>,
  property: string | undefined,
  object: string,
  steps: readonly Entry[],
  paint: Paint = noPaint,
  cycle = 0,
): string[] {
  const movers = new Set(steps.map(({ slot }) => slot));
  const lanes = run.system.slots.map(({ name }) => name).filter((name) => movers.has(name));
  const margin = `  step  ${lanes.join('  ')}  `;
  const lines = [paint('faint', margin.trimEnd())];
  if (steps.length === 0 && property !== undefined) {
    lines.push(paint('bad', `✗ The very first state breaks ${property}${about(object)}.`));
  }
  const knot = cycle > 0 ? steps.length - cycle : -1;
  steps.forEach((step, index) => {
    if (index === knot) lines.push(paint('bad', '━━ round and round from here '.padEnd(width, '━')));
    if (step.turn !== steps[index - 1]?.turn) lines.push(turnRule(step, paint));
    const last = index === steps.length - 1 && property !== undefined && cycle === 0;
    lines.push(
      ...formatStep(step, index + 1, lanes, margin.length, last || step.failure !== undefined, paint),
    );
    const indent = ' '.repeat(margin.length);
    // A leaf that held the step's own label is the slot's place in its program, which the labels tell already.
    const changes = step.changes.filter(({ from }) => from !== step.label);
    lines.push(...changes.flatMap((change) => formatChange(change, indent, paint)));
    const verdict = last ? verdictOn(run.system, step, property, object) : aside(step);
    lines.push(
      ...wrap(verdict, width - margin.length - 2).flatMap((line, n) => marked(line, n, indent, paint)),
    );
  });
  if (cycle > 0) lines.push(...roundRule(run.system, property, object, knot + 1, paint));
  return lines;
}

/** What is beneath the last step of a cycle. */
function roundRule(
  system: Run['system'],
  property: string | undefined,
  object: string,
  first: number,
  paint: Paint,
): string[] {
  const rule = `━━ and again from step ${first}, all as it was there `.padEnd(width, '━');
  const waits =
    property === undefined
      ? []
      : wrap(`${property}${about(object)}: so this never comes: ${sentenceOf(system, property)}`, width - 2);
  return [rule, ...waits.map((line, n) => `${n === 0 ? '✗ ' : '  '}${line}`)].map((line) =>
    paint('bad', line),
  );
}

function formatStep(
  step: Entry,
  number: number,
  lanes: readonly string[],
  margin: number,
  failing: boolean,
  paint: Paint,
): string[] {
  const mark = failing ? paint('bad', '✗') : ' ';
  const lane = lanes
    .map((name) => (name === step.slot ? paint('task', name) : paint('faint', '·'.padEnd(name.length))))
    .join('  ');
  const right = [step.label, cite(step.row)].filter((part) => part !== '').join(' · ');
  const room = Math.max(30, width - margin - right.length - 2);
  const [first = '', ...more] = wrap(step.says === '' ? step.label : step.says, room);
  return [
    `${mark} ${String(number).padStart(4)}  ${lane}  ${first.padEnd(room)}  ${paint('faint', right)}`,
    ...more.map((line) => `${' '.repeat(margin + 4)}${line}`),
  ];
}

function turnRule({ turn, slot }: Entry, paint: Paint): string {
  return paint('faint', `── turn ${turn}: ${slot} `.padEnd(width, '─'));
}

function formatChange({ path, from, to }: Change, indent: string, paint: Paint): string[] {
  return wrap(`${path}: ${difference(from, to)}`, width - indent.length - 4).map((line, index) =>
    paint('faint', `${indent}${index === 0 ? '  ' : '    '}${line}`),
  );
}

/** Short lists are shown whole; of a long one, only the elements that came and went. */
function difference(from: unknown, to: unknown): string {
  if (!Array.isArray(from) || !Array.isArray(to) || Math.max(from.length, to.length) <= 4) {
    return `${show(from)} -> ${show(to)}`;
  }
  const gone = from.filter((element) => !to.includes(element)).map((element) => `-${show(element)}`);
  const come = to.filter((element) => !from.includes(element)).map((element) => `+${show(element)}`);
  return [...gone, ...come].join(' ') || `${show(from)} -> ${show(to)}`;
}

function verdictOn(system: Run['system'], step: Entry, property: string, object: string): string {
  const promise = `${property}${about(object)}: ${sentenceOf(system, property)}`;
  if (step.failure?.property === property) return `this step breaks ${promise}`;
  const isEventual = system.properties.some(({ name, kind }) => name === property && kind === 'eventually');
  return isEventual
    ? `no task can move any more, so this never comes: ${promise}`
    : `now this is false: ${promise}`;
}

function aside({ failure }: Entry): string {
  return failure === undefined ? '' : `this step breaks ${failure.property}${about(failure.object)}`;
}

function marked(line: string, n: number, indent: string, paint: Paint): string[] {
  if (line === '') return [];
  return [`${indent}${paint('bad', `${n === 0 ? '✗ ' : '  '}${line}`)}`];
}

/** `without any fault`, or which. */
export function withFaults(faults: readonly string[]): string {
  return faults.length === 0 ? 'without any fault' : `with ${faults.join(' and ')}`;
}

function about(object: string): string {
  return object === '' ? '' : ` (${object})`;
}
