/** Twenty and more wrong kernels: the running kernel refutes each of them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readLitmus, shippedLitmus } from '../../../model/litmus/index.js';
import type { Difference } from '../../../model/x86_64/compare.js';
import { startPuppet, type Puppet } from '../../../model/x86_64/puppet.js';
import { withWrongKernel } from '../wrong-kernel.js';
import { onKernel } from './alive.js';
import { WRONG } from './wrong.js';

let puppet: Puppet;

/** Where the kernel differs from the model as it is loaded now. */
async function differencesBy(by: string | number): Promise<readonly Difference[]> {
  if (typeof by === 'number') {
    const { walkOnce } = await import('../../../commands/walk.js');
    return (await walkOnce(puppet, by)).played?.differences ?? [];
  }
  const { onKernel: askKernel } = await import('../../../commands/on-kernel.js');
  const { runLitmus } = await import('../../../commands/litmus.js');
  const { litmusSystem } = await import('../../../model/litmus/index.js');
  const litmus = readLitmus(shippedLitmus().find((one) => one.endsWith(`/${by}.litmus`))!);
  const system = litmusSystem(litmus);
  const { outcomes, paths } = await runLitmus(litmus, system);
  const asked = outcomes.map((outcome, at) => ({ outcome: JSON.stringify(outcome), path: paths[at]! }));
  return (await askKernel(puppet, litmus, system, asked)).refuted?.differences ?? [];
}

onKernel('a wrong kernel is refuted by the running one', () => {
  beforeAll(async () => {
    puppet = await startPuppet();
  });
  afterAll(() => puppet.end());

  test.each(WRONG)('$what', async ({ by, file, replace }) => {
    expect(await withWrongKernel(file, replace, () => differencesBy(by))).not.toEqual([]);
  });
});

onKernel('the model as it is', () => {
  test('is refuted by none of these', async () => {
    puppet = await startPuppet();
    const all = [...new Set(WRONG.map(({ by }) => by))];
    const found = [];
    for (const by of all) found.push([by, await differencesBy(by)]);
    await puppet.end();
    expect(found).toEqual(all.map((by) => [by, []]));
  });
});

test('each is wrong in a way of its own', () => {
  expect(WRONG.length).toBeGreaterThanOrEqual(20);
  expect(new Set(WRONG.map(({ what }) => what)).size).toBe(WRONG.length);
});
