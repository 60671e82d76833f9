/** `check conform` as a user runs it. `npm run build` comes first. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { onKernel, seen, survivors } from '../model/x86_64/alive.js';
import { program, run } from './run.js';

const MANY = '1000000';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conform-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  [['--walks', '0'], "--walks takes a whole number from 1, and got '0'"],
  [['--seed', '-1'], "--seed takes a whole number from 0, and got '-1'"],
  [['--format', 'yaml'], "no format 'yaml'"],
])('refuses %j', async (flags, message) => {
  const { code, stdout, stderr } = await run(['conform', ...flags]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
  expect(stderr.trimEnd()).not.toContain('\n');
});

/** The processes that a process has started, and those that they have. Any of them may end while it is looked at. */
function descendants(pid: number): number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((tid) =>
      readFileSync(`/proc/${pid}/task/${tid}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    );
    return [...children, ...children.flatMap(descendants)];
  } catch {
    return [];
  }
}

/** Runs a command, does something to it when it drives real tasks, and says how it ended and what it has left behind. */
async function during(args: readonly string[], act: (pid: number, tasks: readonly number[]) => void) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let tasks: number[] = [];
  for (let left = 1500; left > 0 && tasks.length < 3; left--) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    tasks = descendants(child.pid!);
  }
  expect(tasks.length).toBeGreaterThanOrEqual(3);
  const alive = seen(tasks);
  act(child.pid!, tasks);
  const code = await ended;
  return { code, stdout: out.join(''), stderr: err.join(''), left: await survivors(alive) };
}

onKernel('check conform', () => {
  test('walks as often as it is told, and a seed decides where', async () => {
    const runs = [1, 2].map(() => run(['conform', '--walks', '40', '--seed', '7', '--format', 'json']));
    const [one, other] = (await Promise.all(runs)).map(({ code, stdout, stderr }) => {
      expect([code, stderr]).toEqual([0, '']);
      const { seconds, stepsPerSecond, kernel, ...rest } = JSON.parse(stdout) as Record<string, unknown>;
      expect([typeof seconds, typeof stepsPerSecond, typeof kernel]).toEqual(['number', 'number', 'string']);
      return rest;
    });
    expect(one).toMatchObject({
      schemaVersion: 1,
      result: 'conforms',
      seed: 7,
      asked: 40,
      walks: 40,
      difference: null,
    });
    expect(one!['turns']).toBeGreaterThan(100);
    expect(other).toEqual(one);
  });

  test('tells people the same', async () => {
    const { code, stdout } = await run(['conform', '--walks', '40', '--seed', '7']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Linux \S+ does what the model does: no difference in 40 walks from seed 7\n/);
    expect(stdout).toMatch(/ steps of real tasks in [\d.]+ s, [\d,]+ a second; /);
    expect(stdout).toMatch(/\nrules met \(\d+ of \d+\): K1 K2 /);
    expect(stdout).toContain('\nnever met: ');
  });

  test('walks all small programs from a number on, each in more orders than one', async () => {
    const flags = ['conform', '--systematic', '--walks', '5', '--seed', '5'];
    const { code, stdout } = await run([...flags, '--format', 'json']);
    expect(code).toBe(0);
    const told = JSON.parse(stdout) as Record<string, unknown>;
    expect(told).toMatchObject({ result: 'conforms', systematic: true, seed: 5, asked: 5, programs: 5 });
    expect(told['walks']).toBeGreaterThan(10);
    expect((await run(flags)).stdout).toMatch(
      /: no difference in 5 small programs \([\d,]+ walks, for every turn of every state\) from number 5\n/,
    );
  });

  test('takes all only where there is an end', async () => {
    const { code, stderr } = await run(['conform', '--walks', 'all']);
    expect([code, stderr]).toEqual([2, "error: --walks takes a whole number from 1, and got 'all'\n"]);
  });

  test('tells what it knows when it is stopped', async () => {
    const { code, stdout, left } = await during(['conform', '--walks', MANY], (pid) =>
      process.kill(pid, 'SIGINT'),
    );
    expect(code).toBe(3);
    expect(stdout).toMatch(/no difference in the [\d,]+ of 1,000,000 walks taken from seed/);
    expect(left).toEqual([]);
  });

  test('leaves nobody behind when it is killed', async () => {
    const { left } = await during(['conform', '--walks', MANY], (pid) => process.kill(pid, 'SIGKILL'));
    expect(left).toEqual([]);
  });

  test('starts another helper when one is killed', async () => {
    const { code, stdout, left } = await during(['conform', '--walks', '150', '--seed', '7'], (_, [helper]) =>
      process.kill(helper!, 'SIGKILL'),
    );
    expect([code, left]).toEqual([0, []]);
    expect(stdout).toContain('no difference in 150 walks');
  });

  test('says what is missing', async () => {
    const env = { PATH: folder, XDG_CACHE_HOME: folder };
    const { code, stdout, stderr } = await run(['conform'], { env });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: cannot ask this kernel: there is no C compiler "cc"; install one .*\n$/);
  });
});

onKernel('check litmus --on-kernel', () => {
  test('says that its helper was killed', async () => {
    const { code, stderr, left } = await during(['litmus', '--on-kernel'], (_, [helper]) =>
      process.kill(helper!, 'SIGKILL'),
    );
    expect([code, left]).toEqual([2, []]);
    expect(stderr).toMatch(
      /^error: the helper that holds real tasks has broken off \(\S+\): it was ended by SIGKILL\n$/,
    );
  });
});
