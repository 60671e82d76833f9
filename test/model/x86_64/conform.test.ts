/** Random programs: this kernel does what the model does, and a wrong model is found and told in few lines. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { printDifference, walkOnce } from '../../../commands/conform.js';
import { kernelOf, Turns } from '../../../commands/lockstep.js';
import { printProgram, randomProgram } from '../../../commands/program.js';
import { Random } from '../../../commands/random.js';
import { shrink } from '../../../commands/shrink.js';
import type { State } from '../../../model/system.js';
import { startPuppet, type Puppet } from '../../../model/x86_64/puppet.js';
import { systemOf } from '../litmus/walk.js';
import { onKernel } from './alive.js';

let puppet: Puppet;

onKernel('random programs', () => {
  beforeAll(async () => {
    puppet = await startPuppet();
  });
  afterAll(() => puppet.end());

  test('200 of them show no difference', async () => {
    for (let seed = 0; seed < 200; seed++) {
      const walk = await walkOnce(puppet, seed);
      expect(walk.played?.differences.length ? printDifference(walk, seed) : '').toBe('');
    }
  });

  test('a wrong kernel of the model is found, and shown by a program of few lines', async () => {
    vi.resetModules();
    vi.doMock('../../../model/kernel/notify.js', async (original) => ({
      ...(await original<object>()),
      groupIsEmpty: () => true,
    }));
    const wrong = await import('../../../commands/conform.js');
    try {
      for (let seed = 0; ; seed++) {
        const walk = await wrong.walkOnce(puppet, seed);
        if (walk.played === undefined || walk.played.differences.length === 0) {
          expect(seed).toBeLessThan(500);
          continue;
        }
        const { program, played } = await wrong.smallest(puppet, walk);
        expect(played!.differences.length).toBeGreaterThan(0);
        expect(program.columns.flatMap(({ operations }) => operations).length).toBeLessThanOrEqual(4);
        return;
      }
    } finally {
      vi.doUnmock('../../../model/kernel/notify.js');
      vi.resetModules();
    }
  });
});

test('a thread that dies does not wait for a signal that another may take', () => {
  const turns = new Turns(
    systemOf('task C: thread of P', '', 'P | C       | D', '  | exit(3) | kill(P, SIGQUIT)'),
  );
  const states = ['C', 'D', 'C'].reduce<readonly State[]>(
    (before, name) =>
      before.flatMap((state) =>
        turns.after(
          state,
          turns.turns(state).find((turn) => turn.name === name)!,
        ),
      ),
    [turns.system.initial],
  );
  expect(states.map((state) => kernelOf(state).task['C']!.state)).toEqual(['absent']);
});

test('a seed decides the program', () => {
  const text = (seed: number) => printProgram(randomProgram(new Random(seed)), 'Does it?');
  expect(text(7)).toBe(text(7));
  expect(new Set(Array.from({ length: 50 }, (_, seed) => text(seed))).size).toBe(50);
});

test('what does not matter is left out', async () => {
  const program = {
    attributes: ['P: handles SIGUSR1'],
    columns: [
      { task: 'P', operations: ['x = 1', 'r = clone(C, CLONE_VM|CLONE_VFORK|SIGCHLD)', 'exit(3)'] },
      { task: 'C', operations: ['execve()'] },
    ],
  };
  const small = await shrink(program, async ({ columns }) =>
    columns.some(({ operations }) => operations.some((text) => text.includes('CLONE_VFORK'))),
  );
  expect(small).toEqual({
    attributes: [],
    columns: [
      { task: 'P', operations: ['clone(C, CLONE_VFORK|SIGCHLD)'] },
      { task: 'C', operations: [] },
    ],
  });
});
