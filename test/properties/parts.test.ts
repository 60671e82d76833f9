/** A promise in parts says what it says as a whole, in every state of some runs. */
import { expect, test } from 'vitest';
import { choicesOf } from '../../checker/run.js';
import type { State, StateProperty, System } from '../../model/system.js';
import { system } from '../model/ask.js';

const systems: Record<string, System> = {
  'two clones of native': system('native', { clones: 2 }),
  'the proposal': system('qemu-clone-vm', { faults: ['clone-C', 'kill-P', 'term-P'] }),
};

/** The states of random runs, the same ones every time. */
function statesOf(one: System, runs: number): State[] {
  let seed = 7;
  const random = (below: number) => (seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff) % below;
  const states: State[] = [];
  for (let run = 0; run < runs; run++) {
    for (let state: State | undefined = one.initial; state !== undefined;) {
      states.push(state);
      const now: State = state;
      const moves = [...one.slots.keys()].flatMap((slot) => choicesOf(one, now, slot));
      const next = moves.filter(({ failure }) => failure?.ends !== true);
      state = next[random(next.length)]?.state;
    }
  }
  return states;
}

test.each(Object.entries(systems))('in %s', (_, one) => {
  const judges = one.properties.filter(
    (property): property is StateProperty => 'parts' in property && property.parts !== undefined,
  );
  expect(judges.length).toBeGreaterThan(3);
  let broken = 0;
  for (const state of statesOf(one, 40)) {
    for (const judge of judges) {
      const answers = judge.parts!(one.initial).map((part) => part.broken(state));
      const whole = judge.broken(state);
      expect(answers.find((answer) => answer !== '') ?? '', judge.name).toBe(whole);
      if (whole !== '') broken++;
    }
  }
  if (one.name === 'qemu-clone-vm') expect(broken).toBeGreaterThan(0);
});
