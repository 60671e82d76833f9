/**
 * All states found so far, numbered in the order of their discovery.
 *
 * A state is a record of a few words: its key, which is the numbers of its components packed tight, and its notes.
 * Records lie in chunks, so that growing copies nothing. The index holds the number of a state and, in the
 * bits left over, some of its hash that its place in the index does not tell; so a record is seldom looked at in vain.
 */
import { hashOf } from './interner.js';
import { ModelError } from './outcome.js';
import { bitsFor, Packing } from './packing.js';

const CHUNK_BITS = 15;
const CHUNK = 1 << CHUNK_BITS;
const IN_CHUNK = CHUNK - 1;
/** The index is at most this full. */
const FULL = 0.8;

/** The bit of a state that says that a task can move there; bit 1 + slot says that it is closed for the slot. */
export const CAN_MOVE = 0;

/** What is noted of a state besides one bit a slot: its standing (`standings.ts`), its steps, who made the last. */
const STANDING = 0;
const STEPS = 1;
const LAST_SLOT = 2;
const FLAGS = 3;

export class StateTable {
  count = 0;
  private readonly slots: number;
  private key: Packing;
  private notes: Packing;
  private stride: number;
  private chunks: Int32Array[] = [];
  private index = new Int32Array(2 ** 12);
  private indexBits = 12;
  private readonly hashes = new Int32Array(1024);
  private mostStanding = 0;
  private mostSteps = 0;
  /** Keeps the reads of `prefetch` from being optimised away. */
  sink = 0;

  constructor(key: Packing, slots: number) {
    if (slots > 255) throw new ModelError(`a system of ${slots} slots is too large: 255 is the most`);
    this.slots = slots;
    this.key = key;
    this.notes = this.notesOf(1, 4);
    this.stride = key.words + this.notes.words;
  }

  /** The words of a key are those from `at` on. */
  hash(words: Int32Array, at: number): number {
    return hashOf(words, at, this.key.words);
  }

  /** Fetches what `find` will look at for each of some hashes, so that the waits for memory overlap. */
  prefetch(hashes: Int32Array, count: number): void {
    const { index, indexBits, chunks, stride } = this;
    const mask = index.length - 1;
    let sink = 0;
    for (let i = 0; i < count; i++) sink ^= index[hashes[i]! & mask]!;
    this.sink = sink;
    for (let i = 0; i < count; i++) {
      const hash = hashes[i]!;
      const held = index[hash & mask]!;
      if (held === 0 || held >>> indexBits !== hash >>> indexBits) continue;
      const state = (held & mask) - 1;
      sink ^= chunks[state >>> CHUNK_BITS]![(state & IN_CHUNK) * stride]!;
    }
    this.sink = sink;
  }

  /** The state with this key, or -1. */
  find(words: Int32Array, at: number, hash: number): number {
    const { index, indexBits, chunks, stride } = this;
    const width = this.key.words;
    const mask = index.length - 1;
    const rest = hash >>> indexBits;
    for (let cell = hash & mask; ; cell = (cell + 1) & mask) {
      const held = index[cell]!;
      if (held === 0) return -1;
      if (held >>> indexBits !== rest) continue;
      const state = (held & mask) - 1;
      const chunk = chunks[state >>> CHUNK_BITS]!;
      const base = (state & IN_CHUNK) * stride;
      let i = 0;
      while (i < width && chunk[base + i] === words[at + i]) i++;
      if (i === width) return state;
    }
  }

  /** Adds a state that is not there yet. Throws a RangeError, and is as it was, if there is no memory. */
  insert(
    words: Int32Array,
    at: number,
    hash: number,
    standing: number,
    steps: number,
    lastSlot: number,
  ): number {
    this.makeRoom(standing, steps);
    const state = this.count;
    if ((state & IN_CHUNK) === 0 && state >>> CHUNK_BITS === this.chunks.length)
      this.chunks.push(new Int32Array(CHUNK * this.stride));
    if (state + 1 > this.index.length * FULL) this.grow();
    const chunk = this.chunks[state >>> CHUNK_BITS]!;
    const base = (state & IN_CHUNK) * this.stride;
    const width = this.key.words;
    for (let i = 0; i < width; i++) chunk[base + i] = words[at + i]!;
    this.notes.set(chunk, base + width, STANDING, standing);
    this.notes.set(chunk, base + width, STEPS, steps);
    this.notes.set(chunk, base + width, LAST_SLOT, lastSlot + 1);
    this.count = state + 1;
    this.place(hash, state);
    return state;
  }

  /** Copies the key of a state to `words`. */
  load(state: number, words: Int32Array): void {
    const chunk = this.chunks[state >>> CHUNK_BITS]!;
    const base = (state & IN_CHUNK) * this.stride;
    for (let i = 0; i < words.length; i++) words[i] = chunk[base + i]!;
  }

