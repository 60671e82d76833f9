/**
 * The TLA+ of a system means the same as the system. TLC is asked nowhere: what is written is so plain that a few lines can
 * evaluate it, and they accept nothing else.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { learn } from '../../checker/explicit.js';
import { relationOf } from '../../checker/relation.js';
import { formatPromela } from '../../exports/promela.js';
import { formatTla } from '../../exports/tla.js';
import type { System } from '../../model/system.js';
import { systemOf, systemSpec } from '../checker/language.js';
import { toy } from '../checker/toy.js';
import { expectGolden } from '../golden.js';
import { possibleFaults, protocol, system } from '../model/ask.js';

/** Fields and the text of their values. */
type Fields = ReadonlyMap<string, string>;

interface Disjunct {
  readonly tests: readonly { readonly field: string; readonly among: readonly string[] }[];
  /** Undefined in an invariant. */
  readonly effect: Fields | undefined;
}

interface Module {
  readonly initial: Fields;
  readonly actions: readonly Disjunct[];
  readonly invariants: ReadonlyMap<string, readonly Disjunct[]>;
}

/** Splits at the commas that are in no string and no sequence. */
function items(text: string): string[] {
  return [...text.matchAll(/(?:"(?:\\.|[^"\\])*"|<<(?:"(?:\\.|[^"\\])*"|[^">])*>>|[^",<])+/g)].map(([item]) =>
    item.trim(),
  );
}

function read(text: string): Module {
  const [body] = text.split('\n====\n');
  const blocks = body!
    .trimEnd()
    .split(/\n\n+/)
    .filter((block) => /^(?!----|EXTENDS)/.test(block));
  const initial = new Map<string, string>();
  const definitions = new Map<string, Disjunct[]>();
  const invariants = new Map<string, Disjunct[]>();
  let next: string[] = [];
  for (const block of blocks) {
    const lines = block.split('\n').filter((line) => !line.startsWith('\\*'));
    const name = /^(\w+) ==$/.exec(lines.shift()!)![1]!;
    if (name === 'Init') {
      for (const line of lines.slice(1, -1)) {
        const [, field, value] = /^    (\w+) \|-> (.*?),?$/.exec(line)!;
        initial.set(field!, value!);
      }
    } else if (name === 'Next')
      next = lines.filter((line) => line !== '  FALSE').map((line) => line.slice(5));
    else if (lines[0] === '  ~(') invariants.set(name, lines.slice(1, -1).reduce(conjunct, []));
    else definitions.set(name, lines.reduce(conjunct, []));
  }
  expect([...definitions.keys()]).toEqual(next);
  return { initial, actions: [...definitions.values()].flat(), invariants };
}

function conjunct(found: Disjunct[], line: string): Disjunct[] {
  const [, start, text] = /^ {2}(\\\/| {2}) \/\\ (.*)$/.exec(line)!;
  const last: Disjunct = start === '\\/' ? { tests: [], effect: undefined } : found.pop()!;
  const effect = /^s' = (?:s|\[s EXCEPT (.*)\])$/.exec(text!);
  if (effect !== null) {
    const writes = items(effect[1] ?? '').map((item) => /^!\.(\w+) = (.*)$/.exec(item)!);
    return [...found, { ...last, effect: new Map(writes.map(([, field, value]) => [field!, value!])) }];
  }
  if (text === 'TRUE') return [...found, last];
  const [, field, one, many] = /^s\.(\w+) (?:= (.*)|\\in \{(.*)\})$/.exec(text!)!;
  const test = { field: field!, among: one === undefined ? items(many!) : [one] };
  return [...found, { ...last, tests: [...last.tests, test] }];
}

/** How many states the module has, and in how many each invariant fails. */
function explore({ initial, actions, invariants }: Module) {
  const allows =
    (state: Fields) =>
    ({ tests }: Disjunct) =>
      tests.every(({ field, among }) => among.includes(state.get(field)!));
  const key = (state: Fields) => JSON.stringify([...state]);
  const seen = new Map([[key(initial), initial]]);
  const failing = new Map([...invariants.keys()].map((name) => [name, 0]));
  for (const state of seen.values()) {
    for (const { effect } of actions.filter(allows(state))) {
      for (const field of effect!.keys()) expect(initial.has(field)).toBe(true);
      const after = new Map([...state, ...effect!]);
      seen.set(key(after), after);
    }
    for (const [name, places] of invariants)
      if (places.some(allows(state))) failing.set(name, failing.get(name)! + 1);
  }
  return { states: seen.size, broken: [...failing].filter(([, count]) => count > 0).map(([name]) => name) };
}

async function compare(asked: System) {
  const learned = await learn(asked);
  const { states, properties } = learned.result;
  const found = explore(read(formatTla(relationOf(learned), 'test', ['a test'])));
  const broken = properties.filter(
    ({ kind, counterexamples }) => kind === 'step' && counterexamples.length > 0,
  );
  expect(found.states).toBe(states);
  expect(found.broken.toSorted()).toEqual(broken.map(({ name }) => name.replaceAll('-', '_')).toSorted());
  return { states, broken };
}

test('of native, every guest, and of a guest with every fault', async () => {
  expect((await compare(system('native'))).states).toBeGreaterThan(1000);
  const { choices: guest } = protocol('native').profiles.find(({ name }) => name === 'crashing-child')!;
  await compare(system('native', { guest, faults: possibleFaults('native') }));
});

test('of qemu-clone-vm, one guest', async () => {
  const { choices: guest } = protocol('qemu-clone-vm').profiles.find(({ name }) => name === 'vfork-exit')!;
  expect((await compare(system('qemu-clone-vm', { guest }))).broken.length).toBeGreaterThan(0);
});

test('of random systems', async () => {
  const seen = { systems: 0, broken: 0 };
  const property = fc.asyncProperty(systemSpec, async (spec) => {
    const asked = systemOf(spec);
    fc.pre((await learn(asked, { maxStates: 1000 })).result.exhausted);
    const { broken } = await compare(asked);
    seen.systems++;
    if (broken.length > 0) seen.broken++;
  });
  await fc.assert(property, { numRuns: 200, seed: 2020 });
  expect(seen.broken).toBeGreaterThan(10);
});

test('reads like this', async () => {
  const asked = toy(
    { P: { pc: 'lock' }, C: { pc: '' }, lock: '', queue: [], free: true },
    {
      P(s, move) {
        move.at(s.P.pc, '');
        if (s.P.pc === 'lock') {
          if (s.lock !== '') move.block();
          s.lock = 'P';
          s.P.pc = 'create';
          s.queue = [move.choose(2)];
        } else if (s.P.pc === 'create') {
          s.C.pc = 'start';
          s.P.pc = '';
        } else move.block();
      },
      C(s, move) {
        move.at(s.C.pc, '');
        if (s.C.pc !== 'start') move.block();
        if (s.queue[0] === 1) move.fail('no-use-after-free', 'queue');
        s.free = false;
        s.C.pc = '';
      },
    },
  );
  const learned = await learn(asked);
  expectGolden('export.tla', formatTla(relationOf(learned), 'toy', [`${learned.result.states} states`]));
  expectGolden('export.pml', formatPromela(relationOf(learned), [`${learned.result.states} states`]));
});
