/** Small helpers for tests that play a litmus text by hand. */
import { apply } from '../../../checker/run.js';
import { litmusSystem, parseLitmus, type Litmus } from '../../../model/litmus/index.js';
import type { State, System } from '../../../model/system.js';

/** A litmus test around a program, with the lines nobody asks about here filled in. */
export function litmusOf(...lines: readonly string[]): Litmus {
  const has = (key: string) => lines.some((line) => line.startsWith(`${key}:`));
  const rest = {
    rules: 'X-1',
    question: 'Does it?',
    exists: `${names(lines)[0]}.state = done`,
    expect: 'Always',
    because: 'So it is.',
    source: 'nowhere, 6.18',
  };
  const missing = Object.entries(rest)
    .filter(([key]) => !has(key))
    .map(([key, value]) => `${key}: ${value}`);
  return parseLitmus('test.litmus', [...lines, '', ...missing].join('\n'));
}

function names(lines: readonly string[]): string[] {
  const head = lines.find((line) => /^[A-Z]\w*( +\||$)/.test(line)) ?? 'P';
  return head.split('|').map((name) => name.trim());
}

export function systemOf(...lines: readonly string[]): System {
  return litmusSystem(litmusOf(...lines));
}

/** Lets tasks move, one step for each name, and gives the labels of their steps and the state they leave. */
export function walk(system: System, who: readonly string[], from: State = system.initial) {
  let state = from;
  const labels = who.map((name) => {
    const slot = system.slots.findIndex((one) => one.name === name);
    const applied = apply(system, state, { slot, choices: [] });
    if (applied.blocked) throw new Error(`${name} is blocked`);
    state = applied.state;
    return applied.label;
  });
  return { labels, state };
}

/** Lets one task move until it cannot. */
export function run(system: System, who: string, from: State = system.initial) {
  let state = from;
  const labels: string[] = [];
  const slot = system.slots.findIndex((one) => one.name === who);
  for (;;) {
    const applied = apply(system, state, { slot, choices: [] });
    if (applied.blocked) return { labels, state };
    labels.push(applied.label);
    state = applied.state;
  }
}
