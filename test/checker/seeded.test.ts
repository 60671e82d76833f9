/**
 * The comparison of engines is worth something only if it notices an engine that is wrong. Here each part of the explicit
 * engine is given a fault, and random systems are drawn until the engines are seen to disagree.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differences } from '../../checker/compare.js';
import { GOES_ON } from '../../checker/descent.js';
import { explicit } from '../../checker/explicit.js';
import { PARTS } from '../../checker/parts.js';
import type { Parts } from '../../checker/parts.js';
import { reference } from '../../checker/reference.js';
import type { SearchResult } from '../../checker/result.js';
import type { Space } from '../../checker/space.js';
import type { System } from '../../model/system.js';
import { systemOf, systemSpec } from './language.js';

const {
  Batch,
  Components,
  Descent,
  Graph,
  Idle,
  Judgement,
  Moves,
  Packing,
  Rewrites,
  Rounds,
  Standings,
  StateTable,
} = PARTS;

/** Tells of each slot, and not only where many look at one component first, which random systems seldom do. */
class EagerIdle extends Idle {
  constructor(space: Space) {
    super(space, 1);
  }
}

const faults: Record<string, Partial<Parts>> = {
  'a lost write': {
    Rewrites: class extends Rewrites {
      override planOf(cells: Int32Array, end: number): number[] {
        const plan = super.planOf(cells, end);
        return plan.length > 2 ? plan.slice(0, -2) : plan;
      }
    },
  },
  'a write that is made when the component has changed, too': {
    Rewrites: class extends Rewrites {
      private readonly first = new Map<number, number>();
      override apply(rewrite: number, id: number): number {
        const next = this.first.get(rewrite) ?? super.apply(rewrite, id);
        this.first.set(rewrite, next);
        return next;
      }
    },
  },
  'a move remembered for what a slot sees first, whatever it sees after': {
    Moves: class extends Moves {
      private readonly lists = new Map<string, number>();
      override find(slot: number, key: Int32Array): number {
        const list = super.find(slot, key);
        const label = `${slot} ${this.cells[list]}`;
        const first = this.lists.get(label) ?? list;
        this.lists.set(label, first);
        return first;
      }
    },
  },
  'a slot taken for idle where its first look does not tell': {
    Idle: EagerIdle,
    Moves: class extends Moves {
      private empty: number | undefined;
      override find(slot: number, key: Int32Array): number {
        const list = super.find(slot, key);
        if (this.cells[list] === 0) this.empty = list;
        return list;
      }
      override atOnce(slot: number, id: number): number {
        const list = super.atOnce(slot, id);
        return list === GOES_ON ? (this.empty ?? list) : list;
      }
    },
  },
  'a walk taken for the last one if a few bits of the key agree': {
    Descent: class extends Descent {
      private bits = -1;
      private result = 0;
      override of(words: Int32Array, at: number): number {
        const bits = words[at]! & 7;
        if (bits !== this.bits) this.result = super.of(words, at);
        this.bits = bits;
        return this.result;
      }
    },
  },
  'two contents of a component taken for one': {
    Components: class extends Components {
      constructor(...args: ConstructorParameters<typeof Components>) {
        super(...args);
        for (const part of this.parts) {
          const after = part.after.bind(part);
          part.after = (...change) => {
            const id = after(...change);
            return id === 2 ? 1 : id;
          };
        }
      }
    },
  },
  'a field of a key that is too narrow': {
    Packing: class extends Packing {
      constructor(...args: ConstructorParameters<typeof Packing>) {
        super(...args);
        this.most[0] = 1;
      }
      override holds(): boolean {
        return true;
      }
    },
  },
  'a key that outgrows its field unnoticed': {
    Packing: class extends Packing {
      constructor(widths: readonly number[]) {
        super(
          widths.map((width) => Math.min(width, 2)),
          0,
        );
      }
      override holds(): boolean {
        return true;
      }
    },
  },
  'an answer of a predicate that is not asked for again': {
    Judgement: class extends Judgement {
      private answer: number | undefined;
      private asked = 0;
      override of(words: Int32Array, at: number): number {
        this.answer = this.asked++ % 4 === 3 && this.answer !== undefined ? this.answer : super.of(words, at);
        return this.answer;
      }
    },
  },
  'all parts of a predicate but the first left out': {
    Standings: class extends Standings {
      constructor(...[space, always]: ConstructorParameters<typeof Standings>) {
        super(
          space,
          always.map((parts) => parts.slice(0, 1)),
        );
      }
    },
  },
  'a step that is taken to leave all predicates as they were': {
    Standings: class extends Standings {
      override after(before: number, slot: number, end: number, words: Int32Array, at: number): number {
        return slot === 1 ? before : super.after(before, slot, end, words, at);
      }
    },
  },
  'states told apart by the first word of their hash only': {
    StateTable: class extends StateTable {
      override hash(words: Int32Array, at: number): number {
        return super.hash(words, at) & 7;
      }
      override find(words: Int32Array, at: number, hash: number): number {
        const found = super.find(words, at, hash);
        return found < 0 && this.count > 8 ? hash & 7 : found;
      }
    },
  },
  'a state taken as closed for a slot where it is closed for the next': {
    StateTable: class extends StateTable {
      override has(state: number, bit: number): boolean {
        return super.has(state, bit) || (bit === 1 && super.has(state, 2));
      }
    },
  },
  'a run of more steps kept for the one of fewer': {
    StateTable: class extends StateTable {
      override shorten(): void {}
    },
  },
  'a successor forgotten when the batch is full': {
    Batch: class extends Batch {
      override take(): number {
        const count = super.take();
        return count > 3 ? count - 1 : count;
      }
    },
  },
  'a task that cannot move taken for one that can': {
    Graph: class extends Graph {
      override canMove(): boolean {
        return true;
      }
    },
  },
  'a task that can move taken for one that cannot': {
    Graph: class extends Graph {
      override canMove(slot: number): boolean {
        return slot > 0 && super.canMove(slot);
      }
    },
  },
  'a cycle of one state overlooked': {
    Rounds: class extends Rounds {
      constructor(...[count, successors, onRound]: ConstructorParameters<typeof Rounds>) {
        super(count, successors, (nodes, round) => {
          if (nodes.length > 1) onRound(nodes, round);
        });
      }
    },
  },
  'two cycles taken for one': {
    Rounds: class extends Rounds {
      constructor(...[count, successors, onRound]: ConstructorParameters<typeof Rounds>) {
        const all: number[] = [];
        super(count, successors, (nodes, round) => {
          all.push(...nodes);
          for (const node of all) this.of[node] = round;
          onRound(all, round);
        });
      }
    },
  },
  'half of a cycle judged': {
    Rounds: class extends Rounds {
      constructor(...[count, successors, onRound]: ConstructorParameters<typeof Rounds>) {
        super(count, successors, (nodes, round) =>
          onRound(nodes.slice(0, Math.ceil(nodes.length / 2)), round),
        );
      }
    },
  },
};

