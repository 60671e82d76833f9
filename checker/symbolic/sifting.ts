/**
 * An order of levels in which a set has fewer nodes: by sifting (Rudell, ICCAD 1993). One level after the other is moved
 * through all places, past one neighbour at a time, and stays where the nodes are fewest.
 */
import { Movable } from './movable.js';
import type { Sets } from './sets.js';

/** A level is moved no farther once there are more nodes than so many times the fewest. */
const GROWTH = 1.2;

export class Sifting {
  private readonly diagram: Movable;

  /** `set` has a state; it is left as it is. */
  constructor(sets: Sets, set: number, levels: number) {
    this.diagram = new Movable(sets, set, levels);
  }

  /** How many nodes there are. */
  get size(): number {
    return this.diagram.size;
  }

  /** Moves each level to its best place, the one with most nodes first, and calls `breathe` in between, until that says no. */
  async run(breathe: () => Promise<boolean>): Promise<void> {
    const { parts, sizes } = this.diagram;
    const levels = [...parts].toSorted((a, b) => sizes[b]! - sizes[a]!);
    for (const level of levels) {
      this.place(parts.indexOf(level));
      if (!(await breathe())) return;
    }
  }

  /** The level now of each that was. */
  get order(): Int32Array {
    const { parts } = this.diagram;
    const order = new Int32Array(parts.length);
    for (const [level, part] of parts.entries()) order[part] = level;
    return order;
  }

  /** The same set in the order found, in other sets. */
  emit(sets: Sets): number {
    return this.diagram.emit(sets);
  }

  /** Moves the level at `from` through all places and to the best: first to the end that is nearer. */
  private place(from: number): void {
    const last = this.diagram.parts.length - 1;
    let [at, best, fewest] = [from, from, this.size];
    const walk = (to: number) => {
      while (at !== to && this.size <= GROWTH * fewest) {
        at = this.move(at, to);
        if (this.size < fewest) [best, fewest] = [at, this.size];
      }
    };
    const ends = from > last / 2 ? [last, 0] : [0, last];
    for (const end of ends) {
      walk(end);
      // Back to where it is known to be no worse, before it is moved the other way.
      while (at !== best) at = this.move(at, best);
    }
  }

  /** Moves a level past its neighbour on the way; answers where it is then. */
  private move(at: number, to: number): number {
    this.diagram.swap(to > at ? at : at - 1);
    return to > at ? at + 1 : at - 1;
  }
}
