/** Counterexamples of protocols with real tasks: what this kernel confirms, and that a kernel that is wrong is refuted. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explicit } from '../../../checker/explicit.js';
import type { Action } from '../../../checker/result.js';
import { choicesOf, replay } from '../../../checker/run.js';
import { confirm } from '../../../commands/confirm.js';
import { Kernel } from '../../../commands/kernel.js';
import { kernelOf } from '../../../model/x86_64/stops.js';
import { defaults, questionOf } from '../../../commands/question.js';
import { Random } from '../../../commands/random.js';
import type { KernelState } from '../../../model/kernel/state.js';
import type { Property, State, System } from '../../../model/system.js';
import { startPuppet, type Puppet } from '../../../model/x86_64/puppet.js';
import { INSIDE } from '../../../model/x86_64/stops.js';
import type { OnKernel } from '../../../traces/report.js';
import { run } from '../../commands/run.js';
import { faultsOf, type Schema } from '../../schema.js';
import { mutate, possibleFaults, protocol, system, type Question } from '../ask.js';
import { onKernel } from './alive.js';

let puppet: Puppet;

const schema: Schema = JSON.parse(
  readFileSync(new URL('../../../traces/schema.json', import.meta.url), 'utf8'),
);

/** What these tests read of the JSON report. */
interface Report {
  readonly runs: readonly {
    readonly properties: readonly {
      readonly counterexamples: readonly {
        readonly cause: { readonly faults: readonly string[] };
        readonly onKernel: Pick<OnKernel, 'result' | 'reason'> | null;
      }[];
    }[];
  }[];
}

/** What the kernel says to each counterexample of a system within so many turns. */
async function answers(name: string, asked: System, depth = 12): Promise<OnKernel[]> {
  const { properties } = await explicit(asked, { depth });
  const found: OnKernel[] = [];
  for (const { name: property, counterexamples } of properties) {
    for (const { cause, path } of counterexamples) {
      const goal = { property, object: cause.object };
      found.push(
        await confirm(puppet, { system: asked, path, goal, disposition: protocol(name).disposition }),
      );
    }
  }
  return found;
}

/** A run to its end, or of so many steps. `next` picks among what can be done. */
function runOf(
  asked: System,
  next: (possible: readonly { slot: number; label: string; choices: readonly number[] }[]) => number,
  steps = 150,
): Action[] {
  const path: Action[] = [];
  let state: State = asked.initial;
  for (let left = steps; left > 0; left--) {
    const possible = asked.slots.flatMap((_, slot) =>
      choicesOf(asked, state, slot)
        .filter(({ failure }) => failure?.ends !== true)
        .map((one) => ({ ...one, slot })),
    );
    if (possible.length === 0) break;
    const taken = possible[next(possible)]!;
    path.push({ slot: taken.slot, choices: taken.choices });
    state = taken.state;
  }
  return path;
}

function profile(name: string): readonly string[] {
  return protocol('qemu-clone-vm').profiles.find((one) => one.name === name)!.choices;
}

