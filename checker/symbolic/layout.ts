/**
 * Where leaves have their places in the diagrams: each component is a level, and what stands there is the number of its
 * content. So leaves that change together are one value, and not a chain of nodes.
 */
import type { Component, Components } from '../components.js';
import { ModelError } from '../outcome.js';
import type { Vector } from '../schema.js';
import { BOTTOM } from './arena.js';

export class Layout {
  /** The components, by level. */
  readonly parts: readonly Component[];
  /** The rank of each leaf: by level, and within a level by its place in the component. */
  readonly ranks: Int32Array;
  /** By rank: the level, and the place there. */
  readonly levels: Int32Array;
  readonly places: Int32Array;

  /** `order` has the level of each component. */
  constructor({ parts }: Components, order: Int32Array) {
    this.parts = [...parts.keys()].toSorted((a, b) => order[a]! - order[b]!).map((part) => parts[part]!);
    const leaves = this.parts.reduce((sum, part) => sum + part.leaves.length, 0);
    if (parts.length >= BOTTOM)
      throw new ModelError(`a state of ${parts.length} components is too wide for the symbolic engine`);
    this.ranks = new Int32Array(leaves);
    this.levels = new Int32Array(leaves);
    this.places = new Int32Array(leaves);
    let rank = 0;
    for (const [level, part] of this.parts.entries()) {
      for (const [place, leaf] of part.leaves.entries()) {
        this.ranks[leaf] = rank;
        this.levels[rank] = level;
        this.places[rank++] = place;
      }
    }
  }

  /** The numbers that stand at the levels for a state. */
  contentsOf(vector: Vector): number[] {
    return this.parts.map((part) => part.intern(vector));
  }

  /** Makes `vector` the state for which these numbers stand. */
  load(contents: ArrayLike<number>, vector: Vector): void {
    for (const [level, part] of this.parts.entries()) part.load(contents[level]!, vector);
  }
}
