/** Small systems whose states, verdicts and simplest runs can be counted by hand. Both engines must find them. */
// oxlint-disable unicorn/consistent-function-scoping -- a step is easiest to read inside the test it is for
import { describe, expect, test } from 'vitest';
import { differences } from '../../checker/compare.js';
import { explicit } from '../../checker/explicit.js';
import { reference } from '../../checker/reference.js';
import type { Limits, SearchResult } from '../../checker/result.js';
import type { Move, System } from '../../model/system.js';
import { always, countTo, inTheEnd, step, toy } from './toy.js';
import type { Loose, Step } from './toy.js';

/** What both engines say. */
async function check(system: System, limits: Limits = {}): Promise<SearchResult> {
  const result = await explicit(system, limits);
  expect(differences(result, await reference(system, limits))).toEqual([]);
  return result;
}

function verdictOf(result: SearchResult, name: string): string {
  return result.properties.find((property) => property.name === name)!.verdict;
}

function causesOf(result: SearchResult, name: string): string[] {
  const { counterexamples } = result.properties.find((property) => property.name === name)!;
  return counterexamples.map(
    ({ cause: { label, object, faults }, turns, steps }) =>
      `${label} ${object} [${faults.join()}] ${turns}/${steps}`,
  );
}

/** Enter and leave, over and over; the lock is taken in the step that tests it, or in the one after. */
function mutexTask(me: string, atomic: boolean): Step {
  return (s, move) => {
    const t = s[me];
    switch (t.pc) {
      case 'test':
        move.at('test', 'row 1');
        if (s.locked) move.block();
        if (atomic) s.locked = true;
        t.pc = atomic ? 'in' : 'take';
        break;
      case 'take':
        move.at('take', 'row 2');
        s.locked = true;
        t.pc = 'in';
        break;
      default:
        move.at('leave', 'row 3');
        move.event('tested');
        s.locked = false;
        t.pc = 'test';
    }
  };
}

function mutex(atomic: boolean): System {
  const initial = { locked: false, A: { pc: 'test' }, B: { pc: 'test' } };
  const alone = always('alone', (s) => (s.A.pc === 'in' && s.B.pc === 'in' ? 'the lock' : ''));
  return toy(initial, { A: mutexTask('A', atomic), B: mutexTask('B', atomic) }, alone);
}

describe('a lock', () => {
  test('that is tested and taken in one step keeps others out', async () => {
    const result = await check(mutex(true));
    expect(result).toMatchObject({
      states: 3,
      transitions: 4,
      turns: 1,
      deadlocks: 0,
      failures: 0,
      exhausted: true,
    });
    expect(verdictOf(result, 'alone')).toBe('holds');
    expect(result.taken).toEqual(['A:leave', 'A:test', 'B:leave', 'B:test']);
  });

  test('that is taken one step later does not', async () => {
    const result = await check(mutex(false));
    expect(verdictOf(result, 'alone')).toBe('violated');
    expect(causesOf(result, 'alone')).toEqual(['take the lock [] 3/4']);
    expect(result.properties[0]!.counterexamples[0]!.path.map(({ slot }) => slot)).toEqual([0, 1, 1, 0]);
  });
});