const MOST_STATES = 300;
const systems = fc.sample(systemSpec, { numRuns: 1000, seed: 2021 }).map((spec): System => systemOf(spec));
/** What the reference says, worked out when it is first needed; undefined for a system that is too large. */
const expected = new Map<System, Promise<SearchResult>>();

async function isCaughtBy(system: System, parts: Parts): Promise<boolean> {
  const right = expected.get(system) ?? reference(system, { maxStates: MOST_STATES });
  expected.set(system, right);
  if ((await right).stopped !== 'exhausted') return false;
  try {
    return (
      differences(await explicit(system, { maxStates: 10 * MOST_STATES }, parts), await right).length > 0
    );
  } catch {
    // An engine that finds itself out is caught as well.
    return true;
  }
}

test('the engine without a fault is not caught', { timeout: 300_000 }, async () => {
  for (const system of systems.slice(0, 100)) {
    expect(await isCaughtBy(system, PARTS)).toBe(false);
    expect(await isCaughtBy(system, { ...PARTS, Idle: EagerIdle })).toBe(false);
  }
});

test.each(Object.entries(faults))('%s is caught', { timeout: 300_000 }, async (_, fault) => {
  let tried = 0;
  for (const system of systems) {
    tried++;
    if (await isCaughtBy(system, { ...PARTS, ...fault })) break;
  }
  if (process.env['CHECKER_TELL']) console.log(tried);
  expect(tried).toBeLessThan(systems.length);
});
