/**
 * The set that is being worked on: closed under one slot or under many, while what is missing of these is learned; laid out
 * anew where it has many nodes; and freed of what nobody needs.
 */
import type { Components } from '../components.js';
import type { StepFootprint } from '../footprint.js';
import type { Vector } from '../schema.js';
import { Ground } from './ground.js';
import type { Learner } from './learner.js';
import { Layout } from './layout.js';
import { nestOf } from './nest.js';
import type { Nest } from './nest.js';
import { orderOf } from './order.js';
import type { Rests } from './rests.js';
import { EMPTY } from './sets.js';
import { Sifting } from './sifting.js';
import { SlotWays } from './ways.js';

/** From when on something is done about sets that are large. */
export interface Sizes {
  /** Cells of sets at which those that nobody needs are thrown away, at the least; a cell takes four bytes. */
  readonly full: number;
  /** Nodes of a set at which a better order of levels is looked for, at the least. */
  readonly crowded: number;
}

/** How many times as many nodes as after the last time there are before a better order is looked for again. */
const GROWN = 4;

export class Work {
  /** Replaced, together with all that depends on the order of levels, when there is a better order. */
  ground!: Ground;
  slots!: readonly SlotWays[];
  set = EMPTY;
  /** Whether nothing is left to learn of the slots, in any state. */
  isLearned = false;
  private readonly footprints: readonly StepFootprint[];
  private readonly initial: Vector;
  private readonly components: Components;
  private readonly rests: Rests;
  private readonly sizes: Sizes;
  private order: Int32Array;
  /** How often the set has changed. */
  private changes = 0;
  private full: number;
  /** How many nodes are many, and the last set of which they were counted. */
  private crowded: number;
  private counted = EMPTY;

  /** `footprints` are those of all slots. */
  constructor(
    footprints: readonly StepFootprint[],
    initial: Vector,
    components: Components,
    rests: Rests,
    sizes: Sizes,
  ) {
    this.footprints = footprints;
    this.initial = initial;
    this.components = components;
    this.rests = rests;
    this.sizes = sizes;
    this.full = sizes.full;
    this.crowded = sizes.crowded;
    this.order = orderOf(components);
    this.lay();
    this.set = this.first;
  }

  /** The set of the initial state. */
  get first(): number {
    return this.ground.single(this.initial);
  }

  /** Closes the set under all slots: the tasks, those that have most in common first, and then what strikes from outside. */
  async closeUnderAll(tasks: readonly number[], environment: readonly number[]): Promise<void> {
    const { components, order, rests } = this;
    const nest = nestOf(components, order);
    for (let seen = -1; seen !== this.changes && rests.stopped === undefined;) {
      if (nest !== undefined) await this.closeNest(nest, tasks);
      seen = this.changes;
      for (const slot of environment) await this.close(slot);
    }
    this.isLearned = rests.stopped === undefined;
  }

  /** Adds all that a slot alone leads to. */
  async close(number: number): Promise<void> {
    const { rests } = this;
    const slot = this.slots[number]!;
    rests.begin();
    for (let learns = true; learns && rests.stopped === undefined;) {
      do {
        const before = this.set;
        this.set = slot.closure.of(before);
        if (this.set !== before) this.changes++;
        await rests.breathe();
        this.collect();
      } while (slot.closure.interrupted && rests.stopped === undefined);
      if (this.isLearned) return;
      await this.study(slot.learner, this.set);
      learns = slot.renew();
    }
    if (rests.stopped === undefined) slot.expanded = this.set;
  }

  /** Learns all there is to learn of the states of a set. */
  async study(learner: Learner, set: number): Promise<void> {
    const { rests } = this;
    while (rests.stopped === undefined && !learner.fill(set, () => rests.isDue())) await rests.breathe();
  }

  private async closeNest(nest: Nest, tasks: readonly number[]): Promise<void> {
    if (typeof nest === 'number') {
      do await this.close(tasks[nest]!);
      while (await this.reorder());
      return;
    }
    for (let seen = -1; seen !== this.changes && this.rests.stopped === undefined;) {
      await this.closeNest(nest[0], tasks);
      seen = this.changes;
      await this.closeNest(nest[1], tasks);
    }
  }

  /** Makes everything that depends on the order of levels. No set is known then. */
  private lay(): void {
    const { rests, footprints } = this;
    this.ground = new Ground(new Layout(this.components, this.order));
    this.slots = footprints.map((one) => new SlotWays(this.ground, one, () => rests.isDue()));
    for (const slot of this.slots) slot.renew();
    this.ground.keepFor({ renumber: (of) => (this.set = of(this.set)) });
    this.counted = EMPTY;
  }

  /**
   * Where the set has many nodes, looks for an order of levels in which it has fewer. Answers whether it did: nobody has looked at
   * the set then, since what is remembered of that is void.
   */
  private async reorder(): Promise<boolean> {
    const { ground, components, order, rests } = this;
    if (this.set === this.counted) return false;
    this.counted = this.set;
    if (ground.sets.nodes(this.set) < this.crowded) return false;
    const sifting = new Sifting(ground.sets, this.set, components.parts.length);
    await sifting.run(() => rests.breathe());
    this.crowded = Math.max(this.sizes.crowded, GROWN * sifting.size);
    this.order = order.map((level) => sifting.order[level]!);
    this.lay();
    this.set = sifting.emit(this.ground.sets);
    this.changes++;
    return true;
  }

  /** Throws away the sets that nobody needs, if there are many. */
  private collect(): void {
    const { ground, sizes } = this;
    if (ground.sets.arena.used < this.full) return;
    ground.collect();
    this.counted = EMPTY;
    this.full = Math.max(sizes.full, 2 * ground.sets.arena.used);
  }
}