onKernel('counterexamples of the proposal on the running kernel', () => {
  beforeAll(async () => {
    puppet = await startPuppet();
  });
  afterAll(() => puppet.end());

  test('each is confirmed, or needs somebody to be held where nobody can be', async () => {
    // One guest that waits for what it is told: npm run bench:kernel asks about all guests.
    const asksFor = ['--guest', 'reaper', '--faults', 'all'];
    const { stdout } = await run(['qemu-clone-vm', ...asksFor, '--confirm', '--format', 'json', '--quiet']);
    const report: Report = JSON.parse(stdout);
    expect(faultsOf(schema, report)).toEqual([]);
    const asked = report.runs[0]!.properties.flatMap(({ counterexamples }) => counterexamples);
    expect(asked).toHaveLength(46);
    const others = asked.flatMap(({ onKernel: kernel }) => (kernel!.result === 'confirmed' ? [] : [kernel!]));
    expect(others.filter(({ reason }) => !Object.values(INSIDE).includes(reason))).toEqual([]);
    expect(others.length).toBeLessThanOrEqual(0.3 * asked.length);
    // What no kernel was made to do is told.
    for (const { cause, onKernel: kernel } of asked) {
      const isCreation = cause.faults.some((name) => /^(clone|alloc)-/.test(name));
      expect(/ is emulated/.test(kernel!.reason)).toBe(isCreation);
    }
  }, 300_000);

  test('a run is the same each time', async () => {
    const asked = system('qemu-clone-vm', { guest: profile('reaper') });
    const once = JSON.stringify(await answers('qemu-clone-vm', asked));
    for (let round = 0; round < 5; round++)
      expect(JSON.stringify(await answers('qemu-clone-vm', asked))).toBe(once);
  });

  describe('a wrong kernel of the model is refuted', () => {
    interface Wrong {
      readonly what: string;
      readonly question: Question;
      /** The step that does something else; none where the release decides. */
      readonly step?: readonly [slot: string, label: string];
      readonly does?: (s: KernelState, original: () => void) => void;
      readonly kernel?: string;
    }
    const reaper = { guest: profile('reaper') };
    const WRONG: readonly Wrong[] = [
      {
        what: 'a task that is killed leaves its CHILD_CLEARTID word alone',
        question: { ...reaper, faults: ['kill-T'] },
        kernel: '4.7',
      },
      {
        what: 'CHILD_CLEARTID wakes nobody',
        question: reaper,
        step: ['T', 'exit/K7c'],
        does(s, original) {
          const sleepers = [...s.futex['mgr.managed_tid']!];
          original();
          s.futex['mgr.managed_tid'] = sleepers;
        },
      },
      {
        what: 'CHILD_CLEARTID does not clear the word',
        question: reaper,
        step: ['T', 'exit/K7b'],
        does(s, original) {
          const tid = s.word['mgr.managed_tid']!;
          original();
          s.word['mgr.managed_tid'] = tid;
        },
      },
      {
        what: 'CLONE_PARENT makes a child',
        question: reaper,
        step: ['T', 'clone_C/K2'],
        does(s, original) {
          original();
          s.task['C']!.real_parent = 'T';
          s.task['T']!.children = ['C'];
          s.task['P']!.children = ['T'];
        },
      },
      {
        what: 'CLONE_PARENT takes an exit signal of its own',
        question: { guest: profile('realtime') },
        step: ['T', 'clone_C/K2'],
        does(s, original) {
          original();
          s.task['C']!.exit_signal = 'SIGTERM';
        },
      },
      {
        what: 'a new task blocks nothing',
        question: reaper,
        step: ['T', 'clone_C/K2'],
        does(s, original) {
          original();
          s.task['C']!.blocked = 'none';
        },
      },
      {
        what: 'CLONE_VFORK does not wait',
        question: { guest: profile('vfork-exit') },
        step: ['T', 'clone_C/K3'],
        does(s, original) {
          original();
          s.task['C']!.vfork_waiter = '';
        },
      },
      {
        what: 'CLONE_SETTLS is not heeded',
        question: reaper,
        step: ['P', 'clone_T/K2'],
        does(s, original) {
          original();
          s.task['T']!.fsbase = 'tls_P';
        },
      },
      {
        what: 'nobody is told of the death of a sibling',
        question: reaper,
        step: ['C', 'exit/K9'],
        does(s, original) {
          const pending = [...s.signal['P']!.shared_pending];
          original();
          s.signal['P']!.shared_pending = pending;
        },
      },
    ];

    test.each(WRONG)('$what', async ({ question, step, does, kernel }) => {
      const right = system('qemu-clone-vm', question);
      const wrong =
        kernel === undefined
          ? mutate(right, step![0], step![1], (s, original) => does!(s, original))
          : system('qemu-clone-vm', { ...question, kernel });
      const results = async (asked: System) =>
        (await answers('qemu-clone-vm', asked)).map(({ result }) => result);
      expect(await results(wrong)).toContain('refuted');
      expect(await results(right)).not.toContain('refuted');
    });

    test('and told by the step, in the words of the model', async () => {
      const { step, does, question } = WRONG.find(({ what }) => what === 'CLONE_PARENT makes a child')!;
      const wrong = mutate(system('qemu-clone-vm', question), ...step!, (s, original) => does!(s, original));
      const [first] = await answers('qemu-clone-vm', wrong);
      expect(first).toMatchObject({
        result: 'refuted',
        reason: 'at step 26, T:clone_C: C is a child of T in the model, P in the kernel',
        differences: [{ what: 'C is a child of', model: 'T', kernel: 'P' }],
      });
    });
  });

  test('runs taken at random are what Linux does', async () => {
    for (const name of ['native', 'qemu-clone-vm']) {
      const asked = system(name, { faults: possibleFaults(name) });
      for (let seed = 0; seed < 40; seed++) {
        const random = new Random(seed);
        let last = 0;
        const path = runOf(asked, (possible) => {
          // Long turns come to something sooner than short ones, and faults are rare.
          const own = possible.flatMap(({ slot }, index) => (slot === last ? [index] : []));
          const tasks = possible.flatMap(({ slot }, index) =>
            asked.slots[slot]!.kind === 'task' ? [index] : [],
          );
          const all = tasks.length > 0 && !random.once(12) ? tasks : possible.map((_, index) => index);
          const index = random.pick(own.length > 0 && !random.once(6) ? own : all);
          last = possible[index]!.slot;
          return index;
        });
        const answer = await confirm(puppet, {
          system: asked,
          path,
          goal: undefined,
          disposition: protocol(name).disposition,
        });
        expect([name, seed, answer.result, answer.result === 'refuted' ? answer.reason : '']).toEqual([
          name,
          seed,
          expect.stringMatching(/^(confirmed|model-only)$/),
          '',
        ]);
      }
    }
  });
});

