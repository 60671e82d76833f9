/** Promises of whole runs by sets: against the reference, against engines with a fault, and where cycles are large. */
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { differences } from '../../checker/compare.js';
import { explicit } from '../../checker/explicit.js';
import { TooLarge } from '../../checker/memory.js';
import { reference } from '../../checker/reference.js';
import type { SearchResult } from '../../checker/result.js';
import { Rounds } from '../../checker/rounds.js';
import { Cycles } from '../../checker/symbolic/cycles.js';
import { Debt } from '../../checker/symbolic/debt.js';
import { Eventually } from '../../checker/symbolic/eventually.js';
import { recurring } from '../../checker/symbolic/recurring.js';
import { ANY, SAME } from '../../checker/symbolic/relations.js';
import type { Row } from '../../checker/symbolic/relations.js';
import { EMPTY } from '../../checker/symbolic/sets.js';
import { symbolic } from '../../checker/symbolic/symbolic.js';
import { Within } from '../../checker/symbolic/within.js';
import type { System } from '../../model/system.js';
import { system as modelled } from '../model/ask.js';
import { systemOf, systemSpec } from './language.js';
import { checkPaths } from './paths.js';
import { inGoodTime, toy } from './toy.js';
import type { Step } from './toy.js';

/** Rests as often as it can, and throws away at once what nobody needs. */
const RESTLESS = { work: 0, full: 0, crowded: 8, spread: Infinity };
const MOST_STATES = 200;

const systems = fc
  .sample(systemSpec, { numRuns: 600, seed: 2022 })
  .map((spec): System => systemOf(spec))
  .filter(({ properties }) => properties.some(({ kind }) => kind === 'eventually'));
/** What the reference says, worked out when it is first needed. */
const expected = new Map<System, Promise<SearchResult>>();

/** What is different where the symbolic engine judges; undefined for a system that is too large. */
async function mistakes(system: System): Promise<string[] | undefined> {
  const right = expected.get(system) ?? reference(system, { maxStates: MOST_STATES });
  expected.set(system, right);
  if ((await right).stopped !== 'exhausted') return undefined;
  try {
    return differences(await symbolic(system, { maxStates: Infinity }), await right);
  } catch (error) {
    // An engine that finds itself out is caught as well.
    return [String(error)];
  }
}

test('the engine and the reference agree', { timeout: 120_000 }, async () => {
  let compared = 0;
  for (const system of systems.slice(0, 150)) {
    const found = await mistakes(system);
    if (found === undefined) continue;
    expect(found).toEqual([]);
    compared++;
  }
  expect(compared).toBeGreaterThan(100);
});

/** Each of these breaks the engine in one place, and must not go unnoticed. */
const broken: [string, () => unknown][] = [
  [
    'a component is fair in which no fair run can stay',
    () => vi.spyOn(Cycles.prototype, 'isFair').mockReturnValue(true),
  ],
  ['no component is fair', () => vi.spyOn(Cycles.prototype, 'isFair').mockReturnValue(false)],
  [
    'it is owed where nobody has asked',
    () =>
      vi.spyOn(Debt.prototype, 'everywhere').mockImplementation(async function (this: Debt) {
        return await Promise.resolve(this.pending);
      }),
  ],
  [
    'a state that leads to another is taken to come from it, too',
    () =>
      vi.spyOn(Within.prototype, 'behind').mockImplementation(async (_, all) => await Promise.resolve(all)),
  ],
  [
    'nobody is asked on the way of a run',
    () => vi.spyOn(Eventually.prototype, 'asked', 'get').mockReturnValue(EMPTY),
  ],
  [
    'a leaf is taken never to come back to what it was',
    () =>
      vi.spyOn(Rounds.prototype, 'from').mockImplementation(async function (this: Rounds, root) {
        this.of[root] = root + 1;
        return await Promise.resolve(true);
      }),
  ],
];

test.each(broken)('it is noticed when %s', { timeout: 120_000 }, async (_name, seed) => {
  seed();
  let tried = 0;
  let caught = false;
  try {
    for (; tried < systems.length && !caught; tried++)
      caught = ((await mistakes(systems[tried]!)) ?? []).length > 0;
  } finally {
    vi.restoreAllMocks();
  }
  if (process.env['CHECKER_TELL']) console.log(tried);
  expect(caught).toBe(true);
});

