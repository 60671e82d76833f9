/** When to rest from work on sets, so that limits and signals are heard; and whether the search must end. */
import { isOutOfMemory } from '../memory.js';
import type { Pace, Standing } from '../pace.js';
import type { Stopped } from '../result.js';

/** What a rest interrupts is done again in part, so the longer a slot takes, the longer it is left alone. */
const SHARE = 0.1;

export class Rests {
  /** Why the search must end, if it must. */
  stopped: Stopped | undefined;
  private readonly pace: Pace;
  private readonly work: number;
  private readonly standing: () => Omit<Standing, 'frontier'>;
  private since = performance.now();
  private rested = this.since;

  /** At least `work` milliseconds are between two rests. `standing` tells how far the search is. */
  constructor(pace: Pace, work: number, standing: () => Omit<Standing, 'frontier'>) {
    this.pace = pace;
    this.work = work;
    this.standing = standing;
  }

  /** Something begins that is to be left alone for longer, the longer it takes. */
  begin(): void {
    this.since = performance.now();
  }

  isDue(): boolean {
    const patience = Math.max(this.work, SHARE * (this.rested - this.since));
    return performance.now() - this.rested > patience;
  }

  /** Rests if it is time to; answers whether to go on. */
  async breathe(): Promise<boolean> {
    if (this.isDue()) {
      this.stopped ??= await this.pace.rest({ ...this.standing(), frontier: 0 });
      this.rested = performance.now();
    }
    return this.stopped === undefined;
  }

  /** What some work comes to; or nothing, if there is no memory for it. */
  async orShort<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      this.stopped = 'memory';
      return undefined;
    }
  }
}
