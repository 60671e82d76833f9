/** Which engine answers when none is named. */
import { expect, test, vi } from 'vitest';
import { differences } from '../../checker/compare.js';
import { explicit } from '../../checker/explicit.js';
import { auto } from '../../commands/engines.js';
import { system as modelled } from '../model/ask.js';

const GUEST = ['vfork', 'SIGCHLD', 'handler', 'unblocked', 'wait-nothing', 'child-exit-groups'];
const small = modelled('qemu-clone-vm', { guest: GUEST });

test('a search that stays small is left to the explicit engine', async () => {
  const { engine, stopped } = await auto(small, {});
  expect([engine, stopped]).toEqual(['explicit', 'exhausted']);
});

test('one that grows large is left to the symbolic engine, which says the same', async () => {
  const whole = await explicit(small);
  const large = await auto(small, {}, 1000);
  expect(large.engine).toBe('symbolic');
  expect(differences(whole, large)).toEqual([]);
});

test('a limit of states below that is a limit of the explicit engine', async () => {
  const { engine, stopped, states } = await auto(small, { maxStates: 500 }, 1000);
  expect([engine, stopped]).toEqual(['explicit', 'states']);
  expect(states).toBeGreaterThanOrEqual(500);
});

test('promises of whole runs are judged by the explicit engine, however large', async () => {
  const system = modelled('native', { guest: GUEST, properties: ['wait-returns'] });
  const { engine, stopped } = await auto(system, {}, 10);
  expect([engine, stopped]).toEqual(['explicit', 'exhausted']);
});

test('of two searches that end too soon the one that came farther is told', async () => {
  const path = '../../checker/symbolic/symbolic.js';
  const { symbolic } = await vi.importActual<{ symbolic: typeof explicit }>(path);
  const early: typeof explicit = async (system) => await symbolic(system, { maxStates: 10 });
  vi.resetModules();
  vi.doMock(path, () => ({ symbolic: early }));
  const { auto: between } = await import('../../commands/engines.js');
  const { engine, stopped, states, exhausted } = await between(small, {}, 1000);
  vi.doUnmock(path);
  expect([engine, stopped, exhausted]).toEqual(['explicit', 'states', false]);
  expect(states).toBeGreaterThanOrEqual(1000);
});
