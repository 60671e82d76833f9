/** What a search says that could not look at everything. */
import { describe, expect, test } from 'vitest';
import { explicit } from '../../checker/explicit.js';
import { isOutOfMemory } from '../../checker/memory.js';
import { PARTS } from '../../checker/parts.js';
import type { Parts } from '../../checker/parts.js';
import { Rounds } from '../../checker/rounds.js';
import { StateTable } from '../../checker/table.js';
import { always, countTo, inGoodTime, step, toy } from './toy.js';

const system = toy(
  { a: 0, b: 0 },
  { A: countTo(9, 'a'), B: countTo(9, 'b') },
  always('kept', () => ''),
  always('broken', (s) => (s.a === 2 ? 'a' : '')),
  step('unseen'),
  inGoodTime('comes', (s) => (s.a === 9 ? '' : 'A')),
);

/** A table that has room for so many states, and then none. */
function tableOf(states: number, message: string): Parts['StateTable'] {
  return class extends StateTable {
    override insert(...args: Parameters<StateTable['insert']>): number {
      if (this.count === states) throw new RangeError(message);
      return super.insert(...args);
    }
  };
}

const verdicts = ({ properties }: Awaited<ReturnType<typeof explicit>>) =>
  properties.map(({ verdict }) => verdict);

describe('when memory cannot be had', () => {
  test.each(['Array buffer allocation failed', 'Invalid typed array length: 4294967296'])(
    'the search ends with what it knows: %s',
    async (message) => {
      const result = await explicit(system, {}, { ...PARTS, StateTable: tableOf(12, message) });
      expect(result).toMatchObject({ stopped: 'memory', exhausted: false, states: 12, engine: 'explicit' });
      expect(verdicts(result)).toEqual(['undecided', 'violated', 'undecided', 'undecided']);
      expect(result.properties[1]!.counterexamples[0]!.path).toHaveLength(2);
    },
  );

  test('for the runs that go on for ever, what the search has found stays found', async () => {
    class Small extends Rounds {
      constructor(...args: ConstructorParameters<typeof Rounds>) {
        super(...args);
        throw new RangeError('Array buffer allocation failed');
      }
    }
    const result = await explicit(system, {}, { ...PARTS, Rounds: Small });
    expect(result).toMatchObject({ stopped: 'memory', exhausted: false, states: 100 });
    expect(verdicts(result)).toEqual(['holds', 'violated', 'holds', 'undecided']);
  });

  test('for the runs to violations, nothing is said that cannot be shown', async () => {
    let batches = 0;
    // The first batch is that of the search itself.
    class Small extends PARTS.Batch {
      private readonly number = batches++;
      override take(): number {
        if (this.number > 0) throw new RangeError('Array buffer allocation failed');
        return super.take();
      }
    }
    const result = await explicit(system, {}, { ...PARTS, Batch: Small });
    expect(result).toMatchObject({ stopped: 'memory', exhausted: false, states: 100 });
    expect(verdicts(result)).toEqual(['undecided', 'undecided', 'undecided', 'undecided']);
  });

  test('another RangeError is an error of ours, and is not swallowed', async () => {
    const parts = { ...PARTS, StateTable: tableOf(12, 'offset is out of bounds') };
    await expect(explicit(system, {}, parts)).rejects.toThrow('offset is out of bounds');
  });

  test('what this Node says then is known', () => {
    const attempts = [() => new Int32Array(2 ** 60), () => new ArrayBuffer(2 ** 53 - 1)];
    for (const attempt of attempts) {
      let thrown: unknown;
      try {
        attempt();
      } catch (error) {
        thrown = error;
      }
      expect(isOutOfMemory(thrown)).toBe(true);
    }
    expect(isOutOfMemory(new RangeError('no such task'))).toBe(false);
    expect(isOutOfMemory(new Error('Array buffer allocation failed'))).toBe(false);
  });
});

describe('the search for runs that go on for ever', () => {
  const busy = toy(
    Object.fromEntries(['a', 'b', 'c', 'd'].map((field) => [field, 0])),
    Object.fromEntries(['a', 'b', 'c', 'd'].map((field) => [field, countTo(19, field)])),
    always('kept', () => ''),
    inGoodTime('comes', (s) => (s.a === 19 ? '' : 'a')),
  );

  test('ends by a signal, too, and what the search for states has shown stays', async () => {
    const controller = new AbortController();
    class Late extends Rounds {
      constructor(...args: ConstructorParameters<typeof Rounds>) {
        super(...args);
        controller.abort();
      }
    }
    const result = await explicit(busy, { signal: controller.signal }, { ...PARTS, Rounds: Late });
    expect(result).toMatchObject({ stopped: 'signal', exhausted: false, states: 20 ** 4 });
    expect(verdicts(result)).toEqual(['holds', 'undecided']);
  });
});
