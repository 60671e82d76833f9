/**
 * Records of whole numbers, each kept once: the same content always has the same number.
 *
 * A record is `[head, ...entries]`, where the head holds a level (or a rank) and the number of entries, and an entry is `stride`
 * numbers. Its number is the cell it begins at, so a record that names others is always younger than they are.
 */
import { TooLarge } from '../memory.js';

/** The level of what has none: below every other. */
export const BOTTOM = 2 ** 12 - 1;
const MOST_CELLS = 2 ** 31 - 1;

export class Arena {
  cells = new Int32Array(1024);
  /** Entries of records in the making. Whoever pushes takes back what it pushed, in the opposite order. */
  scratch = new Int32Array(1024);
  top = 0;
  /** Cells in use. */
  used: number;
  private readonly stride: number;
  private readonly reserved: number;
  private readonly countBits: number;
  private readonly mostEntries: number;
  private records = 0;
  /** Open addressing; 0 for free. */
  private table = new Int32Array(512);

  /**
   * The numbers below `reserved` are not records: their level is BOTTOM. A head has `countBits` bits for the number of
   * entries, and what is left of 32 for the level.
   */
  constructor(stride: number, reserved: number, countBits: number) {
    this.stride = stride;
    this.reserved = reserved;
    this.countBits = countBits;
    this.mostEntries = 2 ** countBits - 1;
    this.used = reserved;
    this.cells.fill(BOTTOM << countBits, 0, reserved);
  }

  levelOf(record: number): number {
    return this.cells[record]! >>> this.countBits;
  }

  countOf(record: number): number {
    return this.cells[record]! & this.mostEntries;
  }

  /** The cell after the last of the record. */
  endOf(record: number): number {
    return record + 1 + this.countOf(record) * this.stride;
  }

  /** The record whose entries are those on the scratch from `base` on, which are taken off. */
  intern(level: number, base: number): number {
    const { scratch, table } = this;
    const size = this.top - base;
    this.top = base;
    const count = size / this.stride;
    if (count > this.mostEntries) throw new TooLarge(`a set branches in ${count} ways at one level`);
    const head = (level << this.countBits) | count;
    let hash = head;
    for (let i = base; i < base + size; i++) hash = mix(hash, scratch[i]!);
    const mask = table.length - 1;
    for (let cell = spread(hash) & mask; ; cell = (cell + 1) & mask) {
      const held = table[cell]!;
      if (held === 0) return this.append(head, base, size, cell);
      if (this.cells[held] !== head) continue;
      let i = 0;
      while (i < size && this.cells[held + 1 + i] === scratch[base + i]) i++;
      if (i === size) return held;
    }
  }

  /** Makes room for `more` numbers on the scratch. */
  reserve(more: number): void {
    if (this.top + more > this.scratch.length)
      this.scratch = grown(this.scratch, Math.max(2 * this.scratch.length, this.top + more));
  }

  private append(head: number, base: number, size: number, cell: number): number {
    const at = this.used;
    if (at + size + 1 > MOST_CELLS) throw new TooLarge('the sets take more cells than can be numbered');
    if (at + size + 1 > this.cells.length)
      this.cells = grown(this.cells, Math.max(2 * this.cells.length, at + size + 1));
    const { cells, scratch } = this;
    cells[at] = head;
    for (let i = 0; i < size; i++) cells[at + 1 + i] = scratch[base + i]!;
    this.used = at + size + 1;
    this.table[cell] = at;
    if (++this.records * 2 > this.table.length) this.rehash(2 * this.table.length);
    return at;
  }

  private rehash(length: number): void {
    const { cells } = this;
    const table = new Int32Array(length);
    const mask = length - 1;
    this.records = 0;
    let record = this.reserved;
    for (let end = record; record < this.used; record = end) {
      end = this.endOf(record);
      let hash = cells[record]!;
      for (let at = record + 1; at < end; at++) hash = mix(hash, cells[at]!);
      let cell = spread(hash) & mask;
      while (table[cell] !== 0) cell = (cell + 1) & mask;
      table[cell] = record;
      this.records++;
    }
    this.table = table;
  }
}

/** Takes a number more into a hash. */
export function mix(hash: number, next: number): number {
  return Math.imul(hash ^ next, 0x9e3779b1) ^ (hash >>> 15);
}

/** Spreads the bits of a hash, so that its low ones are good. */
export function spread(hash: number): number {
  let bits = hash ^ (hash >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  return (bits ^ (bits >>> 13)) >>> 0;
}

/** A longer array that begins the same. */
export function grown(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}
