/** What several searches say together, on made-up results. */
import { describe, expect, test } from 'vitest';
import type { Counterexample, PropertyResult, SearchResult, Stopped, Verdict } from '../../checker/result.js';
import { union as unionOf } from '../../checker/union.js';

const found = (label: string, turns: number, ...faults: string[]): Counterexample => ({
  cause: { label, object: 'x', faults },
  turns,
  steps: turns,
  path: [],
});

function property(verdict: Verdict, ...counterexamples: Counterexample[]): PropertyResult {
  return { name: 'safe', kind: 'always', verdict, counterexamples };
}

function part(judged: PropertyResult, other: Partial<SearchResult> = {}): SearchResult {
  return {
    engine: 'explicit',
    states: 10,
    transitions: 20,
    turns: 3,
    deadlocks: 2,
    failures: 1,
    exhausted: true,
    stopped: 'exhausted',
    seconds: 0.5,
    properties: [judged],
    taken: [],
    events: [],
    ...other,
  };
}

const SAFE = [{ name: 'safe', kind: 'always' }] as const;

const union = (parts: readonly SearchResult[]): SearchResult => unionOf(parts, SAFE);

const verdictOf = (...verdicts: Verdict[]): Verdict =>
  union(verdicts.map((verdict) => part(property(verdict)))).properties[0]!.verdict;

test('counts are sums, turns the largest, and what is taken in any part is taken', () => {
  const whole = union([
    part(property('holds'), { turns: 7, taken: ['P:a', 'P:c'], events: ['born'] }),
    part(property('holds'), { states: 5, taken: ['P:b', 'P:c'], events: ['died'] }),
  ]);
  expect(whole).toMatchObject({
    states: 15,
    transitions: 40,
    turns: 7,
    deadlocks: 4,
    failures: 2,
    seconds: 1,
  });
  expect(whole).toMatchObject({ taken: ['P:a', 'P:b', 'P:c'], events: ['born', 'died'], exhausted: true });
});

describe('the verdict', () => {
  test.each([
    ['violated', ['holds', 'undecided', 'violated', 'vacuous']],
    ['undecided', ['holds', 'undecided', 'holds-to-depth']],
    ['holds-to-depth', ['holds', 'holds-to-depth', 'vacuous']],
    ['holds', ['vacuous', 'holds', 'vacuous']],
    ['vacuous', ['vacuous', 'vacuous']],
  ] as const)('is %s of %j', (expected, verdicts) => {
    expect(verdictOf(...verdicts)).toBe(expected);
    expect(verdictOf(...verdicts.toReversed())).toBe(expected);
  });
});

describe('how it ended', () => {
  test.each([
    ['exhausted', ['exhausted', 'exhausted']],
    ['depth', ['exhausted', 'depth']],
    ['timeout', ['depth', 'timeout', 'exhausted']],
    ['signal', ['memory', 'signal']],
  ] as const)('is %s of %j', (expected, endings: readonly Stopped[]) => {
    const whole = union(
      endings.map((stopped) => part(property('holds'), { stopped, exhausted: stopped === 'exhausted' })),
    );
    expect(whole).toMatchObject({ stopped: expected, exhausted: expected === 'exhausted' });
  });
});

describe('counterexamples', () => {
  const causes = (...parts: Counterexample[][]): readonly Counterexample[] =>
    union(parts.map((some) => part(property(some.length > 0 ? 'violated' : 'holds', ...some)))).properties[0]!
      .counterexamples;

  test('of one cause are one, the simplest, as the part has it', () => {
    const simple = found('write', 4);
    expect(causes([found('write', 6)], [simple], [found('write', 5)])).toEqual([simple]);
    expect(causes([found('write', 6)], [simple])[0]).toBe(simple);
  });

  test('of several causes are all there, simplest first', () => {
    const [free, early, late] = [found('write', 9), found('read', 2, 'kill'), found('write', 3, 'stop')];
    expect(causes([late], [early], [found('join', 1, 'kill', 'stop'), free])).toEqual([
      free,
      early,
      found('join', 1, 'kill', 'stop'),
    ]);
  });

  test('with a fault say nothing where another part needs none', () => {
    expect(causes([found('write', 2, 'kill')], [found('write', 8)])).toEqual([found('write', 8)]);
  });
});

describe('a property that not every part judges', () => {
  const other = part({ ...property('violated'), name: 'other' });

  test('is what those say that do', () => {
    expect(union([part(property('holds')), other]).properties).toEqual([property('holds')]);
  });

  test('is undecided where a limit kept others from judging it', () => {
    const cut: Partial<SearchResult> = { stopped: 'timeout', exhausted: false };
    expect(union([{ ...other, ...cut }]).properties).toEqual([property('undecided')]);
    expect(union([part(property('holds')), { ...other, ...cut }]).properties).toEqual([
      property('undecided'),
    ]);
    expect(union([part(property('violated', found('write', 2))), { ...other, ...cut }]).properties).toEqual([
      property('violated', found('write', 2)),
    ]);
  });
});

test('no parts have no union', () => {
  expect(() => union([])).toThrow('a union has at least one part');
});
