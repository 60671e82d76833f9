import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { RULES } from '../../../model/kernel/rules.js';
import { readLitmus, shippedLitmus } from '../../../model/litmus/index.js';

const kernelFolder = new URL('../../../model/kernel/', import.meta.url);
const kernel = readdirSync(kernelFolder)
  .filter((name) => name !== 'rules.ts')
  .map((name) => readFileSync(new URL(name, kernelFolder), 'utf8'))
  .join('\n');

/** `K7` is cited by its parts as well. */
function isCited(id: string): boolean {
  return new RegExp(`(?<![\\w-])${id}${id.startsWith('K') ? '[a-e]?' : ''}(?![\\w-])`).test(kernel);
}

function count(prefix: string): number {
  return RULES.filter(({ id }) => id.replace(/-?\d+$/, '') === prefix).length;
}

test('each rule of sections 0 to 10 is listed once', () => {
  const prefixes = 'K W CLONE ORD PAR VF EXIT EXEC NOT REP WAIT SIG STOP FUT'.split(' ');
  expect(prefixes.map((prefix) => [prefix, count(prefix)])).toEqual([
    ['K', 10],
    ['W', 1],
    ['CLONE', 14],
    ['ORD', 5],
    ['PAR', 6],
    ['VF', 5],
    ['EXIT', 13],
    ['EXEC', 10],
    ['NOT', 8],
    ['REP', 8],
    ['WAIT', 10],
    ['SIG', 7],
    ['STOP', 4],
    ['FUT', 7],
  ]);
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
});

test('at most ten rules are left out, each for a reason', () => {
  const reasons = RULES.flatMap((rule) => ('leftOut' in rule ? [rule.leftOut] : []));
  expect(reasons.length).toBeLessThanOrEqual(10);
  for (const reason of reasons) expect(reason.length).toBeGreaterThan(20);
});

test('each rule that is kept is cited where it is implemented', () => {
  const kept = RULES.filter((rule) => !('leftOut' in rule));
  expect(kept.map(({ id }) => id).filter((id) => !isCited(id))).toEqual([]);
});

test('each rule that is kept is explained by a test that is there', () => {
  const tests = new Map(shippedLitmus().map((path) => [readLitmus(path).name, readLitmus(path)]));
  const astray = RULES.filter((rule) => {
    if ('litmus' in rule) return tests.get(rule.litmus)?.rules.includes(rule.id) !== true;
    if (!('unit' in rule)) return false;
    const [file, name] = rule.unit.split(/: (.*)/);
    const text = readFileSync(new URL(`${file}.test.ts`, import.meta.url), 'utf8');
    return !text.includes(`test('${name}'`);
  });
  expect(astray.map(({ id }) => id)).toEqual([]);
});

test('a litmus test names only rules that there are', () => {
  const known = new Set(RULES.map(({ id }) => id));
  const strange = shippedLitmus().flatMap((path) => readLitmus(path).rules.filter((id) => !known.has(id)));
  expect(strange).toEqual([]);
});
