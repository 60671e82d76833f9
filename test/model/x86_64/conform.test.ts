/** Random programs: this kernel does what the model does, and a wrong model is found and told in few lines. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isCounted } from '../../../commands/coverage.js';
import { EveryTurn } from '../../../commands/every-turn.js';
import { numberedProgram, PROGRAMS } from '../../../commands/systematic.js';
import type * as Walks from '../../../commands/walk.js';
import { walkEveryTurn, walkOnce } from '../../../commands/walk.js';
import { Turns, type Turn } from '../../../commands/lockstep.js';
import { play } from '../../../commands/pair.js';
import { printProgram, randomProgram, type Program } from '../../../commands/program.js';
import { Random } from '../../../commands/random.js';
import { shrink } from '../../../commands/shrink.js';
import { litmusSystem, parseLitmus } from '../../../model/litmus/index.js';
import { RULES } from '../../../model/kernel/rules.js';
import type { State, System } from '../../../model/system.js';
import { startPuppet, type Puppet } from '../../../model/x86_64/puppet.js';
import { litmusOf, systemOf } from '../litmus/walk.js';
import { kernelOf } from '../../../model/x86_64/stops.js';
import { withWrongKernel } from '../wrong-kernel.js';
import { onKernel } from './alive.js';

let puppet: Puppet;

/** One helper for the tests of a group. */
function withPuppet(): void {
  beforeAll(async () => {
    puppet = await startPuppet();
  });
  afterAll(() => puppet.end());
}

/** Tests the walks of a model in which a dead leader is a dead process. */
async function withWrongWalks(ask: (wrong: typeof Walks) => Promise<void>): Promise<void> {
  await withWrongKernel(
    'notify',
    () => ({ groupIsEmpty: () => true }),
    async () => ask(await import('../../../commands/walk.js')),
  );
}

function systemOfProgram(program: Program): System {
  return litmusSystem(parseLitmus('small.litmus', printProgram(program, 'Is it?')));
}

onKernel('random programs', () => {
  withPuppet();

  test('200 of them show no difference, and most rules', async () => {
    const rules = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      const walk = await walkOnce(puppet, seed);
      expect([seed, walk.played?.differences ?? []]).toEqual([seed, []]);
      for (const rule of walk.played?.rules ?? []) rules.add(rule);
    }
    expect(rules.size).toBeGreaterThan(50);
    expect([...rules].filter((rule) => !isCounted(rule))).toEqual([]);
  });

  test('a wrong kernel of the model is found, and shown by a program of few lines', async () => {
    await withWrongWalks(async (wrong) => {
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
    });
  });
});

