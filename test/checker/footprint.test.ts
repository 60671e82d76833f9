/** Steps are learned by watching them. Each way of reading and writing that models use does what it does to plain data. */
// oxlint-disable unicorn/no-array-sort -- sorting in place is what is tested
import { expect, test } from 'vitest';
import { differences } from '../../checker/compare.js';
import { explicit } from '../../checker/explicit.js';
import { reference } from '../../checker/reference.js';
import { StepFootprint, WRITES } from '../../checker/footprint.js';
import { Schema } from '../../checker/schema.js';
import { always, countTo, toy } from './toy.js';
import type { Loose, Step } from './toy.js';

const initial = {
  n: 0,
  m: 0,
  phase: 0,
  queue: [3, 1, 2],
  other: [],
  tasks: [
    { st: 'run', tid: 1, pending: [] },
    { st: 'sleep', tid: 2, pending: [9] },
    { st: 'run', tid: 3, pending: [] },
  ],
  word: { a: { x: 1, y: 2 }, b: { x: 3, y: 4 } },
};

/** Runs a way of writing a step against plain data, from several states, and returns what the step learned. */
async function watched(body: (s: Loose, phase: number) => void): Promise<void> {
  const once: Step = (s, move) => {
    move.at('once', 'row 1');
    if (s.phase >= 3) move.block();
    body(s, s.phase);
    s.phase++;
  };
  const system = toy(
    initial,
    { T: once, U: countTo(2, 'm') },
    always('sane', (s) => (s.m < 5 ? '' : 'm')),
  );
  const result = await explicit(system);
  expect(differences(result, await reference(system))).toEqual([]);
  expect(result.exhausted).toBe(true);
}

test.each<[string, (s: Loose, phase: number) => void]>([
  ['own writes are read back', (s) => ((s.n = s.n + 1), (s.m = (s.n + s.m) % 4))],
  ['push', (s) => s.other.push(s.m)],
  ['splice', (s, phase) => s.queue.splice(phase, 1)],
  ['sort', (s) => void s.queue.sort()],
  ['shift and length', (s) => (s.n = (s.queue.shift() ?? 0) + s.queue.length)],
  ['a queue replaced and then pushed to', (s) => ((s.other = [1]), s.other.push(2))],
  [
    'one list in two places',
    (s) => ((s.other = s.queue), s.other.push(4), s.other.splice(0, s.other.length - 2)),
  ],
  ['find', (s) => (s.tasks.find((t: Loose) => t.st === 'sleep')!.tid = 5)],
  [
    'filter and forEach',
    (s) => s.tasks.filter((t: Loose) => t.st === 'run').forEach((t: Loose) => (t.tid = s.m)),
  ],
  [
    'for-of',
    (s) => {
      for (const t of s.tasks) if (t.st === 'run') t.st = 'dead';
    },
  ],
  [
    'some, every and includes',
    (s) =>
      (s.n = Number(
        s.tasks.some((t: Loose) => t.pending.includes(9)) && !s.tasks.every((t: Loose) => t.tid > 1),
      )),
  ],
  ['map and join', (s) => (s.other = [s.tasks.map((t: Loose) => t.tid).join()])],
  ['indexOf by identity', (s) => (s.n = s.tasks.indexOf(s.tasks[2]))],
  ['concat and slice', (s) => (s.n = s.tasks.concat(s.tasks).slice(1, 5).length)],
  [
    'at, length and findLast',
    (s) => (s.n = s.tasks.at(-1).tid + s.tasks.length + s.tasks.findLast((t: Loose) => t.st === 'run').tid),
  ],
  [
    'entries',
    (s) => {
      for (const [i, t] of s.tasks.entries()) t.tid = i + s.m;
    },
  ],
  [
    'destructuring',
    (s) => {
      const [first, { pending }, ...rest] = s.tasks;
      first.tid = rest.length;
      pending.push(s.m);
    },
  ],
  [
    'Object.keys, values and entries',
    (s) =>
      (s.n =
        Object.keys(s.word).length +
        Object.values<Loose>(s.word)[0].x +
        Object.entries<Loose>(s.word)[1]![1].y),
  ],
  [
    'for-in and in',
    (s) => {
      for (const key in s.word) if (key in s.word) s.word[key].x = s.m;
    },
  ],
  ['a subtree replaced', (s) => (s.word.a = { y: s.m, x: 0 })],
  [
    'a subtree replaced and then written to',
    (s) => {
      s.word.a = { x: 0, y: 0 };
      s.word.a.x = s.m;
    },
  ],
  ['a subtree copied', (s) => (s.word.a = { ...s.word.b })],
  [
    'a subtree put in two places',
    (s) => {
      s.word.a = s.word.b;
      s.word.a.x = s.m;
    },
  ],
  ['a subtree with a part changed', (s) => (s.tasks[0] = { ...s.tasks[1], tid: s.m })],
  ['a swap', (s) => ([s.word.a, s.word.b] = [s.word.b, s.word.a])],
  ['a list of tasks sorted', (s) => void s.tasks.sort((t: Loose, u: Loose) => u.tid - t.tid)],
  ['a list of tasks rotated', (s) => (s.tasks = [s.tasks[1], s.tasks[2], s.tasks[0]])],
  ['JSON.stringify of a part', (s) => (s.other = [JSON.stringify(s.tasks[0])])],
  ['Object.assign', (s) => Object.assign(s.word.a, { x: s.m })],
  [
    'structured shape by hasOwn',
    (s) => (s.n = Number(Object.hasOwn(s.word, 'a')) + Number(Object.hasOwn(s.word, 'z'))),
  ],
  ['a field that is not there', (s) => (s.n = s.nothing === undefined ? 1 : 2)],
])('does what plain data does: %s', async (_, body) => {
  await watched(body);
});

