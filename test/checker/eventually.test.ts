/** What never comes: cycles that a fair run may go round, and ends, in systems small enough to be tried in full. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differences } from '../../checker/compare.js';
import { explicit } from '../../checker/explicit.js';
import { waitsForEver } from '../../checker/lasso.js';
import { reference } from '../../checker/reference.js';
import type { Counterexample, Limits, SearchResult } from '../../checker/result.js';
import { choicesOf, replay } from '../../checker/run.js';
import { symbolic } from '../../checker/symbolic/symbolic.js';
import type { EventualProperty, State, System } from '../../model/system.js';
import { systemOf, systemSpec } from './language.js';
import { checkPaths } from './paths.js';
import { inGoodTime, toy } from './toy.js';
import type { Loose, Step } from './toy.js';

/** What all engines say of the first property. */
async function check(system: System, limits: Limits = {}): Promise<SearchResult['properties'][number]> {
  const result = await explicit(system, limits);
  for (const other of [await reference(system, limits), await symbolic(system, limits)]) {
    expect(differences(result, other)).toEqual([]);
    checkPaths(system, other);
  }
  return result.properties[0]!;
}

function textOf({ cause: { label, object, faults }, turns, steps, cycle = 0 }: Counterexample): string {
  return `${label} ${object} [${faults.join()}] ${turns}/${steps} then ${cycle}`;
}

const spin: Step = (s, move) => {
  move.at('spin', 'row 1');
  if (s.done) move.block();
  move.event('tested');
  s.n = 1 - s.n;
};
const finish: Step = (s, move) => {
  move.at('finish', 'row 2');
  if (s.done) move.block();
  s.done = true;
};
const finishAt =
  (n: number): Step =>
  (s, move) => {
    move.at('finish', 'row 2');
    if (s.done || s.n !== n) move.block();
    s.done = true;
  };
const done = inGoodTime('done', (s) => (s.done ? '' : 'T'));
const initial = { n: 0, done: false };

describe('weak fairness', () => {
  test('lets a task that can always move do so in the end', async () => {
    expect((await check(toy(initial, { T: finish, U: spin }, done))).verdict).toBe('holds');
  });

  test('lets a task wait for ever that can move only now and then', async () => {
    const { verdict, counterexamples } = await check(toy(initial, { T: finishAt(0), U: spin }, done));
    expect(verdict).toBe('violated');
    expect(counterexamples.map(textOf)).toEqual(['cycle T [] 0/0 then 2']);
    expect(counterexamples[0]!.path.map(({ slot }) => slot)).toEqual([1, 1]);
  });

  test('owes nothing to the environment', async () => {
    const { counterexamples } = await check(toy(initial, { env: finish, U: spin }, done));
    expect(counterexamples.map(textOf)).toEqual(['cycle T [] 0/0 then 2']);
  });

  test('says nothing of which alternative is chosen', async () => {
    const toss: Step = (s, move) => {
      move.at('toss', 'row 1');
      if (s.done) move.block();
      s.done = move.choose(2) === 1;
    };
    const { counterexamples } = await check(toy(initial, { T: toss }, done));
    expect(counterexamples.map(textOf)).toEqual(['cycle T [] 0/0 then 1']);
    expect(counterexamples[0]!.path).toEqual([{ slot: 0, choices: [0] }]);
  });

  test('lets a task fail that can do nothing else', async () => {
    const fail: Step = (_, move) => {
      move.at('fail', 'row 1');
      move.fail('p', 'x');
    };
    expect((await check(toy(initial, { T: fail, U: spin }, done))).verdict).toBe('holds');
  });

  test('takes a lap that serves each task', async () => {
    const start = { n: 0, m: 0, done: false };
    const { counterexamples } = await check(toy(start, { T: spin, U: turn('m'), V: turn('m') }, done));
    expect(new Set(counterexamples[0]!.path.map(({ slot }) => slot))).toEqual(new Set([0, 1, 2]));
  });
});

