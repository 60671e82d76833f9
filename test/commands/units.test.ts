import { describe, expect, it } from 'vitest';
import type { PropertyResult, Verdict } from '../../checker/result.js';
import { codeOf } from '../../commands/codes.js';
import { find, nearMisses } from '../../commands/names.js';
import { memory, seconds, wholeNumber } from '../../commands/numbers.js';

const names = ['no-hang', 'no-leak', 'no-double-free', 'single-exit-signal'];

describe('exit codes', () => {
  it.each([
    [['holds', 'holds'], false, 0],
    [['holds', 'holds-to-depth'], false, 0],
    [['holds', 'holds-to-depth'], true, 3],
    [['holds', 'vacuous'], false, 3],
    [['undecided', 'holds'], false, 3],
    [['undecided', 'vacuous', 'violated'], true, 1],
  ] as const)('%j with --require-exhausted %s is %i', (verdicts, required, code) => {
    expect(codeOf(verdicts.map(result), required)).toBe(code);
  });
});

describe('names', () => {
  it('offers near misses, the nearest first', () => {
    expect(nearMisses('no-hnag', names)).toEqual(['no-hang']);
    expect(nearMisses('double', names)).toEqual(['no-double-free']);
    expect(nearMisses('xyz', names)).toEqual([]);
  });

  it('says how to list them', () => {
    const things = names.map((name) => ({ name }));
    expect(find('property', 'no-leak', things)).toEqual({ name: 'no-leak' });
    expect(() => find('property', 'no-laek', things)).toThrow(
      "there is no property 'no-laek'. Did you mean no-leak? (check list shows all)",
    );
  });
});

describe('numbers', () => {
  it.each(['0', 'x', '1e3', '-1', '1.5', '', ' 3', '0x10', '9'.repeat(30)])('--depth refuses %j', (text) => {
    expect(() => wholeNumber('--depth', text, 1)).toThrow(
      `--depth takes a whole number from 1, and got '${text}'`,
    );
  });

  it.each(['0', '-1', 'soon', '1e3', ''])('--timeout refuses %j', (text) => {
    expect(() => seconds('--timeout', text)).toThrow('--timeout takes a number of seconds over 0');
  });

  it('reads sizes', () => {
    expect(memory('--max-memory', '512M')).toBe(512 * 2 ** 20);
    expect(memory('--max-memory', '2G')).toBe(2 ** 31);
    expect(memory('--max-memory', '1.5GiB')).toBe(1.5 * 2 ** 30);
    expect(memory('--max-memory', '64')).toBe(2 ** 26);
    expect(() => memory('--max-memory', 'lots')).toThrow('512M or 4G');
    expect(() => memory('--max-memory', '0M')).toThrow('512M or 4G');
  });
});

function result(verdict: Verdict): PropertyResult {
  return { name: 'x', kind: 'step', verdict, counterexamples: [] };
}
