/**
 * The state graph as a picture, for systems small enough to look at. Every state is a node; every step an edge with the
 * slot and the label of the step. States where no task can move have a double frame; a failing step leads to a cross.
 */

import type { Failure } from '../checker/outcome.js';
import { choicesOf, isFinal } from '../checker/run.js';
import type { State, System } from '../model/system.js';
import { escape } from './dot.js';

/** Nobody can read more. */
export const mostStates = 500;

/** Draws all states within the bound on turns. The caller has made sure that there are at most `mostStates`. */
export function formatGraph(system: System, depth: number | null): string {
  const { states, edges, ends } = explore(system, depth ?? Infinity);
  const lines = [
    'digraph states {',
    `  graph [labelloc=t, fontname="Helvetica", fontsize=14, label="${escape(`${system.name}: ${states.length} states`)}"];`,
    '  node [fontname="Helvetica", fontsize=10, shape=circle, width=0.3, margin="0.03,0.03"];',
    '  edge [fontname="Helvetica", fontsize=8, arrowsize=0.6, color="#5f6b7a"];',
    ...states.map((state, index) => `  s${index} [${look(system, state, index, ends.has(index))}];`),
    ...edges.map((edge, index) => edgeLine(edge, index)),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

interface Edge {
  readonly from: number;
  /** Absent where the step ends the run. */
  readonly to?: number;
  readonly label: string;
  readonly failure?: Failure | undefined;
}

interface Graph {
  readonly states: State[];
  readonly edges: Edge[];
  /** States in which no task can move. */
  readonly ends: Set<number>;
}

/** Breadth first by turns: a further step of the slot that moved last costs no turn. */
function explore(system: System, depth: number): Graph {
  const graph: Graph = { states: [], edges: [], ends: new Set() };
  const numbers = new Map<string, number>();
  const walked = new Set<string>();
  const number = (state: State): number => {
    const key = JSON.stringify(state);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const fresh = graph.states.push(state) - 1;
    numbers.set(key, fresh);
    if (isFinal(system, state)) graph.ends.add(fresh);
    return fresh;
  };
  const slots = system.slots.map((_slot, index) => index);
  const initial = number(system.initial);
  let level = slots.map((slot) => ({ state: initial, slot }));
  for (let turn = 1; turn <= depth && level.length > 0; turn++) {
    const next: typeof level = [];
    // The level grows while it is walked, by what the same slot reaches without handing over.
    for (const { state, slot } of level) {
      if (walked.has(`${state} ${slot}`)) continue;
      walked.add(`${state} ${slot}`);
      for (const { label, failure, state: after } of choicesOf(system, graph.states[state]!, slot)) {
        const edge = { from: state, label: `${system.slots[slot]?.name}:${label}`, failure };
        if (failure?.ends) {
          graph.edges.push(edge);
          continue;
        }
        const to = number(after);
        graph.edges.push({ ...edge, to });
        level.push({ state: to, slot });
        next.push(...slots.filter((other) => other !== slot).map((other) => ({ state: to, slot: other })));
      }
    }
    level = next;
  }
  return graph;
}

function look(system: System, state: State, index: number, isEnd: boolean): string {
  const broken = system.properties.filter(
    (property) =>
      property.kind !== 'step' && (property.kind === 'always' || isEnd) && property.broken(state) !== '',
  );
  const label = [String(index), ...broken.map(({ name }) => `not ${name}`)].map(escape).join('\\n');
  const shape = isEnd ? ', peripheries=2' : '';
  const tone = broken.length > 0 ? `, shape=box, color="${red}", fontcolor="${red}", penwidth=2` : '';
  const start = index === 0 ? ', style=filled, fillcolor="#e8edf3"' : '';
  return `label="${label}"${shape}${tone}${start}`;
}

function edgeLine({ from, to, label, failure }: Edge, index: number): string {
  const words = failure === undefined ? label : `${label}\nbreaks ${failure.property}`;
  const text = words.split('\n').map(escape).join('\\n');
  const tone = failure === undefined ? '' : `, color="${red}", fontcolor="${red}"`;
  if (to !== undefined) return `  s${from} -> s${to} [label="${text}"${tone}];`;
  return `  x${index} [shape=plaintext, label="X", fontcolor="${red}"]; s${from} -> x${index} [label="${text}"${tone}];`;
}

const red = '#b00020';
