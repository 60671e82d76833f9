/** Random runs from the initial state, the same ones every time: a first look at a system before it is searched. */
import { FAILS, KIND } from './footprint.js';
import type { StepFootprint } from './footprint.js';
import { Interner } from './interner.js';
import { generator } from './random.js';
import type { Vector } from './schema.js';

/** How many steps all runs have together, how many one has at most, and how many may show no state that is new. */
const ALL_STEPS = 6000;
const STEPS = 300;
const IN_VAIN = 100;
/** A slot that can go on does so but for one time in so many: then few turns go far. */
const STAYS = 8;

/**
 * The distinct states of some random runs of at most `depth` turns: what a bounded search would not run is not run here.
 * All slots have been walked in each, and at least in the initial state.
 */
export function wander(initial: Vector, slots: readonly StepFootprint[], depth: number): Vector[] {
  const random = generator(20201121);
  const states: Vector[] = [];
  const numbers = new Interner(initial.length);
  const tuple = new Int32Array(initial.length);
  let steps = 0;
  while (steps < Math.min(ALL_STEPS, 3 * states.length + IN_VAIN)) {
    let vector = initial;
    let [turns, last] = [0, -1];
    for (const end = steps + STEPS; steps < end && (turns < depth || steps === 0); steps++) {
      const moves = movesOf(vector, slots);
      tuple.set(vector);
      if (numbers.intern(tuple) === states.length) states.push(vector);
      const mine = moves.filter(({ slot }) => slot === last);
      const some = mine.length > 0 && random(STAYS) > 0 ? mine : moves;
      const move = some[random(some.length)];
      if (move === undefined) break;
      if (move.slot !== last) turns++;
      last = move.slot;
      vector = slots[last]!.after(vector, move.end);
    }
    // A run that goes nowhere is a step, too.
    steps++;
  }
  return states;
}

function movesOf(vector: Vector, slots: readonly StepFootprint[]): { slot: number; end: number }[] {
  return slots.flatMap((footprint, slot) => {
    const ends = footprint.found.slice(0, footprint.walk(vector));
    return ends.filter((end) => footprint.cells[end + KIND] !== FAILS).map((end) => ({ slot, end }));
  });
}
