import { describe, expect, test } from 'vitest';
import { runLitmus } from '../../../commands/litmus.js';
import { readLitmus, shippedLitmus } from '../../../model/litmus/index.js';

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
