/**
 * Rebuilds the runs to violations, all of them in one sweep back over the layers.
 *
 * The search keeps no parents. A violation names a state, a turn and the slot of that turn; the closure of that slot
 * in that turn is made once more, with parents, and leads back to a state of the layer before, and so on.
 */
import type { Sighting } from './causes.js';
import type { IntList, Layers } from './layers.js';
import { turnsOf } from './result.js';
import type { Action } from './result.js';
import { FAILS } from './footprint.js';
import { LIST_HEAD, MOVE_KIND, MOVE_SIZE } from './moves.js';
import type { Space } from './space.js';
import type { Place } from './watch.js';

/** A run that is known from `state` on, which `slot` must reach in turn `turn`, `steps` steps from the start. */
interface Trail {
  state: number;
  slot: number;
  turn: number;
  steps: number;
  /** Last action first. */
  readonly actions: Action[];
}

export async function trailsOf(
  space: Space,
  layers: Layers,
  sightings: readonly Sighting<Place>[],
  breathe: () => Promise<void>,
): Promise<Action[][]> {
  const trails = sightings.map(({ turns, steps, where: { state, slot, end } }): Trail => {
    if (slot < 0) return { state, slot: space.table.lastSlotOf(state), turn: turns, steps, actions: [] };
    return { state, slot, turn: turns, steps: steps - 1, actions: [actionOf(space, slot, end)] };
  });
  for (let turn = Math.max(0, ...trails.map((trail) => trail.turn)); turn > 0; turn--) {
    for (let slot = 0; slot < space.slots.length; slot++) {
      const here = trails.filter((trail) => trail.turn === turn && trail.slot === slot);
      if (here.length > 0) await leadBack(space, layers, here, breathe);
    }
  }
  const paths = trails.map(({ actions }) => actions.toReversed());
  for (const [i, { turns, steps }] of sightings.entries()) assertLength(paths[i]!, turns, steps);
  return paths;
}

/** Takes trails that are in the same turn of the same slot back to the layer before. */
async function leadBack(
  space: Space,
  layers: Layers,
  trails: readonly Trail[],
  breathe: () => Promise<void>,
): Promise<void> {
  const { table } = space;
  const { slot, turn } = trails[0]!;
  const base = layers.startOf(turn - 1);
  const span = layers.startOf(turn + 1) - base;
  /** The state before, less the base and plus one; 0 if not reached, -1 for a state of the layer before. */
  const parents = new Int32Array(span);
  const ends = new Int32Array(span);
  const isReached = () => trails.every(({ state }) => parents[state - base] !== 0);
  const batch = new space.parts.Batch(space);
  const key = new Int32Array(space.keys.words);
  const expand = (state: number) => {
    table.load(state, key);
    const list = space.moves.find(slot, key);
    const { cells } = space.moves;
    // What outgrows its field, and is not added, is no state that was found.
    for (let i = 0, move = list + LIST_HEAD; i < cells[list]!; i++, move += MOVE_SIZE)
      if (cells[move + MOVE_KIND] !== FAILS) batch.add(state, key, move);
  };
  const lookUp = (reached: IntList) => {
    const count = batch.take();
    for (let i = 0; i < count; i++) {
      const next = table.find(batch.words, i * batch.width, batch.hashes[i]!) - base;
      if (next < 0 || parents[next] !== 0) continue;
      parents[next] = batch.from[i]! - base + 1;
      ends[next] = batch.ends[i]!;
      reached.push(next + base);
    }
  };
  // States that this slot was the last to move in were closed for it a turn ago: they cannot begin its turn.
  const enter = (state: number) => {
    if (table.lastSlotOf(state) === slot || parents[state - base] !== 0) return false;
    parents[state - base] = -1;
    return true;
  };
  const visit = async (states: IntList, _depth: number, reached: IntList): Promise<boolean> => {
    if (isReached()) return false;
    for (let at = 0; at < states.length; at++) {
      expand(states.at(at));
      if (batch.isFull) lookUp(reached);
      if ((at & 255) === 0) await breathe();
    }
    lookUp(reached);
    return true;
  };
  await layers.inOrder(visit, enter, turn - 1);

  for (const trail of trails) {
    let state = trail.state;
    for (; parents[state - base]! > 0; state = base + parents[state - base]! - 1) {
      trail.actions.push(actionOf(space, slot, ends[state - base]!));
      trail.steps--;
    }
    if (parents[state - base] !== -1 || trail.steps !== table.stepsOf(state)) {
      throw new Error(`internal error: no run to state ${trail.state} in turn ${turn} of slot ${slot}`);
    }
    trail.state = state;
    trail.slot = table.lastSlotOf(state);
    trail.turn = turn - 1;
  }
}

function actionOf(space: Space, slot: number, end: number): Action {
  return { slot, choices: space.endingOf(slot, end).choices };
}

function assertLength(path: readonly Action[], turns: number, steps: number): void {
  const found = turnsOf(path);
  if (path.length === steps && found === turns) return;
  throw new Error(
    `internal error: a run of ${turns} turns and ${steps} steps came back as one of ${found} and ${path.length}`,
  );
}
