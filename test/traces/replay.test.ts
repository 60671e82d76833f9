import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reference } from '../../checker/reference.js';
import { replay as play } from '../../checker/run.js';
import type { System } from '../../model/system.js';
import { decode, encode, modelHash, type Replay, UnreadableReplay } from '../../traces/replay.js';
import { type Run, violations } from '../../traces/report.js';
import { OutdatedReplay, replayLine, resolve } from '../../traces/resolve.js';
import { question } from './sample.js';

const name = fc.string({ minLength: 1, maxLength: 12, unit: 'binary' });
const count = fc.integer({ min: 1, max: 99 });
const replays: fc.Arbitrary<Replay> = fc.record({
  question: fc.record({
    protocol: name,
    platform: name,
    kernel: fc.constantFrom('6.18', '5.15'),
    clones: count,
    rounds: count,
    faults: fc.array(fc.record({ name, budget: count }), { maxLength: 3 }),
    maxFaults: count,
    guest: fc.array(name, { minLength: 1, maxLength: 3 }),
    without: fc.array(name, { maxLength: 2 }),
  }),
  property: name,
  model: fc.constant('0123abcd'),
  cycle: fc.constant(0),
  turns: fc.array(
    fc.record({
      slot: name,
      label: name,
      steps: fc.array(fc.array(fc.nat(20), { maxLength: 3 }), { minLength: 1, maxLength: 12 }),
    }),
    { maxLength: 6 },
  ),
});

describe('the replay line', () => {
  it('gives back what was put in', () => {
    fc.assert(
      fc.property(replays, (replay) => {
        expect(decode(encode(replay))).toEqual(replay);
      }),
    );
  });

  it('has no character that a shell or a mail program touches', () => {
    fc.assert(
      fc.property(replays, (replay) => {
        expect(encode(replay)).toMatch(/^[\w./:@%+=,-]+$/);
      }),
    );
  });

  it('may be broken into lines on its way', () => {
    const line = encode(sample);
    expect(decode(`${line.slice(0, 40)}\n  ${line.slice(40)}`.replace(/\s/g, ''))).toEqual(sample);
  });

  it('is refused in one line when anything is missing or changed', () => {
    const line = encode(sample);
    fc.assert(
      fc.property(fc.nat(line.length - 1), fc.constantFrom('', 'q', '/'), (at, instead) => {
        fc.pre(line[at] !== instead);
        const broken = line.slice(0, at) + instead + line.slice(at + 1);
        expect(() => decode(broken)).toThrow(UnreadableReplay);
        expect(() => decode(line.slice(0, at))).toThrow(UnreadableReplay);
      }),
    );
  });

  it.each([
    ['', /no replay line/],
    ['hello', /no replay line: one begins with cc1\//],
    ['cc2/qemu/linux-6.18', /version cc2/],
    ['cc1/qemu/linux-6.18/faults=none', /cut off/],
    [encode(recordOf('x')).slice(0, -1), /damaged/],
  ])('says what is wrong with %j', (line, message) => {
    expect(() => decode(line)).toThrow(message);
  });
});

describe('a recorded run', () => {
  it('breaks again what it broke', async () => {
    const run = await search(counter(3));
    const [violation] = violations(run);
    const replayed = resolve(run.system, decode(replayLine(violation!)));
    expect(replayed).toMatchObject({ reproduces: true, object: 'n', path: violation!.counterexample.path });
  });

  it('no longer breaks it in a model where it holds', async () => {
    const run = await search(counter(3));
    const line = replayLine(violations(run)[0]!);
    expect(resolve(counter(9), decode(line))).toMatchObject({ reproduces: false });
  });

  it('names the first step that is gone', async () => {
    const run = await search(counter(3));
    const line = decode(replayLine(violations(run)[0]!));
    expect(() => resolve(counter(3, 'grow'), line)).toThrow(OutdatedReplay);
    expect(() => resolve(counter(3, 'grow'), line)).toThrow(
      /step 1, up:add, no longer exists; up does grow there now/,
    );
    expect(() => resolve(counter(3, 'add', 2), line)).toThrow(/step 3, in turn 1 of up, no longer exists/);
  });

  it('has another hash when a step is renamed', () => {
    expect(modelHash(counter(3))).toMatch(/^[0-9a-f]{8}$/);
    expect(modelHash(counter(3))).not.toBe(modelHash(counter(3, 'grow')));
  });
});

const sample: Replay = recordOf('kill/T @home=1');

function recordOf(label: string): Replay {
  return {
    question,
    property: 'no-hang',
    model: '1a2b3c4d',
    turns: [{ slot: 'P', label, steps: [[], [], [0, 1]] }],
    cycle: 0,
  };
}

/** Counts up to `top`, and promises to stay below `limit`. */
function counter(limit: number, label = 'add', top = 5): System {
  const system: System<{ n: number }> = {
    name: 'counter',
    initial: { n: 0 },
    slots: [
      {
        name: 'up',
        kind: 'task',
        step(state, move) {
          move.at(label, 'row 1');
          if (state.n >= top) move.block();
          move.event('counted');
          state.n++;
        },
      },
    ],
    properties: [
      {
        name: 'small',
        kind: 'always',
        sentence: 'the count stays small',
        witness: 'counted',
        broken: ({ n }) => (n >= limit ? 'n' : ''),
      },
    ],
    steps: [{ slot: 'up', label, row: 'row 1' }],
    faults: () => [],
  };
  return system;
}

async function search(system: System): Promise<Run> {
  const result = await reference(system, {});
  return {
    question,
    depth: null,
    system,
    model: modelHash(system),
    result,
    trace: (path) => play(system, path),
  };
}
