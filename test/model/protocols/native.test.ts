import { describe, expect, test } from 'vitest';
import { ask, broken, creationFaults, onRequest, possibleFaults } from '../ask.js';

describe('native', () => {
  test('keeps every shared property, for every guest choice and every fault', async () => {
    const result = await ask('native', { faults: possibleFaults('native') });
    expect(result.exhausted).toBe(true);
    expect(broken(result)).toEqual([]);
    expect(result.properties.map(({ verdict }) => verdict)).toEqual(result.properties.map(() => 'holds'));
  });

  test('keeps those that are judged on request, too', async () => {
    const result = await ask('native', { faults: possibleFaults('native'), properties: onRequest });
    expect(result.properties.map(({ verdict }) => verdict)).toEqual(onRequest.map(() => 'holds'));
  });

  test('has as many states as it had: a change here is a change of the model', async () => {
    const { states, transitions, turns, deadlocks } = await ask('native', {
      faults: creationFaults('native'),
    });
    expect({ states, transitions, turns, deadlocks }).toMatchInlineSnapshot(`
      {
        "deadlocks": 362,
        "states": 4944,
        "transitions": 8412,
        "turns": 5,
      }
    `);
  });
});
