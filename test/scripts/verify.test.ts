/** `npm run verify:full` on a restricted set. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/verify.mjs', import.meta.url));

function verify(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
}

test('ends with 0 and a table where the engines agree on all there is', () => {
  const { status, stdout } = verify('native', '--faults', 'clone-C');
  expect(stdout.split('\n')[2]).toMatch(
    /^\| native \| every guest \| none, and each of 1 \| in full \| [\d,]+ \| \d+\.\d \| 8 holds \|$/,
  );
  expect(status).toBe(0);
});

test('ends with 1 where a limit ended a search', () => {
  const { status, stdout, stderr } = verify('native', '--faults', 'clone-C', '--timeout', '0');
  expect(stderr).toContain('FAILED: native, every guest, clone-C: ended by timeout');
  expect(stdout).toContain('undecided');
  expect(status).toBe(1);
});

test.each([
  [['nativ'], "there is no protocol 'nativ'"],
  [['--faults', 'clone-X'], "there is no fault 'clone-X'"],
  [['--guests', 'nobody'], "there is no guest profile 'nobody'"],
  [['--walks', 'many'], "--walks takes a whole number, and got 'many'"],
])('ends with 2 and a line for %j', (args, message) => {
  const { status, stdout, stderr } = verify(...args);
  expect(stderr).toContain(message);
  expect(stdout).toBe('');
  expect(status).toBe(2);
});