function turn(field: string): Step {
  return (s, move) => {
    move.at('turn', 'row 3');
    s[field] = 1 - s[field];
  };
}

describe('an end', () => {
  test('is a run that goes on for ever, though the environment could help', async () => {
    const { counterexamples } = await check(toy(initial, { T: finishAt(5), env: finish }, done));
    expect(counterexamples.map(textOf)).toEqual(['done T [] 0/0 then 0']);
    expect(counterexamples[0]).not.toHaveProperty('cycle');
  });

  test('where it has come is none', async () => {
    expect((await check(toy(initial, { T: finish, U: finish, V: spin }, done))).verdict).toBe('holds');
  });
});

describe('what is owed', () => {
  /** n goes 0, 1, 2, 3, 1, 2, 3, ... */
  const round: Step = (s, move) => {
    move.at('go', 'row 1');
    move.event('tested');
    s.n = s.n === 3 ? 1 : s.n + 1;
  };
  const n =
    (...fine: number[]) =>
    (s: Loose) =>
      fine.includes(s.n) ? '' : `n${s.n}`;

  test('from the start is paid once', async () => {
    expect((await check(toy(initial, { T: round }, inGoodTime('zero', n(0))))).verdict).toBe('holds');
    expect((await check(toy(initial, { T: round }, inGoodTime('two', n(2))))).verdict).toBe('holds');
  });

  test('from some states on is owed again each time', async () => {
    const after =
      (...when: number[]) =>
      (s: Loose) =>
        when.includes(s.n);
    const [back, on] = [inGoodTime('p', n(0), after(3)), inGoodTime('p', n(2), after(3))];
    const result = await check(toy(initial, { T: round }, back));
    // The run begins to owe at n3 and is one turn all along; each state on the way round is another object.
    expect(result.counterexamples.map(textOf)).toEqual([
      'cycle n3 [] 1/3 then 3',
      'cycle n1 [] 1/4 then 3',
      'cycle n2 [] 1/5 then 3',
    ]);
    expect((await check(toy(initial, { T: round }, on))).verdict).toBe('holds');
    expect((await check(toy(initial, { T: round }, inGoodTime('p', n(0), after(9))))).verdict).toBe('holds');
  });

  test('and the simplest run to it are looked for where it is owed all the way', async () => {
    // One step leads to the state in which nothing moves, but without asking; three steps ask first.
    const ask: Step = (s, move) => {
      move.at('ask', 'row 1');
      if (s.n !== 0) move.block();
      s.n = move.choose(2) === 0 ? 3 : 1;
    };
    const go: Step = (s, move) => {
      move.at('go', 'row 2');
      if (s.n === 0 || s.n === 3) move.block();
      s.n++;
    };
    const asked = inGoodTime('zero', n(0), (s) => s.n === 1);
    const { counterexamples } = await check(toy(initial, { T: ask, U: go }, asked));
    expect(counterexamples.map(textOf)).toEqual(['zero n3 [] 2/3 then 0']);
  });
});

describe('a verdict', () => {
  const long: Step = (s, move) => {
    move.at('long', 'row 1');
    if (s.n === 9) move.block();
    move.event('tested');
    s.n++;
  };
  const other: Step = (s, move) => {
    move.at('other', 'row 1');
    if (s.n % 2 === 0 || s.n === 9) move.block();
    s.n++;
  };

  test('is undecided under a bound that cut the search, unless what lies within breaks it', async () => {
    const nine = inGoodTime('nine', (s) => (s.n === 9 ? '' : 'n'));
    const system = toy(initial, { T: other, U: long }, nine);
    expect((await check(system)).verdict).toBe('holds');
    const four: System = toy(initial, { T: finishAt(3), U: step4 }, done);
    expect((await check(four, { depth: 1 })).verdict).toBe('undecided');
    expect((await check(toy(initial, { T: finishAt(0), U: spin }, done), { depth: 1 })).verdict).toBe(
      'violated',
    );
  });

  test('is undecided where a limit cut the search', async () => {
    const result = await explicit(toy(initial, { T: finishAt(0), U: spin }, done), { maxStates: 1 });
    expect(result.properties[0]!.verdict).toBe('undecided');
  });

  test('is vacuous where nothing put it to the test', async () => {
    expect((await check(toy(initial, { T: finish }, done))).verdict).toBe('vacuous');
  });
});