/** Programs in which the two once differed: the order of the turns, and why the tracer ends the run, if it does. */
interface Once {
  readonly what: string;
  readonly text: readonly string[];
  readonly order: string;
  readonly ends?: RegExp;
}
const ONCE: readonly Once[] = [
  {
    what: 'who sleeps in wait is woken by the death of a child that was born meanwhile',
    text: [
      'task C: child of P, exit signal SIGUSR1',
      '',
      'P                   | C                               | D',
      'wait4(-1, __WCLONE) | execve()                        | exit_group(4)',
      '                    | clone(D, CLONE_PARENT|SIGRTMIN) |',
    ],
    order: 'P C C D D D',
  },
  {
    what: 'a wait for a tid is for whoever bears it now',
    text: [
      'P                  | D                                             | M',
      'clone(D, SIGRTMIN) | clone(M, CLONE_VM|CLONE_SIGHAND|CLONE_THREAD) | execve() fails late',
      'waitid(D, WNOWAIT) |                                               |',
    ],
    order: 'P D M D M P M',
  },
  {
    what: 'a SIGCONT wakes the other threads of a traced process',
    text: [
      'task C: thread of P',
      '',
      'P | C                      | M',
      '  | sigtimedwait(SIGRTMIN) | tgkill(P, SIGCONT)',
    ],
    order: 'C M',
    ends: /ptrace_trap_notify/,
  },
  {
    what: 'a SIGCONT that is ignored is let through once the parent was told',
    text: [
      'task C: child of P',
      '',
      'P        | C',
      'getpid() | kill(P, SIGSTOP)',
      '         | kill(P, SIGCONT)',
    ],
    order: 'C P C P',
  },
  {
    what: 'a signal that is ignored comes before one with a handler, which another thread may take',
    text: [
      'task P: handles SIGTERM',
      '',
      'P                                             | D                | M',
      'clone(D, CLONE_VM|CLONE_SIGHAND|CLONE_THREAD) | kill(D, SIGTERM) | tgkill(D, SIGCHLD)',
    ],
    order: 'P D M P',
  },
  {
    what: 'who has executed two programs since is another parent than after one',
    text: [
      'P           | C                  | D',
      'execve()    | execve()           | exit(3)',
      'clone(C, 0) | clone(D, SIGRTMIN) |',
      '            | execve()           |',
    ],
    order: 'P P C C C D D D',
  },
  {
    what: 'a call that was interrupted is followed by one of the same kind',
    text: [
      'task C: thread of P',
      'task D: thread of P',
      'task D: handles SIGCHLD SA_RESTART',
      '',
      'P | C           | D',
      '  | r = pause() | kill(P, SIGCHLD)',
      '  | pause()     |',
    ],
    order: 'C D D C',
    ends: /what an interrupted call returns/,
  },
  {
    what: 'who goes on after a stop tells of it before a tracer can hold it',
    text: [
      'P                                             | C                | M',
      'clone(M, CLONE_VM|CLONE_SIGHAND|CLONE_THREAD) | kill(P, SIGSTOP) |',
      'sigprocmask(SIG_BLOCK, all)                   | kill(P, SIGCONT) |',
    ],
    order: 'P P C P M C',
  },
  {
    what: 'a SIGKILL for a leader that is dead kills nobody',
    text: ['task C: thread of P', '', 'P       | C', 'exit(3) | tgkill(P, SIGKILL)'],
    order: 'P P C',
  },
  {
    what: 'who sleeps in wait is not woken by an execve that makes the child another to wait for',
    text: ['P                  | C', 'clone(C, SIGUSR1)  | execve()', 'wait4(C, __WCLONE) | exit(0)'],
    order: 'P P C C C C',
  },
  {
    what: 'the mask of a dead leader decides what its process drops',
    text: [
      'task C: blocks SIGCONT',
      '',
      'C                                                     | D',
      'clone(D, CLONE_VM|CLONE_SIGHAND|CLONE_THREAD|SIGUSR1) | kill(C, SIGCONT)',
      'exit(3)                                               |',
    ],
    order: 'C C C D',
  },
  {
    what: 'who is to stop with its process stops before it takes a signal',
    text: [
      'P                                               | C | M',
      'clone(M, SIGRTMIN)                              |   | tgkill(C, SIGSTOP)',
      'clone(C, CLONE_VM|CLONE_SIGHAND|CLONE_THREAD|0) |   | tgkill(M, SIGSTOP)',
    ],
    order: 'P P M C M M',
  },
  {
    what: 'an ignored signal is cared for before a sleeper in vfork has taken it',
    text: [
      'task C: child of P',
      '',
      'P                                                    | C | D',
      'clone(D, CLONE_VM|CLONE_SIGHAND|CLONE_VFORK|SIGCHLD) |   | kill(C, SIGRTMIN)',
      '                                                     |   | sigaction(SIGCHLD, handler)',
    ],
    order: 'P D C C D',
    ends: /is not ignored any more/,
  },
  {
    what: 'one thread ignores a signal and another blocks it',
    text: [
      'P                                                         | C                              | D',
      'clone(D, SIGCHLD)                                         | sigprocmask(SIG_BLOCK, SIGCHLD) | kill(D, SIGKILL)',
      'clone(C, CLONE_VM|CLONE_SIGHAND|CLONE_THREAD|CLONE_VFORK) |                                |',
    ],
    order: 'P D P C D D',
    ends: /one thread ignores and another blocks/,
  },
  {
    what: 'another thread takes the signal that has woken a sleeper',
    text: [
      'P                                             | C',
      'clone(C, CLONE_VM|CLONE_SIGHAND|CLONE_THREAD) | r = pause()',
      'sigaction(SIGCHLD, handler, SA_RESTART)       |',
      'kill(C, SIGCHLD)                              |',
      'kill(C, SIGSTOP)                              |',
    ],
    order: 'P C P P P P C',
    ends: /what an interrupted call returns/,
  },
];

