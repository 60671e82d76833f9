/**
 * What an operation answered before, by up to three numbers it was given.
 *
 * It forgets: each question has one place, and the last one asked there stays. It grows while it is busy, up to a
 * bound, since a memo that forgets too much makes a search that never ends.
 */
import { spread } from './arena.js';

const CELLS = 4;

export class Memo {
  private cells: Int32Array;
  private mask: number;
  private stored = 0;
  private readonly most: number;

  /** At most `2 ** bits` answers. */
  constructor(bits: number) {
    this.most = 2 ** bits;
    this.mask = Math.min(2 ** 10, this.most) - 1;
    this.cells = new Int32Array(CELLS * (this.mask + 1));
  }

  /** The answer, or -1. No question begins with 0. */
  get(a: number, b: number, c: number): number {
    const at = this.place(a, b, c);
    const { cells } = this;
    return cells[at] === a && cells[at + 1] === b && cells[at + 2] === c ? cells[at + 3]! : -1;
  }

  set(a: number, b: number, c: number, answer: number): number {
    if (++this.stored > this.mask && this.mask + 1 < this.most) this.grow();
    const at = this.place(a, b, c);
    const { cells } = this;
    cells[at] = a;
    cells[at + 1] = b;
    cells[at + 2] = c;
    cells[at + 3] = answer;
    return answer;
  }

  /** Forgets everything. */
  clear(): void {
    this.cells.fill(0);
  }

  private place(a: number, b: number, c: number): number {
    const hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77) ^ Math.imul(c, 0x27d4eb2f);
    return CELLS * (spread(hash) & this.mask);
  }

  private grow(): void {
    const old = this.cells;
    this.mask = Math.min(this.most, 8 * (this.mask + 1)) - 1;
    this.cells = new Int32Array(CELLS * (this.mask + 1));
    for (let at = 0; at < old.length; at += CELLS) {
      if (old[at] === 0) continue;
      const to = this.place(old[at]!, old[at + 1]!, old[at + 2]!);
      this.cells.set(old.subarray(at, at + CELLS), to);
    }
  }
}
