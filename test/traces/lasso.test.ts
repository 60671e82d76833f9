/** A run that goes round for ever, in every form in which a run is told. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { explicit } from '../../checker/explicit.js';
import { replay } from '../../checker/run.js';
import { formatDot } from '../../traces/dot.js';
import { formatJson } from '../../traces/json.js';
import { decode, encode } from '../../traces/replay.js';
import { type Run, violations } from '../../traces/report.js';
import { replayLine, resolve } from '../../traces/resolve.js';
import { renderSvg } from '../../traces/svg.js';
import { formatText } from '../../traces/text.js';
import { inGoodTime, toy } from '../checker/toy.js';
import type { Step } from '../checker/toy.js';
import { faultsOf, type Schema } from '../schema.js';
import { expectGolden } from '../golden.js';
import { question } from './sample.js';

const schema: Schema = JSON.parse(readFileSync(new URL('../../traces/schema.json', import.meta.url), 'utf8'));

/** Two tasks take a lock whenever it is free, one of them over and over; the other asks for it once. */
const busy: Step = (s, move) => {
  move.at(s.holder === 'B' ? 'unlock' : 'lock', 'row 1');
  if (s.holder !== '' && s.holder !== 'B') move.block();
  move.says(s.holder === 'B' ? 'unlock(m)' : 'lock(m)');
  move.event('tested');
  s.holder = s.holder === 'B' ? '' : 'B';
};
const patient: Step = (s, move) => {
  move.at(s.asks ? 'lock' : 'ask', 'row 2');
  if (s.holder !== '' || s.served) move.block();
  move.says(s.asks ? 'lock(m)' : 'trylock(m) = EBUSY');
  if (s.asks) s.served = true;
  s.asks = true;
};
const system = toy(
  { holder: '', asks: false, served: false },
  { A: patient, B: busy },
  inGoodTime(
    'served',
    (s) => (s.served ? '' : 'A'),
    (s) => s.asks,
  ),
);

async function starved(): Promise<Run> {
  const result = { ...(await explicit(system)), seconds: 1 };
  const trace: Run['trace'] = (path) => replay(system, path);
  return { question, depth: null, system, model: '1a2b3c4d', result, trace };
}

test('the text has the stem, the cycle, and what never comes', async () => {
  expectGolden('lasso.txt', formatText([await starved()], { allTraces: true }));
});

test('the picture has an arrow back', async () => {
  const run = await starved();
  const dot = formatDot(run, violations(run)[0]);
  expectGolden('lasso.dot', dot);
  expect(await renderSvg(dot)).toContain('round and round');
});

test('in JSON the trace goes once round the cycle, whose length is told', async () => {
  const report = JSON.parse(formatJson([await starved()]));
  expect(faultsOf(schema, report)).toEqual([]);
  const [counterexample] = report.runs[0].properties[0].counterexamples;
  expect(counterexample).toMatchObject({ turns: 1, steps: 1, cycle: 2 });
  expect(
    counterexample.trace.map(({ slot, step }: { slot: string; step: string }) => `${slot}:${step}`),
  ).toEqual(['A:ask', 'B:lock', 'B:unlock']);
});

test('the replay line plays it, and tells a cycle from a run that only looks like one', async () => {
  const [violation] = violations(await starved());
  const recorded = decode(replayLine(violation!));
  expect(recorded.cycle).toBe(2);
  expect(decode(encode(recorded))).toEqual(recorded);
  expect(resolve(system, recorded)).toMatchObject({ reproduces: true, object: 'A' });
  for (const cycle of [0, 1, 3]) expect(resolve(system, { ...recorded, cycle }).reproduces).toBe(false);
  expect(() => decode(encode({ ...recorded, cycle: 4 }))).toThrow('a cycle of 4 steps, and a run of 3');
  // To a task that can always move the same steps are not fair.
  const always = toy(
    system.initial,
    { A: (s, move) => (move.at('ask', 'row 2'), (s.asks = true)), B: busy },
    ...system.properties,
  );
  expect(resolve(always, recorded).reproduces).toBe(false);
});
