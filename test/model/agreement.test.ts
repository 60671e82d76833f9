/** The engines agree on the real model: in full where the reference can follow, by samples elsewhere. */
import { describe, expect, test } from 'vitest';
import { differences } from '../../checker/compare.js';
import { explicit } from '../../checker/explicit.js';
import { KIND, MOVES, VIOLATES, WRITES } from '../../checker/footprint.js';
import { reference } from '../../checker/reference.js';
import { choicesOf } from '../../checker/run.js';
import { Space } from '../../checker/space.js';
import type { State, System } from '../../model/system.js';
import { possibleFaults, protocol, system } from './ask.js';

/** One answer to each question but whether the child's signal is SIGCHLD's, so that a slow engine comes to an end. */
const SMALL = ['vfork', 'SIGCHLD', 'handler', 'unblocked', 'wait-nothing', 'child-exit-groups'];

describe('the explicit and the reference engine agree in full', () => {
  test.each([
    ['native, without faults', system('native')],
    [
      'qemu-clone-vm, a small guest, a failing creation',
      system('qemu-clone-vm', { guest: SMALL, faults: ['clone-T', 'clone-C'] }),
    ],
    ['qemu-clone-vm-eagain-fixed, a small guest', system('qemu-clone-vm-eagain-fixed', { guest: SMALL })],
  ])('%s', async (_name, asked) => {
    expect(differences(await explicit(asked), await reference(asked))).toEqual([]);
  });

  test('qemu-clone-vm, a small guest, to a depth', async () => {
    const asked = system('qemu-clone-vm', { guest: SMALL });
    for (const depth of [4, 10])
      expect(differences(await explicit(asked, { depth }), await reference(asked, { depth }))).toEqual([]);
  });
});

describe('the engines agree on guest profiles, with each single fault', () => {
  const asked = (name: string, profile: string): System => {
    const { choices } = protocol(name).profiles.find((one) => one.name === profile)!;
    return system(name, { guest: choices, faults: possibleFaults(name) });
  };

  test.each(protocol('native').profiles)('native, $name', async ({ name }) => {
    const here = asked('native', name);
    expect(differences(await explicit(here), await reference(here))).toEqual([]);
  });

  // The reference does some 2,600 states a second here; the bounds keep each of these under half a minute.
  test.each([
    ['lasting-child', {}],
    ['posix_spawn', { depth: 7 }],
    ['reaper', { depth: 9 }],
  ])('qemu-clone-vm, %s, %o', async (name, limits) => {
    const here = asked('qemu-clone-vm', name);
    expect(differences(await explicit(here, limits), await reference(here, limits))).toEqual([]);
  });
});

describe('what the explicit engine has learned is what immer does', () => {
  test.each(['qemu-clone-vm', 'qemu-clone-vm-eagain-fixed'])(
    '%s, along random walks with every fault',
    (name) => {
      const asked = system(name, { faults: possibleFaults(name), maxFaults: 2 });
      expect(compareWalks(asked, 50_000)).toBeGreaterThanOrEqual(50_000);
    },
  );
});

/** Compares all that each slot can do, in every state of random walks; answers how many (state, slot) were compared. */
function compareWalks(asked: System, enough: number): number {
  const space = new Space(asked);
  const random = generator(20201121);
  let compared = 0;
  while (compared < enough) {
    let state = asked.initial;
    for (let alive = true; alive;) {
      const next: State[] = [];
      for (let slot = 0; slot < asked.slots.length; slot++) {
        const moves = choicesOf(asked, state, slot).filter(({ failure }) => failure?.ends !== true);
        expect(learned(space, state, slot)).toEqual(moves.map((move) => move.state));
        next.push(...moves.map((move) => move.state));
        compared++;
      }
      alive = next.length > 0;
      if (alive) state = next[random(next.length)]!;
    }
  }
  return compared;
}

/** The states that a slot leads to, by its decision trie alone. */
function learned(space: Space, state: State, slot: number): State[] {
  const { schema } = space;
  const footprint = space.slots[slot]!;
  const vector = new Uint16Array(schema.leaves.length);
  schema.encode(state, vector, 'the sample');
  const count = footprint.walk(vector);
  const { cells } = footprint;
  return footprint.found
    .slice(0, count)
    .filter((end) => cells[end + KIND] === MOVES || cells[end + KIND] === VIOLATES)
    .map((end) => {
      const after = vector.slice();
      for (let i = 0; i < cells[end + WRITES]!; i++)
        after[cells[end + WRITES + 1 + 2 * i]!] = cells[end + WRITES + 2 + 2 * i]!;
      return schema.decode(after);
    });
}

/** A linear congruential generator: the walks are the same every time. */
function generator(seed: number): (below: number) => number {
  let now = seed;
  return (below) => {
    now = (Math.imul(now, 1103515245) + 12345) & 0x7fffffff;
    return (now >>> 8) % below;
  };
}