const named =
  (body: Step): Step =>
  (s, move) => {
    move.at('bad', 'row 1');
    body(s, move);
  };

test.each<[string, Step, string]>([
  ['a new field', (s) => (s.word.z = 1), 'step T:bad adds the field word.z: the shape of the state is fixed'],
  [
    'a push on a list of tasks',
    (s) => s.tasks.push({ st: '', tid: 0, pending: [] }),
    'step T:bad adds the field tasks.3',
  ],
  ['a field deleted', (s) => delete s.word.a, 'step T:bad takes away the field word.a'],
  ['a list of tasks cut', (s) => (s.tasks.length = 1), 'step T:bad adds the field tasks.length'],
  ['a field defined', (s) => Object.defineProperty(s, 'n', { value: 1 }), 'step T:bad redefines the field n'],
  ['a symbol', (s) => (s[Symbol('x')] = 1), 'step T:bad adds the field Symbol(x)'],
  ['a draft frozen', (s) => Object.freeze(s.word), 'step T:bad freezes word'],
  [
    'a subtree with a field too many',
    (s) => (s.word.a = { x: 1, y: 2, z: 3 }),
    'step T:bad adds the field word.a.z',
  ],
  [
    'a subtree with a field too few',
    (s) => (s.word.a = { x: 1 }),
    'step T:bad takes away the field word.a.y',
  ],
  ['a leaf made a list', (s) => (s.n = [1]), 'step T:bad puts a list at n'],
  ['a list made a leaf', (s) => (s.queue = 1), 'step T:bad puts a number at queue, which is a list'],
  ['an object in a queue', (s) => s.queue.push({}), 'step T:bad puts an object at queue.3'],
  ['null', (s) => (s.n = null), 'step T:bad puts null at n'],
  ['NaN', (s) => (s.n = Number.NaN), 'step T:bad puts NaN at n'],
  ['a part of another shape', (s) => (s.word.a = s.tasks[0]), 'step T:bad adds the field word.a.st'],
  ['a write and then a block', (s, move) => ((s.n = 1), move.block()), 'step T:bad writes before it blocks'],
  [
    'a push and then a block',
    (s, move) => (s.queue.push(1), move.block()),
    'step T:bad writes before it blocks',
  ],
  [
    'a step that throws',
    () => {
      throw new RangeError('no such task');
    },
    'step T:bad threw: no such task',
  ],
  [
    'a step that throws a string',
    () => {
      throw 'text';
    },
    'step T:bad threw: text',
  ],
  [
    'a step that catches a block',
    (_, move) => {
      try {
        move.block();
      } catch {}
    },
    'step T:bad caught what block() or fail() threw',
  ],
  [
    'a step that chooses among none',
    (_, move) => void move.choose(0),
    'step T:bad chooses among 0 alternatives',
  ],
  [
    'two violations',
    (_, move) => (move.violate('p', 'x'), move.violate('q', 'x')),
    'step T:bad breaks two properties in one go: p, q',
  ],
])('refuses %s', async (_, body, message) => {
  await expect(explicit(toy(initial, { T: named(body) }))).rejects.toThrow(message);
});

test('refuses a step without a name', async () => {
  await expect(explicit(toy({ n: 0 }, { T: (s) => (s.n = 1) }))).rejects.toThrow(
    'step T moves without naming itself',
  );
});

let counter = 0;
let kept: Loose;
const seen = new Set<number>();
test.each<[string, Step]>([
  ['a clock of its own', (s) => (s.n = Number(process.hrtime.bigint() % 4000n))],
  ['a counter of the module', (s) => (s.n = counter++ % 4)],
  ['what a Set held before', (s) => ((s.n = seen.size), seen.add(seen.size))],
  ['choices that depend on a counter', (s, move) => (s.n = move.choose(1 + (counter++ % 3)))],
  ['a counter in an event', (_, move) => move.event(`event ${counter++}`)],
  ['a counter in a failure', (_, move) => move.fail('p', `object ${counter++}`)],
])('refuses a step that depends on %s', async (_, body) => {
  await expect(explicit(toy(initial, { T: named(body) }))).rejects.toThrow(
    'step T:bad is not a pure function of the state',
  );
});

