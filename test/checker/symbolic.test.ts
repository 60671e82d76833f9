/** The symbolic engine finds by sets what the explicit one finds state by state. */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { differences } from '../../checker/compare.js';
import { explicit } from '../../checker/explicit.js';
import { TooLarge } from '../../checker/memory.js';
import { Before } from '../../checker/symbolic/before.js';
import { Ground } from '../../checker/symbolic/ground.js';
import { Guards } from '../../checker/symbolic/guards.js';
import { Learner } from '../../checker/symbolic/learner.js';
import { Memo } from '../../checker/symbolic/memo.js';
import { Movable } from '../../checker/symbolic/movable.js';
import { rowOf } from '../../checker/symbolic/paths.js';
import { Runs } from '../../checker/symbolic/runs.js';
import { EMPTY, Sets } from '../../checker/symbolic/sets.js';
import { Sifting } from '../../checker/symbolic/sifting.js';
import { symbolic } from '../../checker/symbolic/symbolic.js';
import type { System } from '../../model/system.js';
import { system as modelled } from '../model/ask.js';
import { systemOf, systemSpec } from './language.js';
import { checkPaths } from './paths.js';
import { always, step, toy } from './toy.js';
import type { Step } from './toy.js';

const SEED = Number(process.env['CHECKER_SEED'] ?? 2020);
const RUNS = Number(process.env['CHECKER_RUNS'] ?? 200);
/** Rests as often as it can, throws away at once what nobody needs, and looks for a better order all the time. */
const RESTLESS = { work: 0, full: 0, crowded: 8, spread: Infinity };
const SMALL = ['vfork', 'SIGCHLD', 'handler', 'unblocked', 'wait-nothing', 'child-exit-groups'];
/** Few states, and a search of two clones that comes to its end. */
const LASTING = ['no-vfork', 'exit-signal-0', 'default', 'unblocked', 'wait-all', 'child-stays'];

test(
  'explicit and symbolic agree on random systems, with and without a bound',
  { timeout: 120_000 },
  async () => {
    const seen = {
      compared: 0,
      violated: 0,
      final: 0,
      bounded: 0,
      faulty: 0,
      endless: 0,
      cycles: 0,
      fewer: 0,
    };
    const property = fc.asyncProperty(systemSpec, async (spec) => {
      const system: System = systemOf(spec);
      const whole = await explicit(system, { maxStates: 600 });
      if (whole.stopped === 'states') return;
      const sets = await symbolic(system);
      expect(differences(whole, sets)).toEqual([]);
      checkPaths(system, sets);
      // Turns are counted as far as runs need them only.
      const restless = await symbolic(system, {}, { ...RESTLESS, spread: 0 });
      expect([null, whole.turns]).toContain(restless.turns);
      if (restless.turns === null) seen.fewer++;
      expect(differences(whole, { ...restless, turns: whole.turns })).toEqual([]);
      checkPaths(system, restless);
      for (const depth of new Set([0, 1, Math.ceil(whole.turns! / 2), whole.turns!])) {
        const bounded = await explicit(system, { depth });
        const within = await symbolic(system, { depth });
        expect(differences(bounded, within)).toEqual([]);
        checkPaths(system, within);
        if (bounded.stopped === 'depth') seen.bounded++;
      }
      seen.compared++;
      const causes = whole.properties.flatMap(({ kind, counterexamples }) =>
        counterexamples.map((one) => ({ kind, ...one })),
      );
      if (causes.length > 0) seen.violated++;
      if (causes.some(({ kind }) => kind === 'finally')) seen.final++;
      if (causes.some(({ cause }) => cause.faults.length > 0)) seen.faulty++;
      if (causes.some(({ kind }) => kind === 'eventually')) seen.endless++;
      if (causes.some(({ cycle }) => cycle !== undefined)) seen.cycles++;
    });
    await fc.assert(property, { numRuns: RUNS, seed: SEED });
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(RUNS / 20);
  },
);

