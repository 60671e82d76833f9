/** Plain execution, and runs told step by step. */
import { expect, test } from 'vitest';
import { apply, choicesOf, replay } from '../../checker/run.js';
import { always, inTheEnd, toy } from './toy.js';
import type { Step } from './toy.js';

const take: Step = (s, move) => {
  move.at('take', 'row 7');
  move.says(`take(${s.left})`);
  if (s.left === 0) move.block();
  const many = 1 + move.choose(2);
  if (many > s.left) move.fail('no-overdraft', 'purse');
  s.left -= many;
  s.log.push(many);
};

const rest: Step = (s, move) => {
  move.at('rest', 'row 8');
  if (s.rested || s.left === 0) move.block();
  s.rested = true;
};

const system = toy(
  { left: 3, rested: false, log: [], nested: [{ x: 1 }] },
  { T: take, U: rest },
  always('some-left', (s) => (s.left > 0 ? '' : 'purse')),
  inTheEnd('all-left', (s) => (s.left === 3 ? '' : 'purse')),
);

test('an action leaves the state it was given as it was', () => {
  const applied = apply(system, system.initial, { slot: 0, choices: [1] });
  expect(applied).toMatchObject({
    label: 'take',
    row: 'row 7',
    says: 'take(3)',
    blocked: false,
    state: { left: 1, log: [2] },
  });
  expect(system.initial['left']).toBe(3);
});

test('a slot has as many outcomes as its choices have answers', () => {
  expect(choicesOf(system, system.initial, 0).map(({ choices }) => choices)).toEqual([[0], [1]]);
  expect(choicesOf(system, { ...system.initial, left: 0 }, 0)).toEqual([]);
});

test('a run is told with its turns, its changes and what it breaks', () => {
  const entries = replay(system, [
    { slot: 0, choices: [0] },
    { slot: 1, choices: [] },
    { slot: 0, choices: [1] },
  ]);
  expect(entries.map(({ turn, slot, label, says }) => [turn, slot, label, says])).toEqual([
    [1, 'T', 'take', 'take(3)'],
    [2, 'U', 'rest', ''],
    [3, 'T', 'take', 'take(2)'],
  ]);
  expect(entries[0]!.changes).toEqual([
    { path: 'left', from: 3, to: 2 },
    { path: 'log', from: [], to: [1] },
  ]);
  expect(entries[1]!.broken).toEqual([]);
  expect(entries[2]!.broken).toEqual([
    { property: 'some-left', object: 'purse' },
    { property: 'all-left', object: 'purse' },
  ]);
  expect(entries[2]!.after).toEqual({ left: 0, rested: true, log: [1, 2], nested: [{ x: 1 }] });
});

test('a failing step ends the run with the failure', () => {
  const path = [
    { slot: 0, choices: [1] },
    { slot: 0, choices: [1] },
  ];
  expect(replay(system, path).at(-1)!.failure).toEqual({ property: 'no-overdraft', object: 'purse' });
  expect(() => replay(system, [...path, { slot: 1, choices: [] }])).toThrow(
    'the run ends at turn 1, step 2, but the path goes on',
  );
});

test.each([
  [
    'a blocked slot',
    [
      { slot: 1, choices: [] },
      { slot: 1, choices: [] },
    ],
    'turn 1, step 2: U is blocked; what can move: T:take(0), T:take(1)',
  ],
  [
    'a choice that is not there',
    [{ slot: 0, choices: [2] }],
    'turn 1, step 1: step T:take has 2 alternatives, and the one asked for is 2',
  ],
  [
    'a choice too few',
    [{ slot: 0, choices: [] }],
    'turn 1, step 1: T:take chooses 1 times, and the path answers 0 times',
  ],
  [
    'a slot that is not there',
    [{ slot: 9, choices: [] }],
    'turn 1, step 1: there is no slot number 9 in toy',
  ],
])('%s ends a replay with what could move instead', (_, path, message) => {
  expect(() => replay(system, path)).toThrow(message);
});

test('says so when nothing can move', () => {
  const path = [
    { slot: 0, choices: [0] },
    { slot: 0, choices: [1] },
    { slot: 0, choices: [0] },
  ];
  expect(() => replay(system, path)).toThrow('turn 1, step 3: T is blocked; nothing can move');
});
