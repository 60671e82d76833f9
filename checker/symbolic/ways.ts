/** What is known of a slot: the ways it can go, as rows. It grows as the slot is learned. */
import { BLOCKED, ENDING, FAILS, KIND, WRITES } from '../footprint.js';
import type { Ending, StepFootprint } from '../footprint.js';
import type { Vector } from '../schema.js';
import { Closure } from './closure.js';
import type { Ground, Holder } from './ground.js';
import { Learner } from './learner.js';
import type { Row } from './relations.js';
import { EMPTY } from './sets.js';

/** One way to go; an attempt that is blocked is none. */
export interface Way {
  readonly ending: Ending;
  /** What it asks for. */
  readonly guard: Row;
  /** What it asks for, and what it makes of it. */
  readonly row: Row;
  /** Whether the run goes on. */
  readonly moves: boolean;
}

export class SlotWays implements Holder {
  readonly ways: Way[] = [];
  readonly learner: Learner;
  /** All that this slot alone leads to. */
  readonly closure: Closure;
  /** The states in which the slot was looked at. */
  expanded = EMPTY;
  private readonly ground: Ground;
  private readonly footprint: StepFootprint;
  private known = 0;

  constructor(ground: Ground, footprint: StepFootprint, isDue: () => boolean) {
    this.ground = ground;
    this.footprint = footprint;
    this.closure = new Closure(ground, isDue);
    this.learner = new Learner(ground, footprint);
    ground.keepFor(this);
  }

  renumber(of: (set: number) => number): void {
    this.expanded = of(this.expanded);
  }

  /** The ways on which the run goes on. */
  get moving(): Way[] {
    return this.ways.filter(({ moves }) => moves);
  }

  /** How the ways that the slot can go in a state end, failing ones included, and the states after. */
  endsOf(vector: Vector): { ending: Ending; after: Vector }[] {
    const { footprint } = this;
    const ends = footprint.found.slice(0, footprint.walk(vector));
    return ends.map((end) => ({
      ending: footprint.endings[footprint.cells[end + ENDING]!]!,
      after: footprint.after(vector, end),
    }));
  }

  /** Takes over what the footprint has learned since; answers whether there was anything. */
  renew(): boolean {
    const { footprint, ground, ways, known } = this;
    const { cells, endings } = footprint;
    if (endings.length === known) return false;
    const from = ways.length;
    footprint.visit({
      end: (reads, cell) => {
        const [kind, ending] = [cells[cell + KIND]!, cells[cell + ENDING]!];
        if (ending < known || kind === BLOCKED) return;
        const first = cell + WRITES + 1;
        const writes = [...cells.subarray(first, first + 2 * cells[cell + WRITES]!)];
        ways.push({
          ending: endings[ending]!,
          guard: ground.rowOf(reads),
          row: ground.rowOf(reads, writes),
          moves: kind !== FAILS,
        });
      },
      hole: () => {},
    });
    this.known = endings.length;
    this.closure.extend(
      ways
        .slice(from)
        .filter(({ moves }) => moves)
        .map(({ row }) => row),
    );
    return true;
  }
}
