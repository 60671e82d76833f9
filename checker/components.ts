/**
 * Parts of a state that are stored together, as one number: leaves that the same slots touch.
 *
 * The contents a component has had are numbered. This is for storage only and loses nothing: two states are the
 * same if and only if the numbers of their components are. Which leaves go together decides how short a state is,
 * and how many look-ups a walk through a trie takes (`descent.ts`).
 */
import type { StepFootprint } from './footprint.js';
import { Interner } from './interner.js';
import type { Vector } from './schema.js';
import { wander } from './wander.js';

/** A slot counts among those that touch a leaf if it is behind more than this share of its reads and writes. */
const SHARE = 0.12;

export class Components {
  readonly parts: readonly Component[];
  /** The component each leaf belongs to, and its place in there. */
  readonly ofLeaf: Int32Array;
  readonly placeOf: Int32Array;
  /** How often each slot touched each component in the random runs, by slot and component. */
  readonly touches: readonly Float64Array[];

  /** Groups the leaves by what random runs of at most `depth` turns touch. */
  constructor(initial: Vector, slots: readonly StepFootprint[], depth = Infinity) {
    const touches = slots.map(() => new Float64Array(initial.length));
    const samples = wander(initial, slots, depth);
    for (const vector of samples) {
      for (const [slot, footprint] of slots.entries()) {
        const count = (leaf: number) => touches[slot]![leaf]!++;
        footprint.eachTouched(vector, count, count);
      }
    }
    const groups = new Map<string, number[]>();
    for (let leaf = 0; leaf < initial.length; leaf++) {
      const counts = touches.map((each) => each[leaf]!);
      const total = counts.reduce((sum, count) => sum + count, 0);
      const who = counts.flatMap((count, slot) => (count > total * SHARE ? [slot] : []));
      const key = total === 0 ? 'nobody' : who.join();
      groups.set(key, [...(groups.get(key) ?? []), leaf]);
    }
    this.parts = [...groups.values()].map((leaves) => new Component(leaves));
    this.ofLeaf = new Int32Array(initial.length);
    this.placeOf = new Int32Array(initial.length);
    for (const [i, { leaves }] of this.parts.entries()) {
      for (const [place, leaf] of leaves.entries()) {
        this.ofLeaf[leaf] = i;
        this.placeOf[leaf] = place;
      }
    }
    this.touches = touches.map((counts) => {
      const sums = new Float64Array(this.parts.length);
      for (const [leaf, part] of this.ofLeaf.entries()) sums[part]! += counts[leaf]!;
      return sums;
    });
    // The contents met on the way are numbered at once, so that their number is known when fields are laid out; and the
    // most common one first, since the symbolic engine needs no node for content 0.
    for (const part of this.parts) part.number(samples);
  }
}

/** Some leaves, and the contents they have had. */
export class Component {
  readonly leaves: Int32Array;
  private readonly contents: Interner;
  private readonly tuple: Int32Array;

  constructor(leaves: readonly number[]) {
    this.leaves = Int32Array.from(leaves);
    this.contents = new Interner(leaves.length);
    this.tuple = new Int32Array(leaves.length);
  }

  /** How many contents it has had. */
  get count(): number {
    return this.contents.count;
  }

  /** Numbers the contents of some states, the most common one first. */
  number(samples: readonly Vector[]): void {
    const plain = new Component([...this.leaves]);
    const counts: { vector: Vector; count: number }[] = [];
    for (const vector of samples) (counts[plain.intern(vector)] ??= { vector, count: 0 }).count++;
    for (const { vector } of counts.toSorted((a, b) => b.count - a.count)) this.intern(vector);
  }

  /** The number of what these leaves hold in `vector`. */
  intern(vector: Vector): number {
    const { leaves, tuple } = this;
    for (let i = 0; i < leaves.length; i++) tuple[i] = vector[leaves[i]!]!;
    return this.contents.intern(tuple);
  }

  /** What content `id` has at a place. */
  at(id: number, place: number): number {
    return this.contents.at(id, place);
  }

  /** The number of what content `id` becomes when some places are given other values. */
  after(id: number, places: readonly number[], values: readonly number[]): number {
    const { tuple, contents } = this;
    for (let i = 0; i < tuple.length; i++) tuple[i] = contents.at(id, i);
    for (const [i, place] of places.entries()) tuple[place] = values[i]!;
    return contents.intern(tuple);
  }

  /** Puts content `id` into `vector`. */
  load(id: number, vector: Vector): void {
    const { leaves, contents } = this;
    for (let i = 0; i < leaves.length; i++) vector[leaves[i]!] = contents.at(id, i);
  }
}