test.each<[string, Step]>([
  ['Math.random()', (s) => (s.n = Math.floor(Math.random() * 2))],
  ['Date.now()', (s) => (s.n = Date.now() > 0 ? 1 : 0)],
  ['new Date()', (s) => (s.n = new Date().getFullYear() % 2)],
  ['performance.now()', (s) => (s.n = performance.now() > 0 ? 1 : 0)],
])('refuses a step that calls %s, though it may say the same each time', async (call, body) => {
  for (const engine of [explicit, reference])
    await expect(engine(toy(initial, { T: named(body) }))).rejects.toThrow(
      `step T:bad calls ${call}: a step is`,
    );
  // Outside of steps they are as they were.
  expect([Math.random() < 1, Date.now() > 0, performance.now() > 0]).toEqual([true, true, true]);
  expect(new Date()).toBeInstanceOf(Date);
});

test('a date that is given is no clock', async () => {
  await watched((s) => (s.n = new Date(0).getUTCFullYear() % 2));
});

test('refuses a draft kept across steps', async () => {
  const keep = named((s) => {
    kept ??= s;
    s.n = (kept.n + 1) % 3;
  });
  await expect(explicit(toy(initial, { T: keep }))).rejects.toThrow('step T:bad kept its draft');
});

const judged = (broken: (s: Loose) => string) => toy(initial, { T: countTo(1, 'n') }, always('p', broken));

test('refuses a predicate that writes, and one that is not pure', async () => {
  await expect(explicit(judged((s) => ((s.n = 1), '')))).rejects.toThrow(
    'property p writes n: a predicate reads only',
  );
  await expect(explicit(judged((s) => (s.queue.push(1), '')))).rejects.toThrow(
    'property p writes: a predicate reads only',
  );
  await expect(explicit(judged(() => `${counter++}`))).rejects.toThrow('property p is not a pure function');
});

test('refuses a counter of the module that changes between two states only', async () => {
  let runs = 0;
  const system = toy(initial, {
    T: named((s) => {
      s.n = runs++ < 2 ? 1 : 2;
    }),
  });
  // The path was run twice and did the same; when all is over it is run once more.
  await expect(explicit(system)).rejects.toThrow('step T:bad is not a pure function of the state');
});

test('misses a counter of the module that only a late path reads', async () => {
  let runs = 0;
  const late = named((s, move) => {
    if (s.n === 200) move.block();
    if (s.n === 100) s.m = runs++ < 2 ? 1 : 2;
    s.n++;
  });
  // Only the first paths of a slot are run once more when all is over.
  expect((await explicit(toy(initial, { T: late }))).states).toBe(201);
});

test('a step is run for each way it can go, not for each state', async () => {
  let runs = 0;
  const counted: Step = (s, move) => {
    runs++;
    countTo(1, 'n')(s, move);
  };
  const result = await explicit(toy({ n: 0, m: 0 }, { T: counted, U: countTo(999, 'm') }));
  expect(result.states).toBe(2000);
  // Two ways: when it is new, at once again, and when all is over.
  expect(runs).toBe(6);
});

test('keys are no reads, and the length of a list of tasks is none', () => {
  const schema = new Schema(initial);
  let runs = 0;
  const footprint = new StepFootprint(schema, {
    name: 'T',
    kind: 'task',
    step: (s: Loose, move) => {
      runs++;
      move.at('keys', 'row 1');
      s.n = Object.keys(s.word.a).length + s.tasks.length;
    },
  });
  const vector = new Uint16Array(schema.leaves.length);
  footprint.walk(vector);
  for (const { leaf } of schema.leaves) vector[leaf] = 1;
  expect(footprint.walk(vector)).toBe(1);
  expect(runs).toBe(2);
});

test('an engine that loses a write is caught by the comparison', async () => {
  const system = toy({ n: 0, m: 0 }, { T: countTo(2, 'n'), U: countTo(2, 'm') });
  // oxlint-disable-next-line typescript/unbound-method -- it is called with its `this` below
  const walk = StepFootprint.prototype.walk;
  StepFootprint.prototype.walk = function lossy(this: StepFootprint, vector) {
    const count = walk.call(this, vector);
    if (vector[0] === 1) for (let i = 0; i < count; i++) this.cells[this.found[i]! + WRITES] = 0;
    return count;
  };
  try {
    expect(differences(await explicit(system), await reference(system))).not.toEqual([]);
  } finally {
    StepFootprint.prototype.walk = walk;
  }
});