describe('the simplest run', () => {
  /** A alone needs five steps; with the help of B it takes two. */
  const conflict = () => {
    const shortcut: Step = (s, move) => {
      move.at('help', 'row 1');
      if (s.help || s.n > 0) move.block();
      s.help = true;
    };
    const count: Step = (s, move) => {
      move.at('count', 'row 2');
      if (s.n >= 5) move.block();
      s.n = s.help ? 5 : s.n + 1;
    };
    return toy(
      { n: 0, help: false },
      { A: count, B: shortcut },
      always('small', (s) => (s.n < 5 ? '' : 'n')),
    );
  };

  test('has the fewest turns, though another has fewer steps', async () => {
    expect(causesOf(await check(conflict()), 'small')).toEqual(['count n [] 1/5']);
  });

  test('has the fewest steps of those with the fewest turns', async () => {
    const walk: Step = (s, move) => {
      move.at('walk', 'row 1');
      if (s.n >= 6) move.block();
      s.n = Math.min(6, s.n + 1 + move.choose(3));
    };
    const judge: Step = (s, move) => {
      move.at('judge', 'row 2');
      if (s.n < 6) move.block();
      move.fail('low', 'n');
    };
    const result = await check(toy({ n: 0 }, { A: walk, B: judge }, step('low')));
    expect(causesOf(result, 'low')).toEqual(['judge n [] 2/3']);
    expect(result.properties[0]!.counterexamples[0]!.path).toHaveLength(3);
  });

  test('has the fewest steps, though the slot that needs them comes last', async () => {
    const leap: Step = (s, move) => {
      move.at('leap', 'row 1');
      if (s.n > 0) move.block();
      s.n = 3;
    };
    const judge: Step = (s, move) => {
      move.at('judge', 'row 2');
      if (s.n < 3) move.block();
      move.fail('three', 'n');
    };
    const stuck = inTheEnd('low', (s) => (s.n === 3 ? 'n' : ''));
    const counted = await check(toy({ n: 0 }, { A: countTo(3, 'n'), B: leap, C: judge }, step('three')));
    expect(causesOf(counted, 'three')).toEqual(['judge n [] 2/2']);
    expect(counted.properties[0]!.counterexamples[0]!.path.map(({ slot }) => slot)).toEqual([1, 2]);
    expect(causesOf(await check(toy({ n: 0 }, { A: countTo(3, 'n'), B: leap }, stuck)), 'low')).toEqual([
      'low n [] 1/1',
    ]);
  });

  test('has the fewest faults, though another has fewer turns', async () => {
    const kill: Step = (s, move) => {
      move.at('kill', 'row 1');
      if (s.struck.length > 0) move.block();
      s.struck.push('kill');
    };
    const back: Step = (s, move) => {
      move.at('pass', 'row 2');
      if (s.n === 0 || s.n % 2 === 0 || s.n > 4) move.block();
      s.n++;
    };
    const forth: Step = (s, move) => {
      if (s.struck.length > 0 || s.n === 4) {
        move.at('use', 'row 3');
        move.fail('free', 'stack');
      }
      move.at('forth', 'row 4');
      if (s.n % 2 === 1) move.block();
      s.n++;
    };
    const result = await check(
      toy({ n: 0, struck: [] }, { A: forth, B: back, 'env kill': kill }, step('free')),
    );
    // The one with a kill takes two turns, but needs a fault for what happens anyway in five.
    expect(causesOf(result, 'free')).toEqual(['use stack [] 5/5']);
  });
});

describe('faults', () => {
  const strike =
    (kind: string, most: number): Step =>
    (s, move) => {
      move.at(kind, 'row 1');
      if (s.struck.filter((one: string) => one === kind).length >= most) move.block();
      s.struck.push(kind);
      s.struck.sort();
    };
  const brokenBy =
    (needed: (struck: string[]) => boolean): Step =>
    (s, move) => {
      move.at('use', 'row 2');
      if (!needed(s.struck)) move.block();
      move.fail('free', 'stack');
    };

  test('a cause that needs more of the same faults is dropped', async () => {
    const system = toy(
      { struck: [] },
      { A: brokenBy((struck) => struck.includes('kill')), env1: strike('kill', 2), env2: strike('stop', 1) },
      step('free'),
    );
    expect(causesOf(await check(system), 'free')).toEqual(['use stack [kill] 2/2']);
  });

  test('a cause that needs other faults is kept', async () => {
    const system = toy(
      { struck: [] },
      { A: brokenBy((struck) => struck.length > 0), env1: strike('kill', 1), env2: strike('stop', 1) },
      step('free'),
    );
    expect(causesOf(await check(system), 'free')).toEqual(['use stack [kill] 2/2', 'use stack [stop] 2/2']);
  });

  test('a fault that strikes in the failing step counts', async () => {
    const kill: Step = (s, move) => {
      move.at('kill', 'row 1');
      s.struck.push('kill');
      move.fail('free', 'stack');
    };
    expect(causesOf(await check(toy({ struck: [] }, { env: kill }, step('free'))), 'free')).toEqual([
      'kill stack [kill] 1/1',
    ]);
  });
});

