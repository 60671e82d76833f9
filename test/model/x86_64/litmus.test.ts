/** Litmus tests with real tasks: what this kernel confirms, and that a model that is wrong is refuted. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runLitmus } from '../../../commands/litmus.js';
import { Turns } from '../../../commands/lockstep.js';
import { onKernel, type KernelAnswer } from '../../../commands/on-kernel.js';
import { litmusSystem, readLitmus, shippedLitmus, type Litmus } from '../../../model/litmus/index.js';
import { releaseRules, type Rules } from '../../../model/platforms.js';
import type { System } from '../../../model/system.js';
import { startPuppet, type Puppet } from '../../../model/x86_64/puppet.js';
import { INSIDE } from '../../../model/x86_64/stops.js';
import { litmusOf } from '../litmus/walk.js';
import { onKernel as onThisKernel } from './alive.js';

let puppet: Puppet;

function shipped(name: string): Litmus {
  return readLitmus(shippedLitmus().find((path) => path.endsWith(`/${name}.litmus`))!);
}

async function ask(litmus: Litmus, system: System = litmusSystem(litmus)): Promise<KernelAnswer> {
  const { outcomes, paths } = await runLitmus(litmus, system);
  const asked = outcomes.map((outcome, index) => ({ outcome: JSON.stringify(outcome), path: paths[index]! }));
  return onKernel(puppet, litmus, system, asked);
}

onThisKernel('litmus tests on the running kernel', () => {
  beforeAll(async () => {
    puppet = await startPuppet();
  });
  afterAll(() => puppet.end());

  const all = shippedLitmus().map((path) => readLitmus(path));

  test.each(all.map((litmus) => [litmus.name, litmus] as const))('%s is not refuted', async (_, litmus) => {
    const { result, refuted, outcomes } = await ask(litmus);
    expect(refuted).toBeUndefined();
    // Where the kernel has a choice and always takes the same way, nothing is said.
    for (const shown of outcomes)
      if (shown.result !== 'seen')
        expect(shown.reason).not.toBe('the kernel does not show which of several it is');
    expect(result).not.toBe('refuted');
  });

  test('nearly all of them are confirmed', async () => {
    const results = [];
    for (const litmus of all) results.push((await ask(litmus)).result);
    expect(results.filter((result) => result === 'confirmed').length).toBeGreaterThanOrEqual(106);
  });

  test('a run is the same each time', async () => {
    const answers = [];
    for (let round = 0; round < 10; round++) answers.push(await ask(shipped('vf-5-child-is-no-zombie-yet')));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  test('what cannot be held apart is said to be of the model only', async () => {
    const { result, outcomes } = await ask(shipped('ord-2-child-settid-is-late'));
    expect(result).toBe('confirmed');
    expect(outcomes.map(({ result: shown, reason }) => [shown, reason])).toEqual([
      ['model-only', INSIDE['ret_from_fork']],
      ['seen', '2 turns'],
    ]);
  });

  test('a test about another release is not asked', async () => {
    const { result, reason } = await ask(shipped('exit-6-killed-before-4.8'));
    expect([result, reason]).toEqual([
      'model-only',
      expect.stringMatching(/^it is about Linux 4.7, and this is /),
    ]);
  });

  test('what the tracer disturbs is said to be of the model only', async () => {
    const { outcomes } = await ask(shipped('vf-3-killed-waiter'));
    expect(outcomes.map(({ result }) => result)).toContain('model-only');
    expect(outcomes.map(({ reason }) => reason).join()).toContain('complete_signal');
  });

  describe('a wrong rule is refuted by the kernel', () => {
    const wrong: [Partial<Rules>, string][] = [
      [{ cleartid: 'unless-killed' }, 'exit-6-killed-task-clears'],
      [{ cleartid: 'unless-core-dump', coreDumpKills: 'mm' }, 'exit-6-core-dump-clears'],
      [{ coreDumpKills: 'mm' }, 'exit-10-core-dump-spares-sharers'],
      [{ statusOf: 'leader' }, 'exit-3-status-of-the-last-thread'],
      [{ subreaper: false }, 'rep-1-subreaper'],
      [{ clone3: false }, 'clone-7-clone3-is-strict'],
      [{ threadPidfd: false }, 'clone-5-pidfd-of-a-thread'],
    ];
    test.each(wrong)('%o by %s', async (mutation, name) => {
      const litmus = shipped(name);
      const { result, refuted } = await ask(litmus, litmusSystem(litmus, { ...releaseRules(), ...mutation }));
      expect(result).toBe('refuted');
      expect(refuted!.differences.length).toBeGreaterThan(0);
    });
  });

  test('what differs is told by turn, in the words of the model', async () => {
    const litmus = shipped('exit-6-killed-task-clears');
    const wrong = litmusSystem(litmus, { ...releaseRules(), cleartid: 'unless-killed' });
    const { refuted } = await ask(litmus, wrong);
    expect(refuted!.turns.at(-1)).toEqual({ name: 'C', label: 'exit/K6' });
    expect(refuted!.differences).toEqual([{ what: 'x', model: '7', kernel: '0' }]);
  });
});

onThisKernel('check litmus --on-kernel', () => {
  const check = fileURLToPath(new URL('../../../dist/check.js', import.meta.url));
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [check, 'litmus', '--on-kernel', '--free', '0', ...args], {
      encoding: 'utf8',
    });
  const file = (name: string) => shippedLitmus().find((path) => path.endsWith(`/${name}.litmus`))!;

  test('prints what the kernel did beside what the model has', () => {
    const { stdout, status } = run(file('ord-2-child-settid-is-late'));
    expect(status).toBe(0);
    expect(stdout.replace(/Linux [\d.][^:]*:/, 'Linux 6.18:').replace(/[\d.]+ s/, '0.0 s'))
      .toMatchInlineSnapshot(`
      "ok   ord-2-child-settid-is-late (ORD-2, K4)
           Is the CHILD_SETTID word always written when clone returns to the caller?
           * P.s = 0  model only: a new task is first held after it has stored its tid
             P.s = C  seen on Linux, 2 turns
           P.s = 0: Sometimes, as expected

      1 litmus tests, every answer as expected (0.0 s)
      Linux 6.18: 1 confirmed, 0 refuted, 0 model only; 1 of 2 outcomes seen, in 1 runs of 4 steps
      "
    `);
  });

  test('tells programs the same', () => {
    const { stdout } = run(file('ord-2-child-settid-is-late'), '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      tests: [
        {
          onKernel: {
            result: 'confirmed',
            reason: null,
            outcomes: [{ result: 'model-only' }, { result: 'seen', reason: '2 turns' }],
            runs: 1,
          },
        },
      ],
    });
  });
});

test('a turn ends when everybody is held or asleep, in each way that can come of it', () => {
  const litmus = litmusOf(
    'words: x = 7',
    '',
    'P                                                            | C',
    'clone(C, CLONE_VM|CLONE_CHILD_CLEARTID|SIGCHLD, child_tid=x) | exit(0)',
    'r = futex(x, FUTEX_WAIT, 7)                                  |',
  );
  const turns = new Turns(litmusSystem(litmus));
  let state = turns.system.initial;
  const made: string[] = [];
  for (let next = turns.turns(state); next.length > 0; next = turns.turns(state)) {
    // P goes as far as it can before C moves.
    const turn = next.find(({ name }) => name === 'P') ?? next[0]!;
    made.push(`${turn.name}:${turn.label.replace(/^\d+ /, '').replace(/\(.*/, '')}`);
    const [after, ...others] = turns.after(state, turn);
    expect(others).toEqual([]);
    state = after!;
  }
  expect(made).toEqual(['P:clone', 'P:r = futex', 'C:exit', 'C:exit/K6', 'C:exit/K9']);
});
