/** The simplest run of every cause, found by trying all runs of up to a few steps one by one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explicit } from '../../checker/explicit.js';
import { waitsForEver } from '../../checker/lasso.js';
import { reference } from '../../checker/reference.js';
import type { SearchResult } from '../../checker/result.js';
import { choicesOf, isFinal } from '../../checker/run.js';
import { symbolic } from '../../checker/symbolic/symbolic.js';
import type { State, System } from '../../model/system.js';
import { systemOf, systemSpec } from './language.js';

const STEPS = 5;

/** The fewest turns and steps of each cause, over all runs of at most STEPS steps. */
function simplestOf(system: System): Map<string, [turns: number, steps: number]> {
  const found = new Map<string, [number, number]>();
  const note = (
    property: string,
    label: string,
    object: string,
    state: State,
    turns: number,
    steps: number,
  ) => {
    if (object === '') return;
    const key = JSON.stringify([property, label, object, system.faults(state)]);
    const [t, s] = found.get(key) ?? [Infinity, Infinity];
    if (turns < t || (turns === t && steps < s)) found.set(key, [turns, steps]);
  };
  /** The steps of the run so far, and how many turns it has at each of its states. */
  const run: { slot: string; after: State }[] = [];
  const turnsAt = [0];
  const noteLassos = (): void => {
    for (const one of system.properties) {
      for (let cycle = 0; one.kind === 'eventually' && cycle <= run.length; cycle++) {
        const knot = run.length - cycle;
        const state = knot === 0 ? system.initial : run[knot - 1]!.after;
        const object = waitsForEver(system, one, run, cycle);
        // A run that may end where it could go round is one that ends.
        if (object === '' || (cycle > 0 && isFinal(system, state))) continue;
        note(one.name, cycle === 0 ? one.name : 'cycle', object, state, turnsAt[knot]!, knot);
      }
    }
  };
  const visit = (state: State, last: number, turns: number, steps: number): void => {
    noteLassos();
    if (isFinal(system, state)) {
      for (const one of system.properties)
        if (one.kind === 'finally') note(one.name, one.name, one.broken(state), state, turns, steps);
    }
    if (steps === STEPS) return;
    for (const slot of system.slots.keys()) {
      for (const { failure, label, state: after } of choicesOf(system, state, slot)) {
        const inTurn = slot === last ? turns : turns + 1;
        if (failure !== undefined) note(failure.property, label, failure.object, after, inTurn, steps + 1);
        if (failure?.ends) continue;
        for (const one of system.properties) {
          if (one.kind === 'always' && one.broken(state) === '')
            note(one.name, label, one.broken(after), after, inTurn, steps + 1);
        }
        run.push({ slot: system.slots[slot]!.name, after });
        turnsAt.push(inTurn);
        visit(after, slot, inTurn, steps + 1);
        run.pop();
        turnsAt.pop();
      }
    }
  };
  for (const one of system.properties)
    if (one.kind === 'always') note(one.name, 'initial', one.broken(system.initial), system.initial, 0, 0);
  visit(system.initial, -1, 0, 0);
  return found;
}

test('no run of a few steps is simpler than what the engines find', { timeout: 900_000 }, async () => {
  let compared = 0;
  const property = fc.asyncProperty(systemSpec, async (spec) => {
    const system: System = systemOf({ ...spec, slots: spec.slots.slice(0, 2) });
    const result = await explicit(system, { maxStates: 300 });
    if (result.stopped === 'states') return;
    const brute = simplestOf(system);
    for (const engine of [result, await reference(system), await symbolic(system)])
      compared += compare(engine, brute);
  });
  await fc.assert(property, { numRuns: 80, seed: 7 });
  expect(compared).toBeGreaterThan(50);
});

function compare({ properties }: SearchResult, brute: ReadonlyMap<string, [number, number]>): number {
  let compared = 0;
  for (const { name, counterexamples } of properties) {
    for (const { cause, turns, steps, cycle = 0 } of counterexamples) {
      const best = brute.get(JSON.stringify([name, cause.label, cause.object, cause.faults]));
      // A run of few turns may be too long for brute force, which then knows only runs of more turns, or none.
      if (steps + cycle > STEPS)
        expect(best === undefined || best[0] > turns || (best[0] === turns && best[1] >= steps)).toBe(true);
      else expect([turns, steps]).toEqual(best);
      compared++;
    }
  }
  return compared;
}
