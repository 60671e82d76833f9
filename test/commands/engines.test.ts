/** Which engine answers when none is named. */
import { describe, expect, test, vi } from 'vitest';
import { differences } from '../../checker/compare.js';
import { explicit } from '../../checker/explicit.js';
import type { PropertyResult, SearchResult } from '../../checker/result.js';
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

test('promises of whole runs are judged by either', async () => {
  const system = modelled('native', { guest: GUEST, properties: ['vfork-caller-goes-on'] });
  const whole = await explicit(system);
  const large = await auto(system, {}, 10);
  expect([large.engine, large.properties[0]!.verdict]).toEqual(['symbolic', 'holds']);
  expect(differences(whole, large)).toEqual([]);
});

describe('of two searches that end too soon', () => {
  const path = '../../checker/symbolic/symbolic.js';

  /** What is answered where the symbolic engine is another. */
  async function withSymbolic(other: typeof explicit, large: number): Promise<SearchResult> {
    vi.resetModules();
    vi.doMock(path, () => ({ symbolic: other }));
    const engines = await import('../../commands/engines.js');
    vi.doUnmock(path);
    return await engines.auto(small, {}, large);
  }

  test('the one that came farther is told', async () => {
    const { symbolic } = await vi.importActual<{ symbolic: typeof explicit }>(path);
    const early: typeof explicit = async (system) => await symbolic(system, { maxStates: 10 });
    const { engine, stopped, states, exhausted } = await withSymbolic(early, 1000);
    expect([engine, stopped, exhausted]).toEqual(['explicit', 'states', false]);
    expect(states).toBeGreaterThanOrEqual(1000);
  });

  test('what either of them saw to be broken is told', async () => {
    const whole = await explicit(small);
    const undecided = whole.properties.map((one) => ({
      ...one,
      verdict: 'undecided' as const,
      counterexamples: [],
    }));
    const cut = { ...whole, stopped: 'timeout' as const, exhausted: false, properties: undecided };
    const { stopped, states, properties } = await withSymbolic(async () => await Promise.resolve(cut), 6000);
    expect([stopped, states]).toEqual(['timeout', whole.states]);
    const seen = await explicit(small, { maxStates: 6000 });
    const broken = (all: readonly PropertyResult[]) =>
      all.filter(({ verdict }) => verdict === 'violated').map(({ name }) => name);
    expect(broken(seen.properties)).not.toEqual([]);
    expect(broken(properties)).toEqual(broken(seen.properties));
  });
});
