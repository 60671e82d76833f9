/** Numbers that look random and are the same every time. */

/** A linear congruential generator of 31 bits: each call gives a whole number from 0 to below - 1, and 0 for none. */
export function generator(seed: number): (below: number) => number {
  let now = seed;
  return (below) => {
    now = (Math.imul(now, 1103515245) + 12345) & 0x7fffffff;
    return below === 0 ? 0 : (now >>> 8) % below;
  };
}