onKernel('what only the model can show', () => {
  let kernel: Kernel;
  beforeAll(async () => {
    puppet = await startPuppet();
    kernel = new Kernel(Infinity);
  });
  afterAll(async () => {
    await puppet.end();
    await kernel.end();
  });

  test('a tid that has to be given again, while one that need not be is a new one', async () => {
    const guest = ['no-vfork', 'SIGCHLD', 'default', 'unblocked', 'wait-any', 'child-exits'];
    const usedAgain: Property = {
      kind: 'always',
      name: 'new-tids',
      sentence: 'the second child does not get the tid of the first',
      witness: 'child-born',
      broken: (s) => (kernelOf(s).task['C2']!.tid === 101 ? 'C2' : ''),
    };
    const asked = { ...system('native', { guest, rounds: 2 }), properties: [usedAgain] };
    // The last answer to each question is the tid that was given back, where there is one.
    const path = runOf(asked, (possible) => possible.findLastIndex(({ slot }) => slot === possible[0]!.slot));
    const born = replay(asked, path).findIndex(({ broken }) => broken.length > 0);
    expect(path[born]!.choices).toEqual([2]);
    const goal = { property: usedAgain.name, object: 'C2' };
    const claim = { system: asked, path: path.slice(0, born + 1) };
    expect(await confirm(puppet, { ...claim, goal })).toMatchObject({
      result: 'model-only',
      reason: 'the kernel gives a tid again only after it has given all others',
    });
    expect(await confirm(puppet, { ...claim, goal: undefined })).toMatchObject({ result: 'confirmed' });
  });

  test('descriptors', async () => {
    const asked = system('native', { guest: ['no-vfork', 'SIGCHLD', 'child-closes-pipe'] });
    const path = runOf(asked, (possible) => possible.findIndex(({ slot }) => slot === possible.at(-1)!.slot));
    const answer = await confirm(puppet, { system: asked, path, goal: undefined });
    expect(answer).toMatchObject({ result: 'model-only', reason: 'descriptors are not driven' });
  });

  test('another release', async () => {
    const question = questionOf('native', { ...defaults, kernel: '4.7' });
    const asked = system('native', { kernel: '4.7' });
    const answer = await kernel.ask({ question, system: asked, path: [], goal: undefined, cycle: 0 });
    expect([answer.result, answer.reason]).toEqual([
      'model-only',
      expect.stringMatching(/^it is about Linux 4.7, and this is /),
    ]);
  });

  test('what there was no time for is not passed off as an answer', async () => {
    const question = questionOf('native', { ...defaults });
    const late = new Kernel(performance.now() - 1);
    const path = runOf(system('native'), () => 0);
    const answer = await late.ask({ question, system: system('native'), path, goal: undefined, cycle: 0 });
    await late.end();
    expect([answer.result, answer.reason]).toEqual(['unavailable', 'there was no time left']);
  });
});
