/** Fields of a few bits each. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bitsFor, Packing } from '../../checker/packing.js';

const widths = fc.array(fc.nat(32), { minLength: 1, maxLength: 20 });

describe('a packing', () => {
  test('gives back what was put in, whatever is put beside it', () => {
    const filled = widths.chain((bits) =>
      fc.record({
        bits: fc.constant(bits),
        at: fc.nat(3),
        values: fc.tuple(...bits.map((width) => fc.nat({ max: 2 ** Math.min(width, 31) - 1 }))),
        order: fc.shuffledSubarray([...bits.keys()], { minLength: bits.length }),
      }),
    );
    fc.assert(
      fc.property(filled, ({ bits, at, values, order }) => {
        const packing = new Packing(bits);
        const words = new Int32Array(at + packing.words + 2);
        for (const field of order) packing.set(words, at, field, values[field]!);
        expect(bits.map((_, field) => packing.get(words, at, field))).toEqual(values);
        expect([...words.slice(0, at), ...words.slice(at + packing.words)].every((word) => word === 0)).toBe(
          true,
        );
      }),
    );
  });

  test('lets no two fields share a bit, and none cross a word', () => {
    fc.assert(
      fc.property(widths, (bits) => {
        const { words, word, shift, most } = new Packing(bits);
        const used = Array.from({ length: words }, () => 0n);
        for (const field of bits.keys()) {
          const size = most[field]! < 0 ? 32n : BigInt((most[field]! + 1).toString(2).length - 1);
          expect(size).toBeGreaterThanOrEqual(BigInt(bits[field]!));
          const mask = ((1n << size) - 1n) << BigInt(shift[field]!);
          expect(mask >> 32n).toBe(0n);
          expect(used[word[field]!]! & mask).toBe(0n);
          used[word[field]!]! |= mask;
        }
      }),
    );
  });

  test('gives what is left over to the fields that grow, and says what they hold', () => {
    const packing = new Packing([4, 3, 1], 1);
    expect([0, 1, 2].map((field) => packing.most[field])).toEqual([2 ** 28 - 1, 7, 1]);
    expect(packing.holds(1, 7)).toBe(true);
    expect(packing.holds(1, 8)).toBe(false);
    expect(new Packing([32]).holds(0, 2 ** 31 - 1)).toBe(true);
  });

  test('has a word even for fields of no bits', () => {
    expect(new Packing([0, 0]).words).toBe(1);
    expect(new Packing([0, 0], 0).holds(0, 1)).toBe(false);
  });

  test('gives fields of no bits their share of what is left over, for what had one content may get another', () => {
    expect([...new Packing([29, 0, 0]).most]).toEqual([2 ** 30 - 1, 1, 1]);
  });
});

test('so many bits take the numbers below a count', () => {
  expect([0, 1, 2, 3, 4, 5, 256, 257].map(bitsFor)).toEqual([0, 0, 1, 2, 2, 3, 8, 9]);
});
