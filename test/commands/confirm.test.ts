/** What a user sees of the kernel's answers. */
import { release } from 'node:os';
import { expect, test } from 'vitest';
import { onKernel } from '../model/x86_64/alive.js';
import { run } from './run.js';

/** Answered at once: three causes without a fault, and the kernel confirms them. */
const broken = ['--property', 'no-leak', '--faults', 'none', '--depth', '6', '--quiet'];

async function replayLine(): Promise<string> {
  const { stdout } = await run(broken);
  return /check replay '([^']+)'/.exec(stdout)?.[1] ?? '';
}

onKernel('check --confirm', () => {
  test('tells in the table, below it and with the trace what the kernel says', async () => {
    const { stdout, code } = await run([...broken, '--confirm']);
    expect(stdout).toMatch(/promise +verdict +turns +needs +on Linux\n✗ no-leak .* confirmed {2}/);
    expect(stdout).toContain(`\nLinux ${release()}: 3 of 3 causes confirmed\n`);
    expect(stdout).toMatch(
      /5 turns, \d+ steps\n {2}confirmed on Linux .*: \d+ turns, \d+ steps of real tasks\n/,
    );
    expect(code).toBe(1);
  });

  test('tells it in a picture', async () => {
    const { stdout } = await run([...broken, '--confirm', '--format', 'dot']);
    expect(stdout).toMatch(/label="no-leak .*confirmed on Linux [^"]* steps of real tasks/);
  });

  test('has nothing to ask where nothing is broken', async () => {
    const { stdout, code } = await run(['native', '--property', 'no-hang', '--faults', 'none', '--confirm']);
    expect(stdout).toContain('There is nothing to ask the kernel.');
    expect(code).toBe(0);
  });
});

onKernel('check replay --on-kernel', () => {
  test('ends with what the kernel says', async () => {
    const { stdout, code } = await run(['replay', '--on-kernel', await replayLine()]);
    expect(stdout).toMatch(
      /still breaks no-leak, in .*\nconfirmed on Linux .*: \d+ turns, \d+ steps of real tasks\n$/,
    );
    expect(stdout).toContain(release());
    expect(code).toBe(1);
  });

  test('tells it in a picture', async () => {
    const { stdout } = await run(['replay', '--on-kernel', await replayLine(), '--format', 'dot']);
    expect(stdout).toMatch(/label="no-leak .*confirmed on Linux/);
  });
});

test('a kernel that cannot be asked is no error, and the reason is one line', async () => {
  const nowhere = { env: { PATH: '/nowhere' } };
  const { stdout, code, stderr } = await run(['replay', '--on-kernel', await replayLine()], nowhere);
  expect(stdout).toMatch(/\nunavailable: [^\n]+\n$/);
  expect([code, stderr]).toEqual([1, '']);
  const whole = await run([...broken, '--confirm', '--format', 'json'], nowhere);
  const { runs } = JSON.parse(whole.stdout);
  expect(runs[0].properties[0].counterexamples[0].onKernel).toEqual({
    result: 'unavailable',
    reason: expect.stringMatching(/\S/),
    kernel: release(),
  });
  expect(whole.code).toBe(1);
});
