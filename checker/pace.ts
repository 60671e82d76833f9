/** Keeps a search within its limits, and lets the event loop run so that signals and progress are heard. */
import { heapIsFull } from './memory.js';
import type { Limits, Stopped } from './result.js';

const REST_MS = 50;
const MEMORY_MS = 100;
const PROGRESS_MS = 250;

/** How far the search is. */
export interface Standing {
  readonly states: number;
  readonly turns: number | null;
  readonly frontier: number;
}

export class Pace {
  private readonly limits: Limits;
  private readonly start = performance.now();
  private rested = this.start;
  private measured = this.start;
  private told = this.start;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  get seconds(): number {
    return (performance.now() - this.start) / 1000;
  }

  /** Whether it is time to `rest`. */
  isDue(): boolean {
    return performance.now() - this.rested >= REST_MS;
  }

  /** Lets others run; answers why the search must end, if it must. */
  async rest(standing: Standing): Promise<Stopped | undefined> {
    await new Promise((resolve) => setImmediate(resolve));
    const { signal, timeout, maxMemory = Infinity, progress } = this.limits;
    const now = performance.now();
    this.rested = now;
    if (progress !== undefined && now - this.told >= PROGRESS_MS) {
      this.told = now;
      progress({ ...standing, seconds: this.seconds });
    }
    if (signal?.aborted) return 'signal';
    if (timeout !== undefined && this.seconds >= timeout) return 'timeout';
    if (now - this.measured >= MEMORY_MS) {
      this.measured = now;
      if (process.memoryUsage.rss() > maxMemory || heapIsFull()) return 'memory';
    }
    return undefined;
  }
}
