/**
 * Random walks through a system too large to be searched twice: what the explicit engine has learned of each slot is
 * compared with what plain execution does, in every state on the way.
 */
import { isDeepStrictEqual } from 'node:util';
import type { State, System } from '../model/system.js';
import { KIND, MOVES, VIOLATES, WRITES } from './footprint.js';
import { generator } from './random.js';
import { choicesOf } from './run.js';
import { Space } from './space.js';

export interface Walked {
  /** How many (state, slot) were compared. */
  readonly compared: number;
  /** One line for each (state, slot) at which the two differ. */
  readonly disagreements: readonly string[];
}

/** Walks from the initial state until nobody can move, again and again, for at least `enough` comparisons. */
export function compareWalks(system: System, enough: number, seed = 20201121): Walked {
  const space = new Space(system);
  const random = generator(seed);
  const disagreements: string[] = [];
  let compared = 0;
  while (compared < enough) {
    let state: State | undefined = system.initial;
    for (let steps = 0; state !== undefined; steps++) {
      const next: State[] = [];
      for (const [slot, { name }] of system.slots.entries()) {
        const moves = choicesOf(system, state, slot).filter(({ failure }) => failure?.ends !== true);
        const plain = moves.map((move) => move.state);
        if (!isDeepStrictEqual(learned(space, state, slot), plain))
          disagreements.push(
            `${system.name}: what ${name} does after ${steps} steps, comparison ${compared}`,
          );
        next.push(...plain);
        compared++;
      }
      state = next[random(next.length)];
    }
  }
  return { compared, disagreements };
}

/** The states that a slot leads to, by its decision trie alone. */
function learned(space: Space, state: State, slot: number): State[] {
  const { schema } = space;
  const footprint = space.slots[slot]!;
  const vector = new Uint16Array(schema.leaves.length);
  schema.encode(state, vector, 'the sample');
  const count = footprint.walk(vector);
  const { cells } = footprint;
  return footprint.found
    .slice(0, count)
    .filter((end) => cells[end + KIND] === MOVES || cells[end + KIND] === VIOLATES)
    .map((end) => {
      const after = vector.slice();
      for (let i = 0; i < cells[end + WRITES]!; i++)
        after[cells[end + WRITES + 1 + 2 * i]!] = cells[end + WRITES + 2 + 2 * i]!;
      return schema.decode(after);
    });
}
