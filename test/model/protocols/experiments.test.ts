/** What each part of the proposal is there for: dropping it breaks a promise, or it is known why it does not. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { explicit } from '../../../checker/explicit.js';
import type { SearchResult } from '../../../checker/result.js';
import type { KernelState } from '../../../model/kernel/state.js';
import type { Move, System } from '../../../model/system.js';
import { ask, broken, causes, protocol, system } from '../ask.js';

const {
  base: BASE,
  guest: GUEST,
  sharing: SHARING,
} = JSON.parse(readFileSync(new URL('../../../scripts/why.json', import.meta.url), 'utf8')) as Record<
  'guest' | 'sharing',
  string[]
> & { base: string };

/** One answer to each question, where faults make the space large enough. */
const ONE_GUEST = ['vfork', 'SIGCHLD', 'handler', 'unblocked', 'wait-nothing', 'child-exit-groups'];

/** The causes by which a promise is broken, as `property: label object in turns`. */
function ways(result: SearchResult): string[] {
  return broken(result).flatMap((name) => causes(result, name).map((cause) => `${name}: ${cause}`));
}

/** A cause that the base does not have, in the fewest turns that it takes; or nothing. */
const EXPECTED: Record<string, readonly string[]> = {
  CLONE_SETTLS: ['own-tls: clone_T/K3 T in 3'],
  CLONE_CHILD_SETTID: ['no-use-after-free: runs tls_M in 8', 'no-use-after-free: runs stack_T in 9'],
  CLONE_CHILD_CLEARTID: ['no-hang: no-hang M in 8'],
  CLONE_SIGHAND: [],
  CLONE_FILES: [],
  'exit-signal': ['exit-signal-as-requested: clone_C/K2 C in 4'],
  CLONE_PARENT: ['parent-is-caller: clone_C/K2 C in 4'],
  CLONE_VFORK: ['no-use-after-free: runs stack_C in 5'],
  'CLONE_CHILD_SETTID-C': ['clone-result: clone-result tid in 8'],
  'hide-trampoline': ['single-exit-signal: single-exit-signal T in 8'],
  'block-signals': ['no-crash: get_signal thread_cpu in 6'],
  'completion-fetched': ['no-crash: trampoline.copy_info TLS in 2', 'no-hang: no-hang P in 3'],
  'completion-spawned': [
    'no-use-after-free: clone_T/K2 mgr in 5',
    'no-bad-lock: manager.free_mgr mgr.fetched in 4',
    'no-leak: exit/K6 stack_T in 4',
  ],
  'completion-child_ready': [
    'no-use-after-free: trampoline.copy_info info in 4',
    'vfork-suspends-caller: do_fork.return P in 5',
  ],
  clone_lock: [],
};

describe('each experiment', () => {
  let base: SearchResult;
  beforeAll(async () => {
    base = await ask(BASE, { guest: GUEST });
  });

  test('is expected to break something here, or nothing', () => {
    expect(Object.keys(EXPECTED)).toEqual(protocol(BASE).experiments.map(({ name }) => name));
    expect(protocol('qemu-clone-vm').experiments).toEqual(protocol(BASE).experiments);
  });

  test.each(Object.entries(EXPECTED))('without %s', async (name, expected) => {
    const result = await ask(BASE, { guest: GUEST, without: [name] });
    expect(result.exhausted).toBe(true);
    const fresh = ways(result).filter((way) => !ways(base).includes(way));
    if (expected.length === 0) expect(fresh).toEqual([]);
    else expect(fresh).toEqual(expect.arrayContaining([...expected]));
  });

  test.each([
    [
      'CLONE_SIGHAND',
      ['shares-as-asked: do_fork.return handlers in 8', 'shares-as-asked: clone_run.guest handlers in 9'],
    ],
    [
      'CLONE_FILES',
      [
        'shares-as-asked: do_fork.return descriptors in 8',
        'shares-as-asked: clone_run.guest descriptors in 9',
      ],
    ],
  ])('without %s, where the guest shares with its child', async (name, expected) => {
    const guest = [...GUEST, ...SHARING];
    const sharing = await ask(BASE, { guest });
    const result = await ask(BASE, { guest, without: [name] });
    expect(ways(result).filter((way) => !ways(sharing).includes(way))).toEqual(expected);
  });

  test('with every part dropped at once the model still has an answer for everything', async () => {
    const without = protocol('qemu-clone-vm').experiments.map(({ name }) => name);
    const faults = ['kill-P', 'kill-C', 'kill-T', 'term-P', 'term-C', 'clone-C', 'sigmask-M', 'sigmask-T'];
    const result = await ask('qemu-clone-vm', { guest: ONE_GUEST, without, faults });
    expect(result.exhausted).toBe(true);
  });

  test('without block-signals the handler may strike anywhere, and the model has an answer', async () => {
    const asked = {
      guest: ONE_GUEST,
      without: ['block-signals'],
      faults: ['term-P', 'term-C', 'foreign-exit-signal'],
    };
    expect((await ask(BASE, asked)).exhausted).toBe(true);
  });
});