describe('a verdict', () => {
  const counting = (...more: Parameters<typeof always>[]) =>
    toy({ n: 0, m: 0 }, { A: countTo(3, 'n'), B: countTo(3, 'm') }, ...more.map((one) => always(...one)));

  test('is vacuous where the witness never happened', async () => {
    expect(verdictOf(await check(counting(['p', () => '', 'never'])), 'p')).toBe('vacuous');
    expect(verdictOf(await check(counting(['p', () => '', 'never']), { depth: 1 }), 'p')).toBe('vacuous');
  });

  test('is violated even where the witness never happened', async () => {
    expect(verdictOf(await check(counting(['p', (s) => (s.n > 2 ? 'n' : ''), 'never'])), 'p')).toBe(
      'violated',
    );
  });

  test('says initial where nothing has happened yet', async () => {
    const result = await check(counting(['p', () => 'all']));
    expect(causesOf(result, 'p')).toEqual(['initial all [] 0/0']);
    expect(result.properties[0]!.counterexamples[0]!.path).toEqual([]);
  });

  test('holds to the depth that cut the search, and holds where the depth cut nothing', async () => {
    const system = counting(['p', () => '']);
    const whole = await check(system);
    expect(whole).toMatchObject({ states: 16, turns: 2, deadlocks: 1, transitions: 24 });
    const cut = await check(system, { depth: whole.turns! - 1 });
    expect(cut).toMatchObject({ exhausted: false, stopped: 'depth', states: 7 });
    expect(verdictOf(cut, 'p')).toBe('holds-to-depth');
    const exact = await check(system, { depth: whole.turns! });
    expect(exact).toMatchObject({ exhausted: true, stopped: 'exhausted' });
    expect(verdictOf(exact, 'p')).toBe('holds');
    expect(differences(exact, whole)).toEqual([]);
  });

  test('holds to the depth only, where one turn more breaks something in a known state', async () => {
    const judge: Step = (s, move) => {
      move.at('judge', 'row 1');
      if (s.n < 3) move.block();
      move.fail('p', 'n');
    };
    const system = toy({ n: 0 }, { A: countTo(3, 'n'), B: judge }, step('p'));
    const cut = await check(system, { depth: 1 });
    expect(cut).toMatchObject({ exhausted: false, stopped: 'depth', failures: 0 });
    expect(verdictOf(cut, 'p')).toBe('holds-to-depth');
    expect(verdictOf(await check(system, { depth: 2 }), 'p')).toBe('violated');
  });

  test('is undecided where a limit was hit, but a violation stays one', async () => {
    const system = counting(['p', () => ''], ['q', (s) => (s.n === 2 ? 'n' : '')], ['v', () => '', 'never']);
    const result = await explicit(system, { maxStates: 5 });
    expect(result).toMatchObject({ states: 5, stopped: 'states', exhausted: false });
    expect(result.properties.map(({ verdict }) => verdict)).toEqual(['undecided', 'violated', 'undecided']);
    expect(result.properties[1]!.counterexamples[0]!.path).toHaveLength(2);
  });

  test('is not undecided where there are just as many states as allowed', async () => {
    expect((await explicit(counting(['p', () => '']), { maxStates: 16 })).stopped).toBe('exhausted');
  });

  test.each<[string, () => Limits]>([
    ['signal', () => ({ signal: AbortSignal.timeout(100) })],
    ['timeout', () => ({ timeout: 0.1 })],
    ['memory', () => ({ maxMemory: 1 })],
  ])('is undecided after a %s, and the search ends soon', async (stopped, limits) => {
    const large = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((field) => [field, 0]));
    const system = toy(
      large,
      Object.fromEntries(Object.keys(large).map((field) => [field, countTo(30, field)])),
      always('p', () => ''),
    );
    const told: number[] = [];
    const result = await explicit(system, { ...limits(), progress: ({ states }) => told.push(states) });
    expect(result.stopped).toBe(stopped);
    expect(verdictOf(result, 'p')).toBe('undecided');
    expect(result.seconds).toBeLessThan(2);
  });
});