test.each([
  ['native, three clones', modelled('native', { guest: SMALL, clones: 3 }), 8_202],
  ['qemu-clone-vm, a small guest', modelled('qemu-clone-vm', { guest: SMALL }), 7_182],
  [
    'qemu-clone-vm, a small guest, a failing creation',
    modelled('qemu-clone-vm', { guest: SMALL, faults: ['clone-T', 'clone-C'] }),
    8_456,
  ],
])('explicit and symbolic agree on %s', async (_name, system, states) => {
  const whole = await explicit(system);
  expect(whole.states).toBe(states);
  expect(differences(whole, await symbolic(system))).toEqual([]);
  expect(differences(whole, await symbolic(system, {}, RESTLESS))).toEqual([]);
});

test('explicit and symbolic agree on qemu-clone-vm, two clones, to a bound', async () => {
  const system = modelled('qemu-clone-vm', { guest: SMALL, clones: 2 });
  const bounded = await explicit(system, { depth: 6 });
  expect([bounded.states, bounded.stopped]).toEqual([9_143, 'depth']);
  expect(differences(bounded, await symbolic(system, { depth: 6 }))).toEqual([]);
});

test('explicit and symbolic agree on two clones and a fault, to a bound', async () => {
  const faults = ['kill-T', 'clone-C'];
  const system = modelled('qemu-clone-vm-eagain-fixed', { guest: SMALL, clones: 2, faults });
  const bounded = await explicit(system, { depth: 7 });
  expect([bounded.states, bounded.stopped]).toEqual([55_349, 'depth']);
  expect(differences(bounded, await symbolic(system, { depth: 7 }))).toEqual([]);
});

test('explicit and symbolic agree on two clones to the end', async () => {
  const system = modelled('qemu-clone-vm-eagain-fixed', { guest: LASTING, clones: 2 });
  const whole = await explicit(system, {});
  expect([whole.states, whole.stopped]).toEqual([110_888, 'exhausted']);
  expect(differences(whole, await symbolic(system, {}))).toEqual([]);
});

test('a run goes on by a step that goes on, not by one that fails and leaves the same state', async () => {
  const forks: Step = (s, move) => {
    move.at('forks', 'row 1');
    if (s.x > 1) move.block();
    move.event('tested');
    s.x++;
    if (s.x === 1 && move.choose(2) === 0) move.fail('no-fork', 'fork');
  };
  const system = toy(
    { x: 0 },
    { a: forks },
    always('below', ({ x }: { x: number }) => (x > 1 ? 'x' : '')),
    step('no-fork'),
  );
  const found = await symbolic(system);
  expect(found.properties.map(({ verdict }) => verdict)).toEqual(['violated', 'violated']);
  expect(differences(await explicit(system), found)).toEqual([]);
  checkPaths(system, found);
});

/** Each of these breaks the engine in one place, and must not go unnoticed. */
const broken: [string, () => unknown][] = [
  [
    'a write is lost',
    () =>
      vi.spyOn(Ground.prototype, 'rowOf').mockImplementation(function (this: Ground, reads, writes = []) {
        return rowOf(this.layout, reads, writes.length > 4 ? writes.slice(2) : writes);
      }),
  ],
  ['nothing more is learned', () => vi.spyOn(Learner.prototype, 'fill').mockReturnValue(true)],
  ['no state is seen to teach anything', () => vi.spyOn(Guards.prototype, 'any').mockReturnValue(false)],
  [
    'a run is not followed back to where it began',
    () =>
      vi.spyOn(Before.prototype, 'of').mockImplementation(function (this: Before, all, goal) {
        return all === goal ? all : 0;
      }),
  ],
  ['of two sets one is dropped', () => vi.spyOn(Sets.prototype, 'union').mockImplementation(Math.max)],
  [
    'a set is read in the order that it had before',
    () =>
      vi
        .spyOn(Sifting.prototype, 'order', 'get')
        .mockReturnValue(Int32Array.from({ length: 99 }, (_, i) => i)),
  ],
  ['a memo speaks of sets that are gone', () => vi.spyOn(Memo.prototype, 'clear').mockReturnValue()],
];

