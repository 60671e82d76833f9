/** The table of states, beside a Map of text. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Packing } from '../../checker/packing.js';
import { StateTable } from '../../checker/table.js';

interface Plain {
  standing: number;
  steps: number;
  lastSlot: number;
  flags: Set<number>;
}

const SLOTS = 5;
const keys = fc.array(fc.tuple(fc.nat(60), fc.nat(3), fc.nat(7)), { minLength: 1, maxLength: 300 });

test('finds what was put in and nothing else, keeps its notes, and can be laid out anew', () => {
  let words = 0;
  fc.assert(
    fc.property(keys, fc.nat(2 ** 20), (all, many) => {
      let packing = new Packing([6, 2, 3]);
      const table = new StateTable(packing, SLOTS);
      const plain = new Map<string, Plain>();
      const wordsOf = (key: readonly number[], as = packing) => {
        const packed = new Int32Array(as.words);
        for (const [field, value] of key.entries()) as.set(packed, 0, field, value);
        return packed;
      };
      const check = () => {
        for (const [number, [text, one]] of [...plain].entries()) {
          const packed = wordsOf(JSON.parse(text));
          expect(table.find(packed, 0, table.hash(packed, 0))).toBe(number);
          const loaded = new Int32Array(packing.words);
          table.load(number, loaded);
          expect(loaded).toEqual(packed);
          expect(table.standingOf(number)).toBe(one.standing);
          expect(table.stepsOf(number)).toBe(one.steps);
          expect(table.lastSlotOf(number)).toBe(one.lastSlot);
          for (let bit = 0; bit <= SLOTS; bit++) expect(table.has(number, bit)).toBe(one.flags.has(bit));
        }
        expect(table.count).toBe(plain.size);
      };
      for (const [i, key] of all.entries()) {
        const text = JSON.stringify(key);
        const packed = wordsOf(key);
        const known = plain.get(text);
        const found = table.find(packed, 0, table.hash(packed, 0));
        expect(found >= 0).toBe(known !== undefined);
        const [steps, lastSlot] = [(many + i) % 70, (i % (SLOTS + 1)) - 1];
        if (known === undefined) {
          // Notes outgrow their fields now and then.
          const standing = i % 50 === 49 ? many : i % 3;
          table.insert(packed, 0, table.hash(packed, 0), standing, steps, lastSlot);
          plain.set(text, { standing, steps, lastSlot, flags: new Set() });
          continue;
        }
        table.shorten(found, steps, lastSlot);
        if (steps < known.steps) Object.assign(known, { steps, lastSlot });
        table.set(found, i % (SLOTS + 1));
        known.flags.add(i % (SLOTS + 1));
      }
      check();
      // As many words, which need no memory, and more of them.
      for (const next of [new Packing([8, 10, 12]), new Packing([33 - 1, 20, 20])]) {
        table.repack(next);
        packing = next;
        words = next.words;
        check();
      }
    }),
    { numRuns: 60 },
  );
  expect(words).toBe(3);
});

test('holds more states than fit in a chunk, and grows its index', () => {
  const packing = new Packing([32]);
  const table = new StateTable(packing, SLOTS);
  const key = new Int32Array(1);
  const many = 100_000;
  for (let i = 0; i < many; i++) {
    key[0] = Math.imul(i, 0x9e3779b1);
    table.insert(key, 0, table.hash(key, 0), 0, i % 16, -1);
  }
  for (let i = 0; i < many; i += 997) {
    key[0] = Math.imul(i, 0x9e3779b1);
    expect(table.find(key, 0, table.hash(key, 0))).toBe(i);
    expect(table.stepsOf(i)).toBe(i % 16);
  }
  key[0] = Math.imul(many, 0x9e3779b1);
  expect(table.find(key, 0, table.hash(key, 0))).toBe(-1);
});

test('refuses more slots than it has room for', () => {
  expect(() => new StateTable(new Packing([1]), 256)).toThrow(
    'a system of 256 slots is too large: 255 is the most',
  );
});