function step4(s: Loose, move: Parameters<Step>[1]): void {
  move.at('on', 'row 4');
  if (s.n === 3) move.block();
  s.n++;
}

test('the engines find what trying all sets of states finds', { timeout: 300_000 }, async () => {
  const seen = { broken: 0, kept: 0, cycles: 0 };
  const property = fc.asyncProperty(systemSpec, async (spec) => {
    const system: System = systemOf({ ...spec, slots: spec.slots.slice(0, 3) });
    const result = await explicit(system, { maxStates: 12 });
    if (result.stopped === 'states') return;
    const bySets = await symbolic(system);
    const judges = system.properties.filter((one): one is EventualProperty => one.kind === 'eventually');
    for (const judge of judges) {
      const isBroken = isBrokenSomewhere(system, judge);
      seen[isBroken ? 'broken' : 'kept']++;
      for (const { properties } of [result, bySets]) {
        const found = properties.find(({ name }) => name === judge.name)!;
        expect(found.verdict === 'violated').toBe(isBroken);
        for (const { path, cycle = 0 } of found.counterexamples) {
          expect(waitsForEver(system, judge, replay(system, path), cycle)).not.toBe('');
          if (cycle > 0) seen.cycles++;
        }
      }
    }
  });
  await fc.assert(property, { numRuns: 400, seed: 11 });
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
});

/**
 * By definition: the states that a run is in again and again are a set in which all lead to each other without
 * leaving it, and whatever such a set has, some run does again and again. So all sets of states are tried.
 */
function isBrokenSomewhere(system: System, judge: EventualProperty): boolean {
  const states: State[] = [system.initial];
  const keys = [JSON.stringify(system.initial)];
  const edges: { from: number; slot: number; to: number }[] = [];
  const stuck: Set<number>[] = [];
  for (let from = 0; from < states.length; from++) {
    stuck.push(new Set());
    for (const [slot, { kind }] of system.slots.entries()) {
      const moves = choicesOf(system, states[from]!, slot);
      if (kind !== 'task' || moves.length === 0) stuck[from]!.add(slot);
      for (const { state, failure } of moves) {
        if (failure?.ends) continue;
        const known = keys.indexOf(JSON.stringify(state));
        const to = known < 0 ? keys.push(JSON.stringify(state)) - 1 : known;
        states[to] ??= state;
        edges.push({ from, slot, to });
      }
    }
  }
  const all = states.map((_, i) => i);
  const pending = all.filter((i) => judge.broken(states[i]!) !== '');
  const owed = reach(
    pending.filter((i) => (judge.when === undefined ? i === 0 : judge.when(states[i]!))),
    edges.filter(({ to }) => pending.includes(to)),
  );
  const slots = [...system.slots.keys()];
  for (let set = 1; set < 2 ** owed.length; set++) {
    const members = owed.filter((_, i) => (set & (1 << i)) !== 0);
    const inside = edges.filter(({ from, to }) => members.includes(from) && members.includes(to));
    const isRound = inside.length > 0 && members.every((i) => reach([i], inside).length === members.length);
    const isEnd = members.length === 1 && slots.every((slot) => stuck[members[0]!]!.has(slot));
    const isFair = slots.every(
      (slot) => members.some((i) => stuck[i]!.has(slot)) || inside.some((edge) => edge.slot === slot),
    );
    if (isEnd || (isRound && isFair)) return true;
  }
  return false;
}

function reach(from: readonly number[], edges: readonly { from: number; to: number }[]): number[] {
  const found = new Set(from);
  for (const i of found) for (const edge of edges) if (edge.from === i) found.add(edge.to);
  return [...found];
}
