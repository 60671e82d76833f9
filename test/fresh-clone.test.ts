/** What a stranger does first: clone, `npm ci && npx check --depth 12`. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'clonecheck-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Files git tracks, as they are in the work tree, so that a change is tested before it is committed. */
function copyTree(): void {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  execFileSync(
    'tar',
    ['-C', root, '--null', '--ignore-failed-read', '-T', '-', '-cf', join(home, 'tree.tar')],
    {
      input: files,
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  );
  execFileSync('tar', ['-C', home, '-xf', join(home, 'tree.tar')]);
}

test('a fresh clone installs, checks, and ends with 1', { timeout: 300_000 }, () => {
  copyTree();
  const options = { cwd: home, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } } as const;
  execFileSync('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], { ...options, stdio: 'ignore' });
  const run = spawnSync('npx', ['check', '--depth', '12', '--quiet'], options);
  expect(run.stdout).toMatch(/^qemu-clone-vm: \d+ of \d+ promises are broken, \d+ of them without any fault/);
  // And the README shows what it prints.
  const shown = run.stdout.split('\n').slice(0, 18).join('\n');
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(`| head -18\n${shown}\n`);
  expect(run.status).toBe(1);
});
