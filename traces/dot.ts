/**
 * A counterexample as a picture for Graphviz: a column for each task, time downwards, a box for each turn with its
 * steps inside. The failing step is red, has a cross, and says in words what it breaks.
 */

import type { Entry } from '../checker/run.js';
import { cite, plural, wrap } from './layout.js';
import { kernelVerdict } from './on-kernel.js';
import { type Report, type Run, sentenceOf, type Violation } from './report.js';
import { withFaults } from './trace.js';

/** Draws a counterexample; without one, a picture that says so. */
export function formatDot(report: Report, violation: Violation | undefined): string {
  if (violation === undefined) return emptyPicture(`${report.question.protocol}: no broken promise to draw`);
  const { run, property, counterexample } = violation;
  const { cause, path, turns, steps, cycle = 0 } = counterexample;
  const round = cycle > 0 ? `, and then ${plural(cycle, 'step')} round and round` : '';
  const object = cause.object === '' ? '' : ` (${cause.object})`;
  const asked = report.onKernel?.get(counterexample);
  const title = [
    `${property.name}${object}`,
    ...wrap(sentenceOf(run.system, property.name), 90),
    `${run.question.protocol}, broken ${withFaults(cause.faults)}: ${plural(turns, 'turn')}, ${plural(steps, 'step')}${round}`,
    ...(asked === undefined ? [] : wrap(kernelVerdict(asked), 90)),
  ];
  return formatStepsDot(run, title, run.trace(path), `breaks ${property.name}${object}`, cycle);
}

/**
 * Draws steps beneath a title. `fails` is what the last step does wrong, if it does; the last `cycle` steps go round
 * for ever, which is a red arrow back.
 */
