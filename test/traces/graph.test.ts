import { expect, it } from 'vitest';
import type { System } from '../../model/system.js';
import { formatGraph } from '../../traces/graph.js';
import { renderSvg } from '../../traces/svg.js';

/** Two tasks that count to one each; the second trips over the first. */
const system: System<{ a: number; b: number }> = {
  name: 'two "tasks"',
  initial: { a: 0, b: 0 },
  slots: (['a', 'b'] as const).map((name) => ({
    name,
    kind: 'task',
    step(state, move) {
      move.at('add', 'row 1');
      if (state[name] === 1) move.block();
      if (name === 'b' && state.a === 0) move.fail('a-first', 'b');
      state[name] = 1;
    },
  })),
  properties: [
    { name: 'a-first', kind: 'step', sentence: 'a goes first', witness: 'x' },
    { name: 'unequal', kind: 'finally', sentence: 'they differ', witness: 'x', broken: () => 'both' },
  ],
  steps: [],
  faults: () => [],
};

it('draws every state, the ends with a double frame and failures in words', async () => {
  const dot = formatGraph(system, null);
  expect(dot).toContain('s0 -> s1 [label="a:add"]');
  expect(dot).toContain('s1 -> s2 [label="b:add"]');
  expect(dot).toMatch(/s2 \[label="2\\nnot unequal", peripheries=2/);
  expect(dot).toContain('label="b:add\\nbreaks a-first"');
  expect(await renderSvg(dot)).toContain('</svg>');
});

it('keeps to the bound on turns', () => {
  expect(formatGraph(system, 1)).not.toContain('s2 ');
});