test.each(broken)('it is noticed when %s', async (_name, seed) => {
  const system = modelled('qemu-clone-vm', { guest: SMALL });
  const whole = await explicit(system);
  seed();
  try {
    const found = await symbolic(system, { timeout: 4 }, RESTLESS).then(
      (result) => differences(whole, result),
      (error: unknown) => [String(error)],
    );
    expect(found).not.toEqual([]);
  } finally {
    vi.restoreAllMocks();
  }
});

test('turns are counted no farther than runs need them where that takes many nodes', async () => {
  const system = modelled('qemu-clone-vm', { guest: SMALL });
  const whole = await explicit(system);
  const found = await symbolic(system, {}, { ...RESTLESS, spread: 0 });
  expect(found.turns).toBe(null);
  expect(differences({ ...whole, turns: null }, found)).toEqual([]);
  expect(found.properties.flatMap(({ counterexamples }) => counterexamples)).not.toEqual([]);
});

test('sifting finds an order with fewer nodes for the same states', async () => {
  // Pairs that are equal, the first halves above the second: 2^6 nodes at the middle, and a few in pairs.
  const pairs = 6;
  const sets = new Sets();
  let all = EMPTY;
  for (let bits = 0; bits < 2 ** pairs; bits++) {
    const half = Array.from({ length: pairs }, (_, i) => ((bits >> i) & 1) + 1);
    all = sets.union(all, sets.single([...half, ...half]));
  }
  const sifting = new Sifting(sets, all, 2 * pairs);
  expect(sifting.size).toBe(sets.nodes(all));
  await sifting.run(async () => await Promise.resolve(true));
  expect(sifting.size).toBe(3 * pairs);
  const after = new Sets();
  const moved = sifting.emit(after);
  expect([after.nodes(moved), after.count(moved)]).toEqual([sifting.size, 2 ** pairs]);
  const values = new Int32Array(2 * pairs);
  for (const half of [
    [1, 1, 1, 1, 1, 1],
    [2, 1, 2, 2, 1, 1],
  ]) {
    for (const [was, value] of [...half, ...half].entries()) values[sifting.order[was]!] = value;
    expect(after.has(moved, values)).toBe(true);
    values[0] = 3 - values[0]!;
    expect(after.has(moved, values)).toBe(false);
  }
});

test('levels that are moved at random leave the states, and no node too many', () => {
  const LEVELS = 5;
  const state = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: LEVELS, maxLength: LEVELS });
  const swaps = fc.array(fc.integer({ min: 0, max: LEVELS - 2 }), { maxLength: 40 });
  const property = fc.property(fc.array(state, { minLength: 1, maxLength: 60 }), swaps, (states, levels) => {
    const [before, after] = [new Sets(), new Sets()];
    const unionOf = (sets: Sets, all: readonly number[][]) =>
      all.reduce((sum, values) => sets.union(sum, sets.single(values)), EMPTY);
    const moved = new Movable(before, unionOf(before, states), LEVELS);
    for (const level of levels) {
      moved.swap(level);
      const expected = unionOf(
        after,
        states.map((values) => moved.parts.map((part) => values[part]!)),
      );
      expect(moved.emit(after)).toBe(expected);
      expect(moved.size).toBe(after.nodes(expected));
      expect(moved.sizes.reduce((sum, size) => sum + size, 0)).toBe(moved.size);
    }
  });
  fc.assert(property, { numRuns: RUNS, seed: SEED });
});

