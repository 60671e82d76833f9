import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { litmus } from '../../../commands/litmus.js';
import { Problem } from '../../../commands/problem.js';

let folder: string;
let written: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'litmus-'));
  written = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text: unknown, ...rest: unknown[]) => {
    written += String(text);
    for (const done of rest) if (typeof done === 'function') done();
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function fileOf(expected: string): string {
  const path = join(folder, 'mine.litmus');
  const lines = [
    'question: Does it wait?',
    'rules: VF-1',
    'words: x = 0',
    '',
    'P                               | C',
    'clone(C, CLONE_VM|SIGCHLD)      | x = 1',
    'r = x                           |',
    '',
    'exists: P.r = 0',
    `expect: ${expected}`,
    'because: Nothing makes it.',
    'source: kernel_clone, 6.18',
  ];
  writeFileSync(path, lines.join('\n'));
  return path;
}

test('lists every outcome once, marks those that meet the condition, and is content', async () => {
  expect(await litmus([fileOf('Sometimes')], { format: 'text' })).toBe(0);
  expect(written.replace(/[\d.]+ s/, '0.0 s')).toMatchInlineSnapshot(`
    "ok   mine (VF-1)
         Does it wait?
         * P.r = 0
           P.r = 1
         P.r = 0: Sometimes, as expected

    1 litmus tests, every answer as expected (0.0 s)
    "
  `);
});

test('says where an answer differs', async () => {
  expect(await litmus([fileOf('Always')], { format: 'text' })).toBe(1);
  expect(written).toContain('P.r = 0: Sometimes, where Always is expected');
  expect(written).toContain('1 of 1 litmus tests are not as expected: mine');
});

test('tells programs the same', async () => {
  expect(await litmus([fileOf('Always')], { format: 'json' })).toBe(1);
  expect(JSON.parse(written)).toMatchObject({
    schemaVersion: 1,
    tests: [
      {
        name: 'mine',
        kernel: '6.18',
        expected: 'Always',
        word: 'Sometimes',
        asExpected: false,
        outcomes: [{ 'P.r': '0' }, { 'P.r': '1' }],
      },
    ],
  });
});

test('says in one line why the running kernel cannot be asked', async () => {
  vi.stubEnv('PATH', folder);
  const asked = litmus([fileOf('Sometimes')], { format: 'text', onKernel: true });
  await expect(asked).rejects.toThrow(
    /^cannot ask this kernel: (there is no C compiler "cc"; install one|it needs Linux)/,
  );
  vi.unstubAllEnvs();
  expect(written).toBe('');
});

test('refuses what it cannot read before it runs anything', async () => {
  await expect(litmus([fileOf('Always'), join(folder, 'none')], { format: 'text' })).rejects.toThrow(Problem);
  await expect(litmus([fileOf('Perhaps')], { format: 'text' })).rejects.toThrow(
    'mine.litmus:10: "Perhaps" is no answer: write Never, Sometimes or Always',
  );
  expect(written).toBe('');
});