describe('ways that can be part of a cycle', () => {
  const RANKS = 3;
  const VALUES = 3;
  const row = fc
    .tuple(
      ...Array.from({ length: RANKS }, () =>
        fc.tuple(fc.integer({ min: ANY, max: 2 }), fc.integer({ min: SAME, max: 2 })),
      ),
    )
    .map((entries): Row => entries.flatMap(([guard, write], rank) => [rank, guard, write]));

  test('are kept, and where each leaf can go one way only none is', async () => {
    const seen = { kept: 0, dropped: 0 };
    const property = fc.asyncProperty(fc.array(row, { maxLength: 6 }), async (rows) => {
      const ways = rows.map((one) => ({ row: one }));
      const kept = await recurring(ways);
      for (const way of ways) {
        if (goesRound(rows, way.row)) expect(kept).toContain(way);
        seen[kept.includes(way) ? 'kept' : 'dropped']++;
      }
    });
    await fc.assert(property, { numRuns: 300, seed: 5 });
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(100);
    const up = [0, 1, 2].map((value) => ({ row: [0, value, value + 1, 1, ANY, 0] }));
    expect(await recurring(up)).toEqual([]);
    // The second leaf comes back only by the way that takes the first one on.
    const both = [{ row: [0, 0, 1, 1, 1, 0] }, { row: [1, 0, 1] }];
    expect(await recurring(both)).toEqual([]);
  });

  /** Whether a row leads from some state to one from where rows lead back to it. */
  function goesRound(rows: readonly Row[], one: Row): boolean {
    const nextsOf = (state: readonly number[], some: readonly Row[]) =>
      some
        .filter((each) => state.every((value, rank) => [ANY, value].includes(each[3 * rank + 1]!)))
        .map((each) =>
          state.map((value, rank) => (each[3 * rank + 2] === SAME ? value : each[3 * rank + 2]!)),
        );
    const states = Array.from({ length: VALUES ** RANKS }, (_, i) => [
      i % 3,
      Math.floor(i / 3) % 3,
      Math.floor(i / 9),
    ]);
    return states.some((state) => {
      const found = new Map(nextsOf(state, [one]).map((next) => [next.join(), next]));
      for (const at of found.values()) for (const next of nextsOf(at, rows)) found.set(next.join(), next);
      return found.has(state.join());
    });
  }
});

describe('a component of many states', () => {
  const round =
    (field: string, length: number): Step =>
    (s, move) => {
      move.at('go', 'row 1');
      move.event('tested');
      s[field] = (s[field] + 1) % length;
    };
  const wheels = (count: number, length: number): System => {
    const names = Array.from({ length: count }, (_, i) => `f${i}`);
    const never = inGoodTime(
      'never',
      (s) => (s.f0 === 3 ? 'three' : 'some'),
      (s) => s.f1 === 2,
    );
    return toy(
      Object.fromEntries(names.map((name) => [name, 0])),
      Object.fromEntries(names.map((name) => [name, round(name, length)])),
      never,
    );
  };

  test('has the same causes and runs as one of few', async () => {
    const small = wheels(3, 4);
    expect(differences(await explicit(small), await symbolic(small, {}, RESTLESS))).toEqual([]);
  });

  test('has a lap that serves each task', async () => {
    const system = wheels(8, 10);
    const found = await symbolic(system);
    expect(found.states).toBe(1e8);
    checkPaths(system, found);
    const [never] = found.properties;
    const sizes = never!.counterexamples.map(({ cause, turns, steps, cycle }) => [
      cause.object,
      turns,
      steps,
      cycle,
    ]);
    expect(sizes).toEqual([
      ['some', 1, 2, 80],
      ['three', 2, 5, 80],
    ]);
  });
});

describe('a search that is ended while cycles are looked for', () => {
  const spin: Step = (s, move) => {
    move.at('spin', 'row 1');
    move.event('tested');
    s.n = 1 - s.n;
  };
  const system = toy(
    { n: 0 },
    { T: spin },
    inGoodTime('never', () => 'T'),
  );

  test('by a signal leaves the promise undecided', async () => {
    const end = new AbortController();
    const around = vi.spyOn(Cycles.prototype, 'around').mockImplementation(async (_set, _wanted, breathe) => {
      end.abort();
      while (await breathe());
      return undefined;
    });
    const { stopped, properties } = await symbolic(system, { signal: end.signal }, RESTLESS);
    around.mockRestore();
    expect([stopped, properties[0]!.verdict]).toEqual(['signal', 'undecided']);
  });

  test('by want of memory does the same', async () => {
    const around = vi.spyOn(Cycles.prototype, 'around').mockRejectedValue(new TooLarge('no room'));
    const { stopped, properties } = await symbolic(system);
    around.mockRestore();
    expect([stopped, properties[0]!.verdict]).toEqual(['memory', 'undecided']);
  });

  test('and does not look for laps says that it is broken', async () => {
    const lap = vi.spyOn(Eventually.prototype, 'lapFrom').mockResolvedValue(undefined);
    const { stopped, properties } = await symbolic(system);
    lap.mockRestore();
    expect([stopped, properties[0]!.verdict, properties[0]!.counterexamples]).toEqual([
      'exhausted',
      'violated',
      [],
    ]);
  });
});

const POSIX_SPAWN = [
  'vfork',
  'SIGCHLD',
  'default',
  'blocked',
  'wait-child',
  'child-execs',
  'child-exec-fails',
];
const PROMISES = ['vfork-caller-goes-on', 'wait-returns'];

test.each([
  ['native, two clones', modelled('native', { guest: POSIX_SPAWN, clones: 2, properties: PROMISES }), []],
  [
    'qemu-clone-vm without a fault',
    modelled('qemu-clone-vm', { guest: POSIX_SPAWN, properties: PROMISES }),
    [],
  ],
  [
    'qemu-clone-vm, T killed',
    modelled('qemu-clone-vm', { guest: POSIX_SPAWN, faults: ['kill-T'], properties: PROMISES }),
    ['vfork-caller-goes-on'],
  ],
])('explicit and symbolic agree on %s', async (_name, system, violated) => {
  const whole = await explicit(system);
  const found = await symbolic(system);
  expect(differences(whole, found)).toEqual([]);
  checkPaths(system, found);
  expect(found.properties.filter(({ verdict }) => verdict === 'violated').map(({ name }) => name)).toEqual(
    violated,
  );
});