describe('where a signal is the caller’s as long as it can take it', () => {
  test('M still dies in the handler without block-signals, two turns later', async () => {
    const result = await explicit(
      preferringP(system(BASE, { guest: GUEST, without: ['block-signals'] })),
      {},
    );
    expect(causes(result, 'no-crash')).toEqual(['get_signal thread_cpu in 8']);
    expect(broken(result)).not.toContain('no-hang');
  });
});

/** A thread takes a signal of its process only while P does not: Linux prefers the thread a signal was sent to. */
function preferringP(sound: System): System {
  const takesIt = ({ task }: KernelState): boolean =>
    task['P']!.state === 'running' && task['P']!.blocked !== 'all';
  const slots = sound.slots.map((one) =>
    one.name !== 'M'
      ? one
      : {
          ...one,
          step(draft: KernelState, move: Move): void {
            const asleep =
              draft.task['M']!.pc === 'manager.wait/wakes' && draft.futex['mgr.managed_tid']!.length > 0;
            const dies = draft.task['M']!.pending.length > 0;
            if (asleep && !dies && takesIt(draft)) move.block();
            one.step(draft, {
              choose: (n) => move.choose(n),
              block: () => move.block(),
              fail: (property, object) => move.fail(property, object),
              violate: (property, object) => move.violate(property, object),
              event: (name) => move.event(name),
              says: (text) => move.says(text),
              calls: (call) => move.calls(call),
              returns: (result) => move.returns(result),
              at(label, row) {
                if (label === 'get_signal' && takesIt(draft)) move.block();
                move.at(label, row);
              },
            });
          },
        },
  ) as System['slots'];
  return { ...sound, slots };
}

describe('a dropped part', () => {
  test('leaves one step that does nothing, at the label of its first', () => {
    const labels = (without: string[]): string[] =>
      system(BASE, { without })
        .steps.filter(({ slot, label }) => slot === 'P' && label.startsWith('await_fetched'))
        .map(({ label }) => label);
    expect(labels([])).toHaveLength(4);
    expect(labels(['completion-fetched'])).toEqual(['await_fetched/lock']);
  });

  test('no flag of C is dropped by the name of a flag of T', async () => {
    const result = await ask(BASE, { guest: GUEST, without: ['CLONE_CHILD_SETTID'] });
    expect(broken(result)).not.toContain('clone-result');
  });
});

describe('the table', () => {
  const file = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
  const readme = readFileSync(file('README.md'), 'utf8');
  const inReadme = /<!-- why:begin -->\n\n([^]*)\n\n<!-- why:end -->/.exec(readme)?.[1];

  test.skipIf(!readme.includes('<!-- why:begin -->'))('in README.md is what `npm run why` makes', () => {
    const { stdout, stderr } = spawnSync(process.execPath, [file('scripts/why.mjs')], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(inReadme).toBe(stdout.trimEnd());
  });
});
