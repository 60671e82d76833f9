import { describe, expect, test } from 'vitest';
import { differences } from '../../../checker/compare.js';
import { explicit } from '../../../checker/explicit.js';
import { reference } from '../../../checker/reference.js';
import { runLitmus } from '../../../commands/litmus.js';
import { litmusSystem, readLitmus, shippedLitmus } from '../../../model/litmus/index.js';

const tests = shippedLitmus().map((path) => readLitmus(path));

describe('the kernel of the model answers', () => {
  test.each(tests.map((one) => [one.name, one] as const))('%s', async (_, litmus) => {
    const { word, reached, outcomes } = await runLitmus(litmus);
    expect({ word, reached }).toEqual({ word: litmus.expect, reached: true });
    expect(outcomes.length).toBeGreaterThan(0);
  });
});

function count(word: string): number {
  return tests.filter((litmus) => litmus.expect === word).length;
}

test('each answer is given by some test', () => {
  expect(['Never', 'Sometimes', 'Always'].map((word) => count(word) > 10)).toEqual([true, true, true]);
});

test('each test has a question, a reason and a source with the release', () => {
  for (const { question, because, source } of tests) {
    expect(question).toMatch(/[?.]$/);
    expect(because).toMatch(/\.$/);
    expect(source).toMatch(/, \d+\.\d+$/);
  }
});

test('both engines see the same', { timeout: 60_000 }, async () => {
  for (const litmus of tests) {
    const system = litmusSystem(litmus);
    expect([litmus.name, ...differences(await explicit(system), await reference(system))]).toEqual([
      litmus.name,
    ]);
  }
});
