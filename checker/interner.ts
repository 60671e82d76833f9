/** Numbers tuples of one width, in the order in which they first come. */

export class Interner {
  count = 0;
  readonly width: number;
  private contents: Int32Array;
  /** Open addressing; a number plus one, 0 for free. */
  private table = new Int32Array(64);

  constructor(width: number) {
    this.width = width;
    this.contents = new Int32Array(16 * Math.max(1, width));
  }

  /** The number of the tuple. */
  intern(tuple: Int32Array): number {
    const { width, contents, table } = this;
    const mask = table.length - 1;
    let cell = hashOf(tuple, 0, width) & mask;
    for (let held = table[cell]!; held !== 0; held = table[cell]!) {
      const base = (held - 1) * width;
      let i = 0;
      while (i < width && contents[base + i] === tuple[i]) i++;
      if (i === width) return held - 1;
      cell = (cell + 1) & mask;
    }
    this.append(tuple, cell);
    return this.count - 1;
  }

  /** Member `i` of tuple `id`. */
  at(id: number, i: number): number {
    return this.contents[id * this.width + i]!;
  }

  private append(tuple: Int32Array, cell: number): void {
    const { width, count } = this;
    if ((count + 1) * width > this.contents.length) {
      const larger = new Int32Array(this.contents.length * 2);
      larger.set(this.contents);
      this.contents = larger;
    }
    for (let i = 0; i < width; i++) this.contents[count * width + i] = tuple[i]!;
    this.count = count + 1;
    this.table[cell] = this.count;
    if (this.count * 2 > this.table.length) this.rehash();
  }

  private rehash(): void {
    const { width, contents } = this;
    const table = new Int32Array(this.table.length * 2);
    const mask = table.length - 1;
    for (let id = 0; id < this.count; id++) {
      let cell = hashOf(contents, id * width, width) & mask;
      while (table[cell] !== 0) cell = (cell + 1) & mask;
      table[cell] = id + 1;
    }
    this.table = table;
  }
}

/** A hash of some numbers, all of whose bits are good. */
export function hashOf(numbers: Int32Array, at: number, width: number): number {
  let hash = 0;
  for (let i = at; i < at + width; i++) {
    hash = Math.imul(hash ^ numbers[i]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
