/** States as vectors: what has a place in a state, and what is refused. */
import { expect, test } from 'vitest';
import { MOST_VALUES, Schema } from '../../checker/schema.js';
import { explicit } from '../../checker/explicit.js';
import { countTo, toy } from './toy.js';

const initial = {
  task: { T: { pc: 'start', tid: 7 } },
  queue: [],
  words: [{ value: 0 }, { value: 1 }],
  on: true,
};

test('a state survives being encoded and decoded', () => {
  const schema = new Schema(initial);
  const state = { ...initial, task: { T: { pc: 'end', tid: 8 } }, queue: ['a', 1, false], on: false };
  const vector = new Uint16Array(schema.leaves.length);
  schema.encode(state, vector, 'the test');
  expect(schema.decode(vector)).toEqual(state);
});

test('a list of primitives is one leaf, also an empty one, and a decoded one belongs to the caller', () => {
  const schema = new Schema(initial);
  expect(schema.leaves.map(({ path }) => path)).toEqual([
    'task.T.pc',
    'task.T.tid',
    'queue',
    'words.0.value',
    'words.1.value',
    'on',
  ]);
  const vector = new Uint16Array(schema.leaves.length);
  const mine = schema.decode(vector)['queue'];
  if (Array.isArray(mine)) mine.push('mine');
  expect(mine).toEqual(['mine']);
  expect(schema.decode(vector)['queue']).toEqual([]);
});

test.each([
  [
    'null',
    { a: { b: null } },
    'the initial state puts null at a.b: a leaf is a string, a number or a boolean',
  ],
  ['undefined', { a: undefined }, 'puts undefined at a'],
  ['a function', { a: () => 1 }, 'puts a function at a'],
  ['a Map', { a: { b: new Map() } }, 'puts a Map at a.b: a state is plain data'],
  ['a Set', { a: new Set() }, 'puts a Set at a'],
  ['a Date', { a: new Date() }, 'puts a Date at a'],
  ['an instance of a class', { a: new AbortController() }, 'puts a AbortController at a'],
  ['NaN', { a: Number.NaN }, 'puts NaN at a: a number must be finite'],
  ['infinity in a list', { a: [1, Infinity] }, 'puts Infinity at a.1'],
  ['a list of objects and primitives', { a: [1, { b: 2 }] }, 'puts an object at a.1'],
])('%s has no place in a state', (_, state, message) => {
  expect(() => new Schema(state)).toThrow(message);
});

test('minus zero is zero', () => {
  const schema = new Schema({ a: 0 });
  expect(schema.intern(0, -0, 'the test')).toBe(0);
});

test('1, "1", true and [1] are different values', () => {
  const schema = new Schema({ a: 1, b: [1] });
  const [one, text, yes] = [1, '1', true].map((value) => schema.intern(0, value, 'the test'));
  expect(new Set([one, text, yes]).size).toBe(3);
  expect(schema.intern(1, ['1'], 'the test')).not.toBe(schema.intern(1, [1], 'the test'));
});

test('a leaf that grows without bound is refused, naming leaf and step', async () => {
  const system = toy({ n: 0 }, { T: countTo(Infinity, 'n') });
  await expect(explicit(system)).rejects.toThrow(
    `leaf n left its finite domain: step T:count-n gives it value number ${MOST_VALUES + 1}`,
  );
});

test('a queue that grows without bound is refused, naming leaf and step', async () => {
  const system = toy(
    { queue: [] },
    {
      T: (s, move) => {
        move.at('push', 'row 1');
        s.queue.push(1);
      },
    },
  );
  await expect(explicit(system)).rejects.toThrow(
    `leaf queue left its finite domain: step T:push gives it value number ${MOST_VALUES + 1}`,
  );
});