  standingOf(state: number): number {
    return this.note(state, STANDING);
  }

  stepsOf(state: number): number {
    return this.note(state, STEPS);
  }

  /** The slot that made the last step, or -1. */
  lastSlotOf(state: number): number {
    return this.note(state, LAST_SLOT) - 1;
  }

  /** Takes note of a run to a known state, if it has fewer steps. */
  shorten(state: number, steps: number, lastSlot: number): void {
    if (steps >= this.stepsOf(state)) return;
    const chunk = this.chunks[state >>> CHUNK_BITS]!;
    const at = (state & IN_CHUNK) * this.stride + this.key.words;
    this.notes.set(chunk, at, STEPS, steps);
    this.notes.set(chunk, at, LAST_SLOT, lastSlot + 1);
  }

  /** Whether bit `bit` of the state is set; 0 to the number of slots. */
  has(state: number, bit: number): boolean {
    return this.note(state, FLAGS + bit) !== 0;
  }

  set(state: number, bit: number): void {
    const { notes, key, stride } = this;
    const chunk = this.chunks[state >>> CHUNK_BITS]!;
    chunk[(state & IN_CHUNK) * stride + key.words + notes.word[FLAGS + bit]!]! |=
      1 << notes.shift[FLAGS + bit]!;
  }

  /** Lays all keys out anew. */
  repack(key: Packing): void {
    this.rewrite(key, this.notes);
    this.reindex(this.index.length);
  }

  private note(state: number, field: number): number {
    const at = (state & IN_CHUNK) * this.stride + this.key.words;
    return this.notes.get(this.chunks[state >>> CHUNK_BITS]!, at, field);
  }

  private makeRoom(standing: number, steps: number): void {
    if (standing > this.mostStanding) this.mostStanding = standing;
    if (steps > this.mostSteps) this.mostSteps = steps;
    if (this.notes.holds(STANDING, standing) && this.notes.holds(STEPS, steps)) return;
    const notes = this.notesOf(bitsFor(2 * this.mostStanding + 1), bitsFor(2 * this.mostSteps + 1));
    this.rewrite(this.key, notes);
  }

  private notesOf(standingBits: number, stepBits: number): Packing {
    const flags = Array.from({ length: this.slots + 1 }, () => 1);
    return new Packing([standingBits, stepBits, bitsFor(this.slots + 1), ...flags], 2);
  }

  private rewrite(key: Packing, notes: Packing): void {
    const stride = key.words + notes.words;
    // All memory is asked for first: if there is not enough, nothing has changed. Records of the same length need none.
    const same = stride === this.stride;
    const chunks = same ? this.chunks : this.chunks.map(() => new Int32Array(CHUNK * stride));
    const record = new Int32Array(stride);
    for (const [i, chunk] of chunks.entries()) {
      const old = this.chunks[i]!;
      const end = Math.min(CHUNK, this.count - i * CHUNK);
      for (let at = 0, from = 0, to = 0; at < end; at++, from += this.stride, to += stride) {
        for (let word = 0; word < stride; word++) record[word] = 0;
        this.key.copyTo(key, old, from, record, 0);
        this.notes.copyTo(notes, old, from + this.key.words, record, key.words);
        for (let word = 0; word < stride; word++) chunk[to + word] = record[word]!;
      }
      this.chunks[i] = chunk;
    }
    [this.key, this.notes, this.stride] = [key, notes, stride];
  }

  private grow(): void {
    // While it is small, memory matters less than doing this seldom.
    this.reindex(this.index.length * (this.index.length < 2 ** 20 ? 4 : 2));
  }

  private reindex(size: number): void {
    if (size === this.index.length) this.index.fill(0);
    else this.index = new Int32Array(size);
    this.indexBits = Math.log2(size);
    const { chunks, stride, count, hashes } = this;
    for (let from = 0; from < count; from += hashes.length) {
      const many = Math.min(hashes.length, count - from);
      const chunk = chunks[from >>> CHUNK_BITS]!;
      for (let i = 0; i < many; i++) hashes[i] = this.hash(chunk, ((from & IN_CHUNK) + i) * stride);
      this.prefetch(hashes, many);
      for (let i = 0; i < many; i++) this.place(hashes[i]!, from + i);
    }
  }

  private place(hash: number, state: number): void {
    const { index, indexBits } = this;
    const mask = index.length - 1;
    let cell = hash & mask;
    while (index[cell] !== 0) cell = (cell + 1) & mask;
    index[cell] = ((hash >>> indexBits) << indexBits) | (state + 1);
  }
}