test('sets outlive a collection, and nothing else does', () => {
  const sets = new Sets();
  const states = [
    [0, 1, 2],
    [3, 0, 0],
    [1, 1, 1],
    [0, 0, 0],
  ].map((values) => sets.single(values));
  const [a, b] = [sets.union(states[0]!, states[1]!), sets.union(states[2]!, states[3]!)];
  const before = sets.arena.used;
  const [kept] = sets.collect([sets.union(a, b)]);
  expect(sets.arena.used).toBeLessThan(before);
  expect(sets.count(kept!)).toBe(4);
  expect(sets.has(kept!, [3, 0, 0])).toBe(true);
  expect(sets.has(kept!, [3, 0, 1])).toBe(false);
  expect(sets.minus(kept!, sets.single([1, 1, 1]))).toBe(
    sets.union(sets.single([0, 0, 0]), sets.union(sets.single([3, 0, 0]), sets.single([0, 1, 2]))),
  );
});

test('a cause without a run within the limits is a violation all the same', async () => {
  const system = modelled('qemu-clone-vm', { guest: SMALL });
  const find = vi.spyOn(Runs.prototype, 'find').mockResolvedValue([]);
  const { properties } = await symbolic(system);
  find.mockRestore();
  const violated = properties.filter(({ verdict }) => verdict === 'violated');
  expect(violated.map(({ name }) => name)).toContain('no-leak');
  expect(violated.flatMap(({ counterexamples }) => counterexamples)).toEqual([]);
});

test('a limit of memory leaves the promises undecided that no step was seen to break', async () => {
  const system = modelled('qemu-clone-vm');
  const { stopped, turns, properties } = await symbolic(system, { maxMemory: 1 }, RESTLESS);
  expect([stopped, turns]).toEqual(['memory', null]);
  expect(new Set(properties.map(({ verdict }) => verdict))).toEqual(new Set(['undecided', 'violated']));
  expect(properties.find(({ verdict }) => verdict === 'violated')!.name).toBe('no-failed-assertion');
});

test('a set that outgrows its place ends the search as memory does', async () => {
  const system = modelled('qemu-clone-vm', { guest: SMALL, clones: 2 });
  const progress = ({ states }: { states: number }) => {
    if (states >= 10_000) throw new TooLarge('no room');
  };
  const { stopped, exhausted, states, properties } = await symbolic(system, { progress }, RESTLESS);
  expect([stopped, exhausted]).toEqual(['memory', false]);
  expect(states).toBeGreaterThanOrEqual(10_000);
  const verdicts = new Set(properties.map(({ verdict }) => verdict));
  expect([...verdicts].filter((verdict) => verdict !== 'undecided' && verdict !== 'violated')).toEqual([]);
});

test('a search that is ended tells of the steps that were seen to fail', async () => {
  const system = modelled('qemu-clone-vm', { guest: SMALL, clones: 2 });
  const end = new AbortController();
  const limits = {
    signal: end.signal,
    progress: ({ states }: { states: number }) => {
      if (states >= 1_000_000) end.abort();
    },
  };
  const { stopped, exhausted, properties } = await symbolic(system, limits, RESTLESS);
  expect([stopped, exhausted]).toEqual(['signal', false]);
  const verdicts = new Map(properties.map(({ name, verdict }) => [name, verdict]));
  expect(new Set(verdicts.values())).toEqual(new Set(['undecided', 'violated']));
  expect(verdicts.get('no-failed-assertion')).toBe('violated');
});

test('a limit of states leaves undecided what is not broken within the turns that are over', async () => {
  const system = modelled('qemu-clone-vm', { guest: SMALL });
  const { stopped, turns, properties } = await symbolic(system, { maxStates: 2000 });
  expect(stopped).toBe('states');
  const bounded = await explicit(system, { depth: turns! });
  expect(properties.map(({ name, verdict }) => [name, verdict])).toEqual(
    bounded.properties.map(({ name, verdict }) => [name, verdict === 'violated' ? verdict : 'undecided']),
  );
});