describe('an end', () => {
  const wait: Step = (s, move) => {
    move.at('wait', 'row 1');
    if (!s.woken) move.block();
    move.event('tested');
    s.woken = false;
  };
  const wake: Step = (s, move) => {
    move.at('wake', 'row 2');
    if (s.woken) move.block();
    s.woken = true;
  };
  const awake = inTheEnd('awake', (s) => (s.woken ? '' : 'sleeper'));

  test('is where no task can move, though the environment can', async () => {
    const result = await check(toy({ woken: false }, { T: wait, env: wake }, awake));
    expect(result).toMatchObject({ states: 2, deadlocks: 1 });
    expect(causesOf(result, 'awake')).toEqual(['awake sleeper [] 0/0']);
  });

  test('is not where a task can', async () => {
    const result = await check(toy({ woken: false }, { T: wait, U: wake }, awake));
    expect(result.deadlocks).toBe(0);
    expect(verdictOf(result, 'awake')).toBe('holds');
  });

  test('is not where a task can only fail, and a failing step has no state after it', async () => {
    const fail: Step = (s, move) => {
      move.at('fail', 'row 1');
      s.n = 1;
      move.fail('p', 'n');
    };
    const result = await check(
      toy(
        { n: 0 },
        { T: fail },
        step('p'),
        inTheEnd('q', () => 'n'),
      ),
    );
    expect(result).toMatchObject({ states: 1, transitions: 0, failures: 1, deadlocks: 0 });
    expect(result.taken).toEqual(['T:fail']);
  });

  test('is seen in the last layer of a bounded search', async () => {
    const system = toy(
      { n: 0 },
      { T: countTo(2, 'n') },
      inTheEnd('never', () => 'n'),
    );
    expect(causesOf(await check(system, { depth: 1 }), 'never')).toEqual(['never n [] 1/2']);
  });
});

test('a violated assertion goes on, and is a failure and a transition', async () => {
  const abort: Step = (s, move) => {
    move.at('abort', 'row 1');
    if (s.n >= 2) move.block();
    if (s.n === 0) move.violate('assertion', 'result');
    s.n++;
  };
  const result = await check(toy({ n: 0 }, { T: abort }, step('assertion')));
  expect(result).toMatchObject({ states: 3, transitions: 2, failures: 1 });
  expect(causesOf(result, 'assertion')).toEqual(['abort result [] 1/1']);
});

test('a predicate that two steps can break has two causes', async () => {
  const set =
    (label: string): Step =>
    (s, move) => {
      move.at(label, 'row 1');
      if (s.n > 0) move.block();
      s.n = 1;
    };
  const result = await check(
    toy(
      { n: 0 },
      { A: set('left'), B: set('right') },
      always('zero', (s) => (s.n === 0 ? '' : 'n')),
    ),
  );
  expect(causesOf(result, 'zero')).toEqual(['left n [] 1/1', 'right n [] 1/1']);
});

test('a predicate is broken where it becomes false, not where it stays so', async () => {
  const result = await check(
    toy(
      { n: 0 },
      { A: countTo(5, 'n') },
      always('small', (s) => (s.n < 3 ? '' : `n is ${s.n}`)),
    ),
  );
  expect(causesOf(result, 'small')).toEqual(['count-n n is 3 [] 1/3']);
});

test('the same system gives the same result, run and all', async () => {
  const [one, two] = [await explicit(mutex(false)), await explicit(mutex(false))];
  expect({ ...one, seconds: 0 }).toEqual({ ...two, seconds: 0 });
});

test('components that outgrow their tables lose no state', async () => {
  const four = { a: 0, b: 0, c: 0, d: 0 };
  const bump =
    (field: string): Step =>
    (s: Loose, move: Move) => {
      move.at(field, 'row 1');
      if (s.part[field] === 11) move.block();
      s.part[field]++;
    };
  const result = await explicit(
    toy({ part: four }, { A: bump('a'), B: bump('b'), C: bump('c'), D: bump('d') }),
  );
  expect(result).toMatchObject({ states: 12 ** 4, transitions: 4 * 11 * 12 ** 3, turns: 4, deadlocks: 1 });
});

test('a component with more contents than look-ups have room for loses no state', async () => {
  const bump: Step = (s: Loose, move: Move) => {
    move.at('bump', 'row 1');
    const [field, bound] = move.choose(2) === 0 ? ['a', 299] : ['b', 239];
    if (s[field] === bound) move.block();
    s[field]++;
  };
  const result = await explicit(toy({ a: 0, b: 0 }, { A: bump }));
  expect(result).toMatchObject({ states: 300 * 240, transitions: 299 * 240 + 300 * 239, deadlocks: 1 });
});