onKernel('a program in which model and kernel once differed', () => {
  withPuppet();

  test.each(ONCE)('$what', async ({ text, order, ends }) => {
    const litmus = litmusOf(...text);
    const who = order.split(' ');
    const played = await play(puppet, litmus, new Turns(litmusSystem(litmus)), (possible) => {
      const next = who.shift();
      const found = possible.find(({ name }) => name === next);
      if (next !== undefined && found === undefined) throw new Error(`${next} cannot move`);
      return found;
    });
    expect(played.differences).toEqual([]);
    expect(who).toEqual([]);
    if (ends === undefined) expect(played.distorted).toBeUndefined();
    else expect(played.distorted).toMatch(ends);
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

test('a step shows the rules that it cites, and those without which it would have done something else', () => {
  const shown = (...lines: readonly string[]) => {
    const turns = new Turns(systemOf(...lines));
    const { initial } = turns.system;
    return turns.results(
      initial,
      turns.turns(initial).find(({ name }) => name === 'P')!,
    )[0]!.rules;
  };
  const dead = shown('task C: child of P', '', 'P                | C', 'kill(C, SIGTERM) | pause()');
  expect(dead).toEqual(['SIG-5']);
  expect(shown('task C: child of P', '', 'P                | C', 'kill(C, SIGCHLD) | pause()')).toEqual([]);
  expect(shown('P                           | C', 'clone(C, CLONE_VM|SIGCHLD) |')).toEqual([
    'K1',
    'K2',
    'K3',
    'CLONE-2',
  ]);
});

test('only rules that the model keeps are counted', () => {
  const kept = RULES.filter((rule) => !('leftOut' in rule)).map(({ id }) => id);
  expect(kept.filter(isCounted).length).toBe(77);
});

test('a seed decides the program', () => {
  const text = (seed: number) => printProgram(randomProgram(new Random(seed)), 'Does it?');
  expect(text(7)).toBe(text(7));
  expect(new Set(Array.from({ length: 50 }, (_, seed) => text(seed))).size).toBe(50);
});

onKernel('small programs', () => {
  withPuppet();

  test('20 of them show no difference in any turn', async () => {
    const rules = new Set<string>();
    for (let number = 0; number < 20; number++) {
      const walks = await walkEveryTurn(puppet, number);
      expect([number, walks.flatMap(({ played }) => played?.differences ?? [])]).toEqual([number, []]);
      for (const { played } of walks) for (const rule of played?.rules ?? []) rules.add(rule);
    }
    expect(rules.size).toBeGreaterThan(30);
  });

  test('find a wrong kernel of the model', async () => {
    await withWrongWalks(async (wrong) => {
      let number = 0;
      const found = async () =>
        (await wrong.walkEveryTurn(puppet, number)).some(
          ({ played }) => played?.differences[0] !== undefined,
        );
      while (!(await found())) expect(++number).toBeLessThan(100);
    });
  });
});

test('numbered programs differ, and all are programs', () => {
  const texts = Array.from({ length: PROGRAMS }, (_, number) => JSON.stringify(numberedProgram(number)));
  // Before a child that is there at the start, and after it, is the same.
  expect([PROGRAMS, new Set(texts).size]).toEqual([36_130, 35_248]);
  for (let number = 0; number < PROGRAMS; number += 60)
    expect(() => systemOfProgram(numberedProgram(number))).not.toThrow();
});

test('walks make every turn of every state', () => {
  const turns = new Turns(systemOfProgram(numberedProgram(5)));
  const every = new EveryTurn(turns);
  const made = new Set<Turn>();
  let walks = 0;
  for (; every.isOpen(); walks++) {
    every.beginWalk();
    let state = turns.system.initial;
    for (let turn = every.next(state, turns.turns(state)); turn !== undefined;) {
      made.add(turn);
      state = turns.after(state, turn)[0]!;
      turn = every.next(state, turns.turns(state));
    }
    expect(every.isNew).toBe(true);
  }
  const seen = new Set<State>([turns.system.initial]);
  const all = new Set<Turn>();
  for (const state of seen)
    for (const turn of turns.turns(state)) {
      all.add(turn);
      for (const next of turns.after(state, turn)) seen.add(next);
    }
  expect(made).toEqual(all);
  expect(walks).toBeGreaterThan(1);
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
