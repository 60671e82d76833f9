/**
 * Parts of a state that are stored together: each top-level field, and each element of one that is a table.
 *
 * The contents a component has had are numbered. This is for storage only and loses nothing: two states are the
 * same if and only if the numbers of their components are.
 */
import type { Schema, Shape, Vector } from './schema.js';

export class Components {
  readonly parts: Component[] = [];
  /** The component each leaf belongs to. */
  readonly ofLeaf: Int32Array;

  constructor(schema: Schema) {
    this.ofLeaf = new Int32Array(schema.leaves.length);
    for (const field of schema.root.children.values()) {
      const elements = field.kind === 'node' ? [...field.children.values()] : [];
      const isTable = elements.length > 0 && elements.every((element) => element.kind === 'node');
      for (const shape of isTable ? elements : [field]) this.addPart(shape);
    }
  }

  private addPart(shape: Shape): void {
    const [first, end] = shape.kind === 'leaf' ? [shape.leaf, shape.leaf + 1] : [shape.first, shape.end];
    if (first === end) return;
    this.ofLeaf.fill(this.parts.length, first, end);
    this.parts.push(new Component(first, end));
  }
}

/** The leaves `first` to `end - 1`, and the contents they have had. */
export class Component {
  readonly first: number;
  readonly end: number;
  private count = 0;
  private contents: Uint16Array;
  /** Open addressing; a number plus one, 0 for free. */
  private table = new Int32Array(64);

  constructor(first: number, end: number) {
    this.first = first;
    this.end = end;
    this.contents = new Uint16Array(32 * (end - first));
  }

  /** The number of what the leaves of this component hold in `vector`. */
  intern(vector: Vector): number {
    const { first, end } = this;
    const width = end - first;
    let hash = 0;
    for (let leaf = first; leaf < end; leaf++)
      hash = Math.imul(hash ^ vector[leaf]!, 0x9e3779b1) ^ (hash >>> 13);
    const mask = this.table.length - 1;
    let cell = scatter(hash) & mask;
    for (let held = this.table[cell]!; held !== 0; held = this.table[cell]!) {
      const base = (held - 1) * width;
      let i = 0;
      while (i < width && this.contents[base + i] === vector[first + i]) i++;
      if (i === width) return held - 1;
      cell = (cell + 1) & mask;
    }
    this.append(vector, cell);
    return this.count - 1;
  }

  /** Puts content `id` into `vector`. */
  load(id: number, vector: Vector): void {
    const { first, end, contents } = this;
    for (let from = id * (end - first), leaf = first; leaf < end; from++, leaf++)
      vector[leaf] = contents[from]!;
  }

  private append(vector: Vector, cell: number): void {
    const { first, end, count } = this;
    const width = end - first;
    if ((count + 1) * width > this.contents.length) {
      const larger = new Uint16Array(this.contents.length * 2);
      larger.set(this.contents);
      this.contents = larger;
    }
    for (let i = 0; i < width; i++) this.contents[count * width + i] = vector[first + i]!;
    this.count = count + 1;
    this.table[cell] = this.count;
    if (this.count * 2 > this.table.length) this.rehash();
  }

  private rehash(): void {
    const { first, end, contents } = this;
    const width = end - first;
    const table = new Int32Array(this.table.length * 2);
    const mask = table.length - 1;
    for (let id = 0; id < this.count; id++) {
      let hash = 0;
      for (let i = 0; i < width; i++)
        hash = Math.imul(hash ^ contents[id * width + i]!, 0x9e3779b1) ^ (hash >>> 13);
      let cell = scatter(hash) & mask;
      while (table[cell] !== 0) cell = (cell + 1) & mask;
      table[cell] = id + 1;
    }
    this.table = table;
  }
}

/** Spreads the bits of a hash, so that its low ones are good. */
export function scatter(hash: number): number {
  let spread = hash ^ (hash >>> 16);
  spread = Math.imul(spread, 0x85ebca6b);
  spread ^= spread >>> 13;
  return spread;
}
