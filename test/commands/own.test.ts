/** Protocols of one's own, in files given by path. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { onKernel } from '../model/x86_64/alive.js';
import { run } from './run.js';

const example = fileURLToPath(new URL('../../examples/join.ts', import.meta.url));
const source = readFileSync(example, 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'clonecheck-own-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The example with one thing changed. */
function changed(name: string, from: string, to: string): string {
  expect(source).toContain(from);
  return file(name, source.replace(from, to));
}

const hangs = (): string => changed('private.ts', "key: 'shared'", "key: 'private'");

describe('a protocol in a file', () => {
  test('is searched by all engines, and keeps its promises', async () => {
    const { stdout, stderr, code } = await run([example, '--engine', 'all', '--quiet']);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^\S+join\.ts: All 3 promises hold\./);
    expect(stdout).toMatch(/253 states · 444 transitions · 5 turns deep/);
    expect(code).toBe(0);
  });

  test('breaks a promise of its own where it is wrong, in a run that can be replayed', async () => {
    const { stdout, code } = await run([hangs(), '--quiet']);
    expect(stdout).toMatch(/✗ joiner-comes-back +violated +2 +no fault/);
    expect(code).toBe(1);
    const [, line = ''] = /check replay '([^']+)'/.exec(stdout) ?? [];
    const again = await run(['replay', line]);
    expect(again.stdout).toMatch(/still breaks joiner-comes-back, in 2 turns, 13 steps\.\n$/);
    expect(again.code).toBe(1);
  });

  test('is struck by the faults it names, and by no others', async () => {
    const { stdout } = await run([example, '--faults', 'kill-P', '--format', 'json', '--quiet']);
    const [{ states }] = (JSON.parse(stdout) as { runs: [{ states: number }] }).runs;
    expect(states).toBeLessThan(253);
    const { stderr, code } = await run([example, '--faults', 'kill-T']);
    expect(stderr).toMatch(/^error: there is no fault of join 'kill-T'\. Did you mean kill-P\?/);
    expect(code).toBe(2);
  });

  test('may be made of several files', async () => {
    file('names.mts', "export const WORD: string = 'tid';\n");
    const text = source.replace("word: 'tid'", 'word: WORD');
    const path = file('two.ts', `import { WORD } from './names.mts';\n${text}`);
    expect((await run([path, '--quiet'])).code).toBe(0);
  });

  test('is explained', async () => {
    const { stdout, code } = await run(['explain', example]);
    expect(stdout).toMatch(/^join: pthread_join by the CLEARTID word\n/);
    expect(stdout).toMatch(/Promises of its own\n {2}joiner-comes-back/);
    expect(code).toBe(0);
  });

  test('comes from check init, which overwrites nothing', async () => {
    const path = join(folder, 'mine.ts');
    expect((await run(['init', path])).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(source);
    const again = await run(['init', path]);
    expect(again).toMatchObject({ code: 2, stderr: `error: ${path} is there already\n` });
  });
});

describe('what is wrong with a file is told with its line, and ends with 2', () => {
  const stray = "k.says('mmap(...) = stack');";
  const cases: [string, () => string, RegExp][] = [
    ['no such file', () => join(folder, 'none.ts'), /there is no file \S+none\.ts$/],
    ['a folder', () => `${folder}/`, /there is no file/],
    ['no JavaScript', () => file('syntax.ts', 'export default {\n'), /syntax\.ts:2:1: /],
    ['an unknown package', () => file('imports.ts', "import 'left-pad';\n"), /imports\.ts:1:8: .*left-pad/],
    ['no protocol', () => file('three.ts', 'export default 3;\n'), /three\.ts holds no protocol/],
    [
      'an error as it is loaded',
      () => file('throws.ts', "const n: number = 1;\n\nthrow new Error('oh dear ' + n);\n"),
      /throws\.ts threw while it was loaded: oh dear 1 \(\S*throws\.ts:3:7\)$/,
    ],
    [
      'a step that throws',
      () => changed('step.ts', stray, "throw new Error('oh dear');"),
      /step\.ts: step P:mmap threw: oh dear \(\S*step\.ts:\d+:15\)$/,
    ],
    [
      'a step that is not pure',
      () => changed('pure.ts', stray, 'k.says(String(Math.random()));\nDate.now();'),
      /pure\.ts: step P:mmap /,
    ],
    ['a task that is none', () => changed('child.ts', "child: 'T'", "child: 'U'"), /no task slot U/],
    [
      'a promise that asks for a guest',
      () => changed('guest.ts', "'no-double-free'", "'no-hang'"),
      /'no-hang' is not among the promises that any protocol can name: no-failed-assertion/,
    ],
  ];
  test.each(cases)('%s', async (_what, path, message) => {
    const { stdout, stderr, code } = await run([path(), '--quiet']);
    expect(stdout).toBe('');
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr.trimEnd()).toMatch(/^error: /);
    expect(stderr.trimEnd()).toMatch(message);
    expect(code).toBe(2);
  });

  test('several clones', async () => {
    const { stderr, code } = await run([example, '--clones', '2']);
    expect(stderr).toMatch(/join is made once: --clones and --rounds are for the protocols of the library/);
    expect(code).toBe(2);
  });
});

onKernel('a protocol in a file', () => {
  test('is put to the kernel as any other', async () => {
    const { stdout } = await run([hangs(), '--confirm', '--quiet']);
    expect(stdout).toMatch(/✗ joiner-comes-back +violated +2 +no fault +confirmed/);
  });
});
