/** Litmus tests that real tasks run by themselves: nothing comes of them that the model forbids. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askFree, type Freely } from '../../../commands/free.js';
import { runLitmus } from '../../../commands/litmus.js';
import { litmusSystem, readLitmus, shippedLitmus, type Litmus } from '../../../model/litmus/index.js';
import { releaseRules, type Rules } from '../../../model/platforms.js';
import { runFree, tied } from '../../../model/x86_64/free.js';
import { startPuppet, type Puppet } from '../../../model/x86_64/puppet.js';
import { litmusOf } from '../litmus/walk.js';
import { withWrongKernel } from '../wrong-kernel.js';
import { onKernel, seen, survivors } from './alive.js';
import { WRONG } from './wrong.js';

let puppet: Puppet;

function file(name: string): string {
  return shippedLitmus().find((path) => path.endsWith(`/${name}.litmus`))!;
}

async function ask(litmus: Litmus, runs: number, system = litmusSystem(litmus)): Promise<Freely> {
  const { outcomes } = await runLitmus(litmus, system);
  return askFree(puppet, litmus, system, outcomes, runs);
}

onKernel('litmus tests that run free', () => {
  beforeAll(async () => {
    puppet = await startPuppet();
  });
  afterAll(() => puppet.end());

  test('come to what the model allows', async () => {
    let [ran, runs] = [0, 0];
    for (const path of shippedLitmus()) {
      const litmus = readLitmus(path);
      const free = await ask(litmus, 2);
      expect([litmus.name, free.forbidden]).toEqual([litmus.name, undefined]);
      expect(free.times.reduce((sum, count) => sum + count, free.unclear)).toBe(free.runs);
      if (free.runs > 0) ran++;
      runs += free.runs;
    }
    expect(ran).toBeGreaterThanOrEqual(100);
    expect(runs).toBe(2 * ran);
  });

  test('come to each of two outcomes', async () => {
    const { times, runs } = await ask(readLitmus(file('exit-2-first-code-wins')), 60);
    expect(runs).toBe(60);
    expect(times.filter((count) => count > 0)).toHaveLength(2);
  });

  test('come to what a tracer cannot hold apart', async () => {
    // The word of CHILD_SETTID is stored after clone has returned.
    const { times } = await ask(readLitmus(file('ord-2-child-settid-is-late')), 40);
    expect(times[0]).toBeGreaterThan(0);
  });

  test('tell what handlers saw, which calls came back, and who is where', async () => {
    const litmus = litmusOf(
      'words: x = 0',
      'task P: handles SIGUSR1 SA_RESTART',
      'task Q: child of P',
      '',
      'P                       | C        | Q',
      'r = clone(C, SIGCHLD)   | exit(3)  | x = 1',
      's = wait4(C, 0)         |          | kill(P, SIGUSR1)',
      'futex(x, FUTEX_WAIT, 1) |          | execve()',
      '                        |          | x = Q',
    );
    const shown = {
      ...litmus,
      show: ['P.r', 'P.s', 'P.s_status', 'P.taken', 'P.from', 'P.state', 'C.state', 'Q.state', 'x'],
    };
    const { times, forbidden } = await ask(shown, 10);
    expect(forbidden).toBeUndefined();
    expect(times.reduce((sum, count) => sum + count, 0)).toBe(10);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- litmus systems have no other states
    const initial = litmusSystem(shown).initial as Parameters<typeof runFree>[2];
    expect(await runFree(puppet, shown, initial, () => 0)).toMatchObject({
      'P.r': 'C',
      'P.s': 'C',
      'P.s_status': 'CLD_EXITED',
      'P.taken': 'SIGUSR1',
      'P.from': 'Q',
      'P.state': expect.stringMatching(/done|blocked/) as string,
      'C.state': 'gone',
      'Q.state': 'done',
      x: 'Q',
    });
  });

  const ONCE: readonly { what: string; text: readonly string[]; show: readonly string[] }[] = [
    {
      what: 'a handler that runs before the first thing that a new task does',
      text: [
        'task P: handles SIGUSR1',
        '',
        'P                           | C',
        'clone(C, CLONE_VM|SIGCHLD)  |',
        'kill(C, SIGUSR1)            |',
      ],
      show: ['C.taken', 'C.state', 'P.taken'],
    },
    {
      what: 'a call that kills its caller before that has its result',
      text: ['task C: thread of P', '', 'P               | C', 's = getpid()    | s = kill(P, SIGKILL)'],
      show: ['P.s', 'C.s', 'P.state'],
    },
    {
      what: 'a task that dies before it has told its tid',
      text: [
        'words: y = 0',
        '',
        'P                                                                            | C | D',
        'clone(C, CLONE_VM|CLONE_SIGHAND|CLONE_THREAD|CLONE_PARENT_SETTID, parent_tid=y) |   | kill(P, SIGKILL)',
      ],
      show: ['y', 'P.state', 'C.state'],
    },
  ];
  test.each(ONCE)('take nothing for forbidden: $what', async ({ text, show }) => {
    const free = await ask({ ...litmusOf(...text), show }, 40);
    expect([free.reason, free.runs, free.forbidden]).toEqual(['', 40, undefined]);
  });

  describe('refute a wrong rule', () => {
    const wrong: [Partial<Rules>, string][] = [
      [{ cleartid: 'unless-killed' }, 'exit-6-killed-task-clears'],
      [{ clone3: false }, 'clone-7-clone3-is-strict'],
      [{ subreaper: false }, 'rep-1-subreaper'],
    ];
    test.each(wrong)('%o by %s', async (mutation, name) => {
      const litmus = readLitmus(file(name));
      const { forbidden } = await ask(litmus, 20, litmusSystem(litmus, { ...releaseRules(), ...mutation }));
      expect(forbidden).toBeDefined();
    });
  });

  describe('refute a wrong kernel', () => {
    const some = WRONG.filter(({ by }) =>
      ['exec-4-exit-signal-at-vfork-return', 'not-4-nocldwait-still-signals', 'fut-5-wakes-one'].includes(
        String(by),
      ),
    );
    test.each(some)('$what', async ({ by, file: part, replace }) => {
      await withWrongKernel(part, replace, async () => {
        const { runLitmus: run } = await import('../../../commands/litmus.js');
        const { litmusSystem: systemOf } = await import('../../../model/litmus/index.js');
        const litmus = readLitmus(file(String(by)));
        const system = systemOf(litmus);
        const { outcomes } = await run(litmus, system);
        expect((await askFree(puppet, litmus, system, outcomes, 40)).forbidden).toBeDefined();
      });
    });
  });
});

onKernel('nobody who runs free is left behind', () => {
  test.each([
    ['is killed', (pid: number) => process.kill(pid, 'SIGKILL')],
    ['ends', () => puppet.end()],
  ])('when the helper %s', async (_, end) => {
    puppet = await startPuppet({ seconds: 0.5 });
    const litmus = litmusOf(
      'words: x = 0',
      'task C: child of P',
      '',
      'P | C',
      'futex(x, FUTEX_WAIT, 0) | pause()',
    );
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- litmus systems have no other states
    await runFree(puppet, litmus, litmusSystem(litmus).initial as Parameters<typeof runFree>[2], () => 0);
    const alive = seen([...(await puppet.look()).facts.values()].map(({ tgid }) => tgid));
    expect(alive).toHaveLength(3);
    await end(puppet.pid);
    expect(await survivors(alive)).toEqual([]);
    await puppet.end();
  });
});

test('what would need a tid that nobody knows yet does not run free', () => {
  expect(tied(readLitmus(file('k2-visible-before-it-runs')))).toMatch(/known by its tid to nobody/);
  expect(tied(readLitmus(file('exec-8-takes-over-the-pid')))).toMatch(/takes over a tid/);
  expect(tied(readLitmus(file('vf-5-child-is-no-zombie-yet')))).toBe('');
});

onKernel('check litmus --on-kernel', () => {
  const check = fileURLToPath(new URL('../../../dist/check.js', import.meta.url));
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [check, 'litmus', '--on-kernel', '--free', '5', ...args], {
      encoding: 'utf8',
    });

  test('prints how often each outcome came up, beside what held tasks did', () => {
    const { stdout, status } = run(file('exit-6-killed-task-clears'), file('k2-visible-before-it-runs'));
    expect(status).toBe(0);
    expect(stdout).toMatch(/ {2}seen on Linux, \d turns; 5 of 5 free runs\n/);
    expect(stdout).toMatch(/\n {5}not run free: a task that is not there at the start/);
    expect(stdout).toMatch(
      /\nwithout a tracer, statistics only: 1 of 1 outcomes of 1 tests came up in 5 runs\n/,
    );
  });

  test('tells programs the same', () => {
    const { stdout } = run(file('exit-6-killed-task-clears'), '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      tests: [{ freeRuns: { reason: null, runs: 5, times: [5], unclear: 0, forbidden: null } }],
    });
  });
});
