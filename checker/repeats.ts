/**
 * Whether a step is pure: each path is run a second time, on a plain state, and some once more when all is over. It must do
 * the same each time.
 */
import type { Slot } from '../model/system.js';
import { attempt, ModelError } from './outcome.js';
import type { Outcome } from './outcome.js';
import type { Schema, Vector } from './schema.js';

/** So many paths of each slot are run once more when all is over. */
const SAMPLES = 64;

/** A path as it was when it was new: the state before it, what it came to, and the state after it. */
export interface Path {
  readonly vector: Vector;
  readonly outcome: Outcome;
  readonly after: Vector;
}

export class Repeats {
  private readonly schema: Schema;
  private readonly slot: Slot;
  private readonly sample: Path[] = [];

  constructor(schema: Schema, slot: Slot) {
    this.schema = schema;
    this.slot = slot;
  }

  /** Runs a new path again. */
  ofNew(path: Path): void {
    this.repeat(path);
    if (this.sample.length < SAMPLES) this.sample.push(path);
  }

  /** Runs some paths once more. */
  samples(): void {
    for (const path of this.sample) this.repeat(path);
  }

  private repeat({ vector, outcome, after }: Path): void {
    const { schema, slot } = this;
    const plain = schema.decode(vector);
    let name = () => `step ${slot.name}`;
    const body = (move: Parameters<Slot['step']>[1], here: () => string) => {
      name = here;
      slot.step(plain, move);
    };
    const second = attempt({ slot: slot.name, choices: outcome.choices, body });
    const same = JSON.stringify(outcome) === JSON.stringify(second) && schema.holds(plain, after);
    if (!same) throw impure(name());
  }
}

export function impure(name: string): ModelError {
  return new ModelError(`${name} is not a pure function of the state it reads: run twice, it did two things`);
}
