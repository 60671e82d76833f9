/** Small random numbers that a seed decides, so that a walk can be taken again. */

export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** 0 .. n-1; mulberry32, which is good enough to pick calls. */
  below(n: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  }

  pick<T>(things: readonly T[]): T {
    return things[this.below(things.length)]!;
  }

  /** True once in n times. */
  once(n: number): boolean {
    return this.below(n) === 0;
  }
}
