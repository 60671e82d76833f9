import { expect, test } from 'vitest';
import { replay } from '../../checker/run.js';
import { kernelOf } from '../../model/x86_64/stops.js';
import { Ordering } from '../../commands/order.js';
import type { State } from '../../model/system.js';
import { hostState, settled } from '../../model/x86_64/host.js';
import { ask, protocol, system } from '../model/ask.js';

const guest = ['vfork', 'exit-signal-0', 'unblocked', 'wait-nothing', 'child-exit-groups'];
const { disposition } = protocol('qemu-clone-vm');
const view = (state: State) => hostState(kernelOf(state), disposition);

/** The run in which M finds the word cleared: T is left in the middle of its exit, where no tracer can hold it. */
async function lateWait() {
  const asked = system('qemu-clone-vm', { guest });
  const { properties } = await ask('qemu-clone-vm', { guest });
  const { path, cause } = properties.find(({ name }) => name === 'no-failed-assertion')!.counterexamples[0]!;
  const steps = replay(asked, path);
  const labels = steps.map(({ label }) => label);
  return { asked, path, labels, steps, goal: { property: 'no-failed-assertion', object: cause.object } };
}

test('who is left where nobody can be held goes as far as it can first', async () => {
  const { asked, path, labels, steps, goal } = await lateWait();
  expect([labels.at(-2), labels.at(-1)]).toEqual(['exit/K7b', 'manager.wait']);
  const initial = settled(kernelOf(asked.initial), kernelOf(steps.at(-1)!.after));
  const turns = new Ordering({ ...asked, initial }, view, path, labels, goal).find(Infinity)!;
  const [exit, wait] = turns.slice(-2);
  expect([exit!.slot, exit!.label, kernelOf(exit!.next!.state).task['T']!.pc]).toEqual([
    'T',
    'exit/K6',
    'exit/K9',
  ]);
  expect([wait!.slot, wait!.label, wait!.number, wait!.next!.isBroken]).toEqual([
    'M',
    'manager.wait',
    path.length,
    true,
  ]);
  // Each task keeps the order of its own steps, and nobody lets go of one twice.
  const order = turns.map(({ number }) => number);
  expect(new Set(order).size).toBe(order.length);
  for (const { name } of asked.slots) {
    const own = turns.filter(({ slot }) => slot === name).map(({ number }) => number);
    expect(own).toEqual(own.toSorted((a, b) => a - b));
  }
});

test('there is no order for what the run does not break', async () => {
  const { asked, path, labels, goal } = await lateWait();
  const other = { ...goal, object: 'something else' };
  expect(new Ordering(asked, view, path, labels, other).find(Infinity)).toBeUndefined();
});

test('the search for an order ends when the time is over', async () => {
  const { asked, path, labels, goal } = await lateWait();
  expect(new Ordering(asked, view, path, labels, goal).find(performance.now() - 1)).toBeUndefined();
});
