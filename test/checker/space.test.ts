/** Descents, moves, rewrites and standings, each beside what the state itself says. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Descent, GOES_ON } from '../../checker/descent.js';
import { FAILS } from '../../checker/footprint.js';
import { Idle } from '../../checker/idle.js';
import { LIST_HEAD, MOVE_END, MOVE_KIND, MOVE_PLAN, MOVE_SIZE } from '../../checker/moves.js';
import { choicesOf } from '../../checker/run.js';
import { Space } from '../../checker/space.js';
import type { Vector } from '../../checker/schema.js';
import { CHOOSE, END } from '../../checker/trie.js';
import { Watch } from '../../checker/watch.js';
import type { State, System } from '../../model/system.js';
import { systemOf, systemSpec } from './language.js';

/** Some states of a system as plain data, by a walk that is the same every time. */
function statesOf(system: System, most: number): State[] {
  const states = new Map([[JSON.stringify(system.initial), system.initial]]);
  for (const state of states.values()) {
    for (const slot of system.slots.keys()) {
      for (const { failure, state: after } of choicesOf(system, state, slot))
        if (!failure?.ends && states.size < most) states.set(JSON.stringify(after), after);
    }
  }
  return [...states.values()];
}

/** The key of a plain state; components that it makes larger are given room first. */
function keyOf(space: Space, state: State): Int32Array {
  const vector = space.vector.slice();
  space.schema.encode(state, vector, 'the test');
  const ids = space.components.parts.map((part) => part.intern(vector));
  space.widen();
  const key = new Int32Array(space.keys.words);
  for (const [i, id] of ids.entries()) space.keys.set(key, 0, i, id);
  return key;
}

function stateOf(space: Space, key: Int32Array): State {
  space.loadKey(key, 0);
  return space.schema.decode(space.vector);
}

const systems = systemSpec.map((spec): System => systemOf(spec));
const runs = { numRuns: 60, seed: 5 };

test('a state is the same again after its key', () => {
  fc.assert(
    fc.property(systems, (system) => {
      const space = new Space(system);
      for (const state of statesOf(system, 20)) expect(stateOf(space, keyOf(space, state))).toEqual(state);
    }),
    runs,
  );
});

test('a descent comes to the ends that the trie has for a state, also when it forgets now and then', () => {
  let many = 0;
  fc.assert(
    fc.property(systems, fc.constantFrom(4, 100), (system, most) => {
      const space = new Space(system);
      for (const footprint of space.slots) {
        const results: (readonly number[])[] = [];
        const descent = new Descent(space, footprint, (ends) => results.push(ends) - 1, most);
        const states = statesOf(system, 20);
        for (const state of [...states, ...states.toReversed()]) {
          const key = keyOf(space, state);
          const ends = results[descent.of(key, 0)]!;
          space.loadKey(key, 0);
          expect(ends).toEqual(endsOf(footprint.cells, footprint.cells[0]!, space.vector));
          if (ends.length > 1) many++;
        }
        expect(new Set(results.map((ends) => ends.join())).size).toBe(results.length);
      }
    }),
    runs,
  );
  expect(many).toBeGreaterThan(100);
});

/** The ends below a node of a trie, leaf by leaf. */
function endsOf(cells: Int32Array, node: number, vector: Vector): number[] {
  const tag = cells[node]!;
  if (tag === END) return [node];
  const values =
    tag === CHOOSE ? Array.from({ length: cells[node + 1]! }, (_, answer) => answer) : [vector[tag]!];
  return values.flatMap((value) => endsOf(cells, cells[node + 2 + value]!, vector));
}