export function formatStepsDot(
  run: Pick<Run, 'system'>,
  title: readonly string[],
  steps: readonly Entry[],
  fails: string | undefined,
  cycle = 0,
): string {
  const movers = new Set(steps.map(({ slot }) => slot));
  const lanes = ['turn', ...run.system.slots.map(({ name }) => name).filter((name) => movers.has(name))];
  const knot = cycle > 0 ? steps.length - cycle : undefined;
  const boxes = boxesOf(steps, cycle > 0 ? undefined : fails, knot);
  const lines = [
    'digraph trace {',
    `  graph [labelloc=t, fontname="Helvetica", fontsize=14, nodesep=0.2, ranksep=0.2, pad=0.25,`,
    `         label="${title.map(escape).join('\\n')}\\n "];`,
    '  node [fontname="Helvetica", fontsize=11];',
    '  edge [arrowsize=0.7];',
    ...rankOf(0, lanes, (lane) => (lane === 'turn' ? margin('turn') : header(lane))),
    ...boxes.flatMap((each, index) =>
      rankOf(index + 1, lanes, (lane, column) => {
        if (column === 0) return margin(each.turn === boxes[index - 1]?.turn ? '' : String(each.turn));
        return lane === each.slot ? look(each) : 'shape=point, width=0.01, height=0.01, style=invis';
      }),
    ),
    ...lifelines(lanes, boxes.length + 1),
    ...arrows(lanes, boxes),
    ...(knot === undefined ? [] : [arrowBack(lanes, boxes, knot, fails)]),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

/** A picture with nothing but words. */
export function emptyPicture(words: string): string {
  return `digraph trace {\n  node [shape=plaintext, fontname="Helvetica"];\n  none [label="${escape(words)}"];\n}\n`;
}

/**
 * Text inside a quoted label, taken literally: Graphviz reads backslashes, character entities, and in records braces,
 * bars and angle brackets. Control characters would make the SVG unreadable.
 */
export function escape(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex -- they are what is looked for.
      .replace(/[\u0000-\u001f\u007f]/g, ' ')
      .replace(/&/g, '&amp;')
      .replace(/[\\"]/g, (c) => `\\${c}`)
  );
}

const grey = '#5f6b7a';
const red = '#b00020';

/** A box in the picture: the steps of one turn, but the failing step has a box of its own so that it can be red. */
interface Box {
  readonly turn: number;
  readonly slot: string;
  readonly first: number;
  readonly steps: Entry[];
  readonly fails?: string;
}

/** A cycle begins with a box of its own, too: the one in which step `knot` is the first, counted from 0. */
function boxesOf(steps: readonly Entry[], fails: string | undefined, knot: number | undefined): Box[] {
  const boxes: Box[] = [];
  steps.forEach((step, index) => {
    const { turn, slot } = step;
    if (fails !== undefined && index === steps.length - 1) {
      boxes.push({ turn, slot, first: index + 1, steps: [step], fails });
    } else if (boxes.at(-1)?.turn === turn && index !== knot) {
      boxes.at(-1)?.steps.push(step);
    } else {
      boxes.push({ turn, slot, first: index + 1, steps: [step] });
    }
  });
  return boxes;
}

/** All nodes of one moment, side by side in the order of the lanes. */
function rankOf(
  rank: number,
  lanes: readonly string[],
  look: (lane: string, column: number) => string,
): string[] {
  const nodes = lanes.map(
    (lane, column) => `    ${node(rank, column)} [group=g${column}, ${look(lane, column)}];`,
  );
  // The order is stated once, in the header, for Graphviz loses such edges between records; the lifelines keep it.
  const order = lanes.map((_lane, column) => node(rank, column)).join(' -> ');
  return ['  { rank=same;', ...nodes, ...(rank === 0 ? [`    ${order} [style=invis];`] : []), '  }'];
}

function node(rank: number, column: number): string {
  return `r${rank}c${column}`;
}

function margin(text: string): string {
  return `shape=plaintext, fontcolor="${grey}", label="${text}"`;
}

function header(lane: string): string {
  const look = `shape=box, style="rounded,filled", fillcolor="#e8edf3", color="${grey}"`;
  return `${look}, fontsize=13, label="${escape(lane)}"`;
}

/** Three columns of lines: the step's number, what strace would print, and the row of the original. */
function look({ steps, first, fails }: Box): string {
  const lines = steps.flatMap((step, index) => {
    const [text = '', ...more] = wrap(step.says === '' ? step.label : step.says, 40);
    return [[String(first + index), text, cite(step.row)], ...more.map((line) => ['', `  ${line}`, ''])];
  });
  if (fails !== undefined)
    wrap(fails, 34).forEach((line, n) => lines.push(['', `${n === 0 ? 'FAILS:' : '  '} ${line}`, '']));
  const columns = [0, 1, 2].map((column) => lines.map((line) => `${cell(line[column] ?? '')}\\l`).join(''));
  const tone =
    fails === undefined ? `color="${grey}", fillcolor=white` : `color="${red}", fillcolor="#fdecef"`;
  const strong = fails === undefined ? '' : `, fontcolor="${red}", penwidth=2`;
  return `shape=record, style=filled, fontname="Courier", fontsize=10, ${tone}${strong}, label="${columns.join('|')}"`;
}

/** Text inside a record, where more characters mean something and spaces fall together. */
function cell(text: string): string {
  return escape(text)
    .replace(/[{}|<>]/g, (c) => `\\${c}`)
    .replace(/ {2}/g, '\\ \\ ');
}

/** A dashed line down each column, heavy enough to keep the column straight. */
function lifelines(lanes: readonly string[], ranks: number): string[] {
  return lanes.map((_lane, column) => {
    const line = Array.from({ length: ranks }, (_unused, rank) => node(rank, column)).join(' -> ');
    const look = column === 0 ? 'style=invis' : 'style=dashed, color="#c3cad3", arrowhead=none';
    return `  ${line} [${look}, weight=50];`;
  });
}

/** From each box to the next: the order in which the tasks took the processor. */
function arrows(lanes: readonly string[], boxes: readonly Box[]): string[] {
  return boxes.slice(1).map((box, index) => {
    const from = node(index + 1, lanes.indexOf(boxes[index]?.slot ?? '', 1));
    const to = node(index + 2, lanes.indexOf(box.slot, 1));
    return `  ${from} -> ${to} [color="#2b4c7e", penwidth=1.4, weight=0];`;
  });
}

/** From the last box to the one that a cycle begins with. */
function arrowBack(
  lanes: readonly string[],
  boxes: readonly Box[],
  knot: number,
  fails: string | undefined,
): string {
  const first = boxes.findIndex((box) => box.first === knot + 1);
  const place = (index: number) => node(index + 1, lanes.indexOf(boxes[index]?.slot ?? '', 1));
  const words = ['round and round', ...wrap(fails ?? '', 34).filter((line) => line !== '')];
  const label = words.map(escape).join('\\n');
  return `  ${place(boxes.length - 1)} -> ${place(first)} [color="${red}", fontcolor="${red}", penwidth=2, constraint=false, label="${label}"];`;
}
