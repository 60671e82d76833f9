/**
 * What steps change, of what they write: a step may well write what is there already. What it changes is not told by
 * what it reads, so every reachable state is looked at.
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

export interface Changes {
  /** For each slot and cell of an end the leaves that the step changes in some state. */
  readonly changed: readonly ReadonlyMap<number, ReadonlySet<number>>[];
  /** How slots move one another: a created task is put at its entry. Each way once. */
  readonly jumps: readonly Jump[];
}

/** A leaf that a step writes; it is looked at until it is known what it can be before. */
interface Write {
  readonly leaf: number;
  readonly to: number;
  readonly isJump: boolean;
}

/** The space is that of an exhausted search. */
export function changesOf(space: Space): Changes {
  const { table, moves, keys, vector } = space;
  const open = space.slots.map((_, slot) => writesOf(space, slot));
  const changed = space.slots.map(() => new Map<number, Set<number>>());
  const jumps = new Map<string, Jump>();
  const key = new Int32Array(keys.words);
  for (let state = 0; state < table.count; state++) {
    table.load(state, key);
    space.loadKey(key, 0);
    for (const [slot, writes] of open.entries()) {
      const list = moves.find(slot, key);
      for (let i = 0; i < moves.cells[list]!; i++) {
        const end = moves.cells[list + LIST_HEAD + i * MOVE_SIZE + MOVE_END]!;
        const here = writes.get(end);
        if (here === undefined) continue;
        const seen = here.filter(({ leaf, to }) => vector[leaf] !== to);
        if (seen.length === 0) continue;
        for (const { leaf, to, isJump } of seen) {
          changed[slot]!.set(end, (changed[slot]!.get(end) ?? new Set()).add(leaf));
          const from = vector[leaf]!;
          if (isJump) jumps.set(`${leaf} ${from} ${to}`, { leaf, from, to });
        }
        const left = here.filter((write) => write.isJump || !seen.includes(write));
        if (left.length > 0) writes.set(end, left);
        else writes.delete(end);
      }
    }
  }
  return { changed, jumps: [...jumps.values()] };
}

/** By the cell of its end, what a step of the slot writes. */
function writesOf(space: Space, slot: number): Map<number, readonly Write[]> {
  const footprint = space.slots[slot]!;
  const { cells, firstLeaf } = footprint;
  const firsts = new Set(space.slots.map((other) => other.firstLeaf));
  const found = new Map<number, readonly Write[]>();
  footprint.visit({
    end(_, cell) {
      if (cells[cell + KIND] === FAILS || cells[cell + WRITES] === 0) return;
      const writes = Array.from({ length: cells[cell + WRITES]! }, (__, i) => {
        const at = cell + WRITES + 1 + 2 * i;
        const leaf = cells[at]!;
        return { leaf, to: cells[at + 1]!, isJump: leaf !== firstLeaf && firsts.has(leaf) };
      });
      found.set(cell, writes);
    },
    hole() {},
  });
  return found;
}