test('the moves that are looked up are those that the step makes, and their rewrites give its states', () => {
  let moves = 0;
  fc.assert(
    fc.property(systems, (system) => {
      const space = new Space(system);
      // Twice: the first time they are worked out, the second time looked up.
      for (const state of [...statesOf(system, 20), ...statesOf(system, 20)]) {
        const key = keyOf(space, state);
        for (const slot of system.slots.keys()) {
          const plain = choicesOf(system, state, slot);
          const list = space.moves.find(slot, key);
          const { cells, rewrites } = space.moves;
          expect(cells[list]).toBe(plain.length);
          for (const [i, applied] of plain.entries()) {
            const move = list + LIST_HEAD + i * MOVE_SIZE;
            const { choices, label } = space.endingOf(slot, cells[move + MOVE_END]!);
            expect([choices, label]).toEqual([applied.choices, applied.label]);
            if (cells[move + MOVE_KIND] === FAILS) continue;
            const plan = cells[move + MOVE_PLAN]!;
            const ids = space.components.parts.map((_, part) => space.keys.get(key, 0, part));
            for (let at = plan + 1; at < plan + 1 + 2 * cells[plan]!; at += 2)
              ids[cells[at]!] = rewrites.apply(cells[at + 1]!, ids[cells[at]!]!);
            const after = space.vector.slice();
            for (const [part, id] of ids.entries()) space.components.parts[part]!.load(id, after);
            expect(space.schema.decode(after)).toEqual(applied.state);
            moves++;
          }
        }
      }
    }),
    runs,
  );
  expect(moves).toBeGreaterThan(1000);
});

test('a slot that is told to be idle can do nothing, and what is known of a first look is what the walk finds', () => {
  let [idle, told] = [0, 0];
  fc.assert(
    fc.property(systems, (system) => {
      const space = new Space(system);
      const closer = new Idle(space, 1);
      const states = statesOf(system, 25);
      for (const state of states)
        for (const slot of system.slots.keys()) space.moves.find(slot, keyOf(space, state));
      for (const state of states) {
        const key = keyOf(space, state);
        const number = space.table.insert(key, 0, space.table.hash(key, 0), 0, 0, -1);
        closer.close(number, key);
        for (const slot of system.slots.keys()) {
          const list = space.moves.find(slot, key);
          if (space.table.has(number, 1 + slot)) {
            expect(space.moves.cells[list]).toBe(0);
            idle++;
          }
          const component = space.components.ofLeaf[space.slots[slot]!.firstLeaf];
          if (component === undefined) continue;
          const atOnce = space.moves.atOnce(slot, space.keys.get(key, 0, component));
          expect([list, GOES_ON]).toContain(atOnce);
          if (atOnce === list) told++;
        }
      }
    }),
    runs,
  );
  expect(idle).toBeGreaterThan(25);
  expect(told).toBeGreaterThan(idle);
});

test('a standing after a step is that of the state, asked anew', () => {
  let changed = 0;
  fc.assert(
    fc.property(systems, (system) => {
      const space = new Space(system);
      const { standings } = new Watch(space);
      for (const state of statesOf(system, 25)) {
        const key = keyOf(space, state);
        const before = standings.of(key, 0);
        const judges = system.properties.filter(({ kind }) => kind === 'always');
        const answers = judges.map((judge) => (judge.kind === 'always' ? judge.broken(state) : ''));
        expect(standings.known[before]).toEqual({
          answers,
          isBroken: answers.some((answer) => answer !== ''),
          faults: system.faults(state),
        });
        for (const slot of system.slots.keys()) {
          const plain = choicesOf(system, state, slot);
          const list = space.moves.find(slot, keyOf(space, state));
          for (const [i, { state: after, failure }] of plain.entries()) {
            if (failure?.ends) continue;
            const end = space.moves.cells[list + LIST_HEAD + i * MOVE_SIZE + MOVE_END]!;
            const next = keyOf(space, after);
            const standing = standings.after(before, slot, end, next, 0);
            expect(standing).toBe(standings.of(next, 0));
            if (standing !== before) changed++;
          }
        }
      }
    }),
    runs,
  );
  expect(changed).toBeGreaterThan(100);
});
