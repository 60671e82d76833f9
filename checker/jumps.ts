/**
 * How slots move one another: a created task is put at its entry, a released one nowhere. What the other slot was at
 * before need not be read by the step that does it, so every state is looked at.
 */
import { FAILS, KIND, WRITES } from './footprint.js';
import { LIST_HEAD, MOVE_END, MOVE_SIZE } from './moves.js';
import type { Space } from './space.js';

/** In some reachable state a step of another slot changes `leaf`, which is the first that a slot looks at. */
export interface Jump {
  readonly leaf: number;
  readonly from: number;
  readonly to: number;
}

/** Each way once. The space is that of an exhausted search. */
export function jumpsOf(space: Space): Jump[] {
  const { table, moves, keys, vector } = space;
  const writers = space.slots.map((_, slot) => foreignWrites(space, slot));
  const movers = writers.flatMap((ends, slot) => (ends.size > 0 ? [slot] : []));
  const found = new Map<string, Jump>();
  const key = new Int32Array(keys.words);
  for (let state = 0; movers.length > 0 && state < table.count; state++) {
    table.load(state, key);
    for (const slot of movers) {
      const list = moves.find(slot, key);
      for (let i = 0; i < moves.cells[list]!; i++) {
        const writes = writers[slot]!.get(moves.cells[list + LIST_HEAD + i * MOVE_SIZE + MOVE_END]!);
        if (writes === undefined) continue;
        space.loadKey(key, 0);
        for (const { leaf, value: to } of writes) {
          const from = vector[leaf]!;
          if (from !== to) found.set(`${leaf} ${from} ${to}`, { leaf, from, to });
        }
      }
    }
  }
  return [...found.values()];
}

/** By the cell of its end, what a step of the slot writes to the first leaves of others. */
function foreignWrites(space: Space, slot: number): Map<number, { leaf: number; value: number }[]> {
  const footprint = space.slots[slot]!;
  const { cells, firstLeaf } = footprint;
  const firsts = new Set(space.slots.map((other) => other.firstLeaf));
  firsts.delete(firstLeaf);
  const found = new Map<number, { leaf: number; value: number }[]>();
  footprint.visit({
    end(_, cell) {
      if (cells[cell + KIND] === FAILS) return;
      const writes: { leaf: number; value: number }[] = [];
      for (let i = 0, at = cell + WRITES + 1; i < cells[cell + WRITES]!; i++, at += 2)
        if (firsts.has(cells[at]!)) writes.push({ leaf: cells[at]!, value: cells[at + 1]! });
      if (writes.length > 0) found.set(cell, writes);
    },
    hole() {},
  });
  return found;
}
