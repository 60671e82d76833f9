/** The engines agree on the real model: in full where the reference can follow, by samples elsewhere. */
import { describe, expect, test } from 'vitest';
import { differences } from '../../checker/compare.js';
import { explicit } from '../../checker/explicit.js';
import { reference } from '../../checker/reference.js';
import { symbolic } from '../../checker/symbolic/symbolic.js';
import { compareWalks } from '../../checker/walks.js';
import { CHANGES, OLDEST_RELEASE } from '../../model/platforms.js';
import type { System } from '../../model/system.js';
import { onRequest, possibleFaults, protocol, startsOver, system } from './ask.js';

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
    ['native, promises of whole runs', system('native', { properties: onRequest })],
    [
      'qemu-clone-vm, promises of whole runs, one of them broken',
      system('qemu-clone-vm', { guest: SMALL, faults: ['kill-T'], properties: onRequest }),
    ],
    ['native, where wait goes round', startsOver(system('native', { properties: onRequest }))],
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
  const asked = (name: string, profile: string, kernel?: string): System => {
    const { choices } = protocol(name).profiles.find((one) => one.name === profile)!;
    return system(name, { guest: choices, faults: possibleFaults(name), ...(kernel && { kernel }) });
  };
  const allAgree = async (here: System) => {
    const found = await explicit(here);
    expect(differences(found, await reference(here))).toEqual([]);
    expect(differences(found, await symbolic(here))).toEqual([]);
  };

  test.each(protocol('native').profiles)('native, $name', async ({ name }) => {
    await allAgree(asked('native', name));
  });

  test.each([OLDEST_RELEASE, ...CHANGES.map(({ release }) => release)])(
    'native, whose child dumps core, on Linux %s',
    async (kernel) => {
      await allAgree(asked('native', 'crashing-child', kernel));
    },
  );

  // The reference does some 2,600 states a second here; the bounds keep each of these under half a minute.
  test.each([
    ['lasting-child', {}],
    ['posix_spawn', { depth: 5 }],
    ['reaper', { depth: 6 }],
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
      const { compared, disagreements } = compareWalks(asked, 20_000);
      expect(disagreements).toEqual([]);
      expect(compared).toBeGreaterThanOrEqual(20_000);
    },
  );
});
