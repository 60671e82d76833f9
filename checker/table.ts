/**
 * All states found so far, numbered in the order of their discovery, each a tuple of component numbers.
 *
 * Everything lies in chunks, so that growing copies nothing and no array comes near the limits of one. Beside its
 * tuple each state has its steps, the slot that took the last of them, and one bit a slot.
 */
import { ModelError } from './outcome.js';
import { scatter } from './components.js';

const CHUNK_BITS = 14;
const CHUNK = 1 << CHUNK_BITS;
const IN_CHUNK = CHUNK - 1;

export class StateTable {
  count = 0;
  private readonly width: number;
  private readonly flagBytes: number;
  private readonly tuples: Int32Array[] = [];
  private readonly steps: Uint32Array[] = [];
  private readonly lastSlots: Uint8Array[] = [];
  private readonly flags: Uint8Array[] = [];
  /** Open addressing; pairs of a hash and a state plus one, 0 for free. */
  private index = new Int32Array(2 << 12);

  constructor(width: number, slots: number) {
    if (slots > 255) throw new ModelError(`a system of ${slots} slots is too large: 255 is the most`);
    this.width = width;
    this.flagBytes = (slots + 8) >> 3;
  }

  /** The state with these components, or -1. */
  find(ids: Int32Array, hash: number): number {
    const { index, width } = this;
    const mask = (index.length >> 1) - 1;
    for (let cell = hash & mask; ; cell = (cell + 1) & mask) {
      const state = index[2 * cell + 1]! - 1;
      if (state < 0) return -1;
      if (index[2 * cell] !== hash) continue;
      const chunk = this.tuples[state >>> CHUNK_BITS]!;
      const base = (state & IN_CHUNK) * width;
      let i = 0;
      while (i < width && chunk[base + i] === ids[i]) i++;
      if (i === width) return state;
    }
  }

  /** Adds a state that is not there yet. */
  insert(ids: Int32Array, hash: number, steps: number, lastSlot: number): number {
    const { width, count } = this;
    const [chunk, at] = [count >>> CHUNK_BITS, count & IN_CHUNK];
    if (at === 0) {
      this.tuples.push(new Int32Array(CHUNK * width));
      this.steps.push(new Uint32Array(CHUNK));
      this.lastSlots.push(new Uint8Array(CHUNK));
      this.flags.push(new Uint8Array(CHUNK * this.flagBytes));
    }
    const tuple = this.tuples[chunk]!;
    for (let i = 0; i < width; i++) tuple[at * width + i] = ids[i]!;
    this.steps[chunk]![at] = steps;
    this.lastSlots[chunk]![at] = lastSlot;
    this.count = count + 1;
    if (this.count * 10 > (this.index.length >> 1) * 6) this.grow();
    place(this.index, hash, this.count);
    return count;
  }

  idOf(state: number, component: number): number {
    return this.tuples[state >>> CHUNK_BITS]![(state & IN_CHUNK) * this.width + component]!;
  }

  stepsOf(state: number): number {
    return this.steps[state >>> CHUNK_BITS]![state & IN_CHUNK]!;
  }

  lastSlotOf(state: number): number {
    return this.lastSlots[state >>> CHUNK_BITS]![state & IN_CHUNK]!;
  }

  /** Takes note of a run to a known state, if it has fewer steps. */
  shorten(state: number, steps: number, lastSlot: number): void {
    const [chunk, at] = [state >>> CHUNK_BITS, state & IN_CHUNK];
    if (steps >= this.steps[chunk]![at]!) return;
    this.steps[chunk]![at] = steps;
    this.lastSlots[chunk]![at] = lastSlot;
  }

  /** Whether bit `bit` of the state is set; 0 to the number of slots. */
  has(state: number, bit: number): boolean {
    const byte = (state & IN_CHUNK) * this.flagBytes + (bit >> 3);
    return (this.flags[state >>> CHUNK_BITS]![byte]! & (1 << (bit & 7))) !== 0;
  }

  set(state: number, bit: number): void {
    const byte = (state & IN_CHUNK) * this.flagBytes + (bit >> 3);
    this.flags[state >>> CHUNK_BITS]![byte]! |= 1 << (bit & 7);
  }

  private grow(): void {
    const old = this.index;
    const index = new Int32Array(old.length * 2);
    for (let cell = 0; cell < old.length; cell += 2)
      if (old[cell + 1] !== 0) place(index, old[cell]!, old[cell + 1]!);
    this.index = index;
  }
}

/** What component number `component` contributes to the hash of a state: all contributions, xor-ed. */
export function contribution(component: number, id: number): number {
  return scatter(Math.imul(id + 1, 0x9e3779b1) + Math.imul(component + 1, 0x7feb352d));
}

function place(index: Int32Array, hash: number, held: number): void {
  const mask = (index.length >> 1) - 1;
  let cell = hash & mask;
  while (index[2 * cell + 1] !== 0) cell = (cell + 1) & mask;
  index[2 * cell] = hash;
  index[2 * cell + 1] = held;
}
