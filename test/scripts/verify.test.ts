/** `npm run verify:full` on a restricted set. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/verify.mjs', import.meta.url));

function verify(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
}

test('ends with 0 and a table where the engines agree on all there is', () => {
  const { status, stdout } = verify('native', '--faults', 'clone-C', '--guests', 'reaper');
  expect(stdout.split('\n')[2]).toMatch(
    /^\| native \| every usual guest \| none, and each of 1 \| in full \| [\d,]+ \| \d+\.\d \| 8 holds \|$/,
  );
  expect(stdout).toContain('| native | reaper | none, and each of 1 | in full |');
  expect(status).toBe(0);
});

test('compares along random walks what is too large', () => {
  const small = ['--faults', 'sigmask-C', '--guests', 'lasting-child', '--walks', '1000'];
  const { status, stdout } = verify('qemu-clone-vm', ...small);
  expect(stdout).toMatch(/\| every usual guest \| none, and each of 0 \| in full, but 1 by 1,\d\d\d moves/);
  expect(status).toBe(0);
}, 120_000);

test('ends with 1 where a limit ended a search', () => {
  const { status, stdout, stderr } = verify(
    'native',
    '--faults',
    'clone-C',
    '--guests',
    'reaper',
    '--timeout',
    '0',
  );
  expect(stderr).toContain('FAILED: native, every usual guest, clone-C: ended by timeout');
  expect(stdout).toContain('undecided');
  expect(status).toBe(1);
});

test.each([
  [['nativ'], "there is no protocol 'nativ'"],
  [['--faults', 'clone-X'], "there is no fault 'clone-X'"],
  [['--guests', 'nobody'], "there is no guest profile 'nobody'"],
  [['--kernel', '4.21'], 'there is no kernel release "4.21"'],
  [['--walks', 'many'], "--walks takes a whole number, and got 'many'"],
])('ends with 2 and a line for %j', (args, message) => {
  const { status, stdout, stderr } = verify(...args);
  expect(stderr).toContain(message);
  expect(stdout).toBe('');
  expect(status).toBe(2);
});
