/**
 * Learns steps and predicates by watching them run once for each way they can go.
 *
 * Soundness: a pure function that reads only through the draft does the same wherever the values it read are
 * the same, so a trie is exact for every path it holds; where a walk meets a path it does not hold, the code is
 * run. Purity is the one assumption, so each new path is run twice, the second time on a plain copy, and some once
 * more at the end.
 */
import type { Slot, State } from '../model/system.js';
import { Draft } from './draft.js';
import { attempt, ModelError } from './outcome.js';
import type { Failure } from './outcome.js';
import { impure, Repeats } from './repeats.js';
import type { Schema, Vector } from './schema.js';
import { CHOOSE, END, Trie } from './trie.js';
import type { Look, TrieVisitor } from './trie.js';

/** How a path of a step ends, besides its writes. */
export interface Ending {
  readonly choices: readonly number[];
  readonly label: string;
  readonly failure: Failure | undefined;
  readonly events: readonly string[];
  /** The cell of the end. */
  readonly cell: number;
}

/** The cells of an end of a step: `[END, KIND, ENDING, SEEN, WRITES, leaf, position, leaf, position, ...]`. */
export const KIND = 1;
export const ENDING = 2;
export const SEEN = 3;
export const WRITES = 4;
export const BLOCKED = 0;
export const MOVES = 1;
/** Breaks a property and goes on. */
export const VIOLATES = 2;
/** Breaks a property, and the path ends. */
export const FAILS = 3;

/** An end of a predicate is `[END, position in answers]`. */
export const ANSWER = 1;

export class StepFootprint {
  readonly endings: Ending[] = [];
  /** The ends of the last walk that are not blocked: cells of `trie`, by their choices in order. */
  readonly found: number[] = [];
  private readonly trie = new Trie();
  private readonly pending: number[] = [];
  private readonly repeats: Repeats;
  private readonly schema: Schema;
  private readonly slot: Slot;

  constructor(schema: Schema, slot: Slot) {
    this.schema = schema;
    this.slot = slot;
    this.repeats = new Repeats(schema, slot);
  }

  get cells(): Int32Array {
    return this.trie.cells;
  }

  /** Grows with all that is learned. */
  get size(): number {
    return this.trie.size;
  }

  /** Tells of all that was learned. The cells of an end are as said above. */
  visit(visitor: TrieVisitor): void {
    this.trie.visit(visitor);
  }

  /** Finds everything the slot can do in this state, and answers how many of these are moves or failures. */
  walk(vector: Vector): number {
    let count = this.descend(vector);
    while (count < 0) {
      this.learn(vector, this.trie.missing(vector) ?? []);
      count = this.descend(vector);
    }
    return count;
  }

  learnAll(vector: Vector): void {
    this.walk(vector);
  }

  /** The state after a path that was found, by the cell of its end. */
  after(vector: Vector, end: number): Vector {
    const { cells } = this;
    const next = vector.slice();
    for (let i = 0, at = end + WRITES + 1; i < cells[end + WRITES]!; i++, at += 2)
      next[cells[at]!] = cells[at + 1]!;
    return next;
  }

  private descend(vector: Vector): number {
    const { cells } = this.trie;
    const { found, pending } = this;
    let [count, waiting] = [0, 0];
    let node = cells[0]!;
    while (node !== 0) {
      const tag = cells[node]!;
      if (tag >= 0) {
        const value = vector[tag]!;
        node = value < cells[node + 1]! ? cells[node + 2 + value]! : 0;
      } else if (tag === END) {
        if (cells[node + KIND] !== BLOCKED) found[count++] = node;
        if (waiting === 0) return count;
        node = pending[--waiting]!;
      } else {
        for (let answer = cells[node + 1]! - 1; answer > 0; answer--)
          pending[waiting++] = cells[node + 2 + answer]!;
        node = cells[node + 2]!;
      }
    }
    return -1;
  }

  /** Calls back with each leaf that decides what the slot can do in a state, in order, and with each that it writes. */
  eachTouched(vector: Vector, onRead: (leaf: number) => void, onWrite: (leaf: number) => void): void {
    this.walk(vector);
    const { cells, pending } = this;
    let waiting = 0;
    for (let node = cells[0]!; ;) {
      const tag = cells[node]!;
      if (tag >= 0) {
        onRead(tag);
        node = cells[node + 2 + vector[tag]!]!;
      } else if (tag === CHOOSE) {
        for (let answer = cells[node + 1]! - 1; answer > 0; answer--)
          pending[waiting++] = cells[node + 2 + answer]!;
        node = cells[node + 2]!;
      } else {
        for (let i = 0; i < cells[node + WRITES]!; i++) onWrite(cells[node + WRITES + 1 + 2 * i]!);
        if (waiting === 0) return;
        node = pending[--waiting]!;
      }
    }
  }

  /** Calls back with each leaf that decides what the slot can do in a state. */
  eachRead(vector: Vector, onRead: (leaf: number) => void): void {
    this.eachTouched(vector, onRead, () => {});
  }

  /** The leaf that is always looked at first, or -1. */
  get firstLeaf(): number {
    return Math.max(-1, this.cells[this.cells[0]!]!);
  }

  private learn(vector: Vector, answers: readonly number[]): void {
    const { schema, slot } = this;
    const looks: Look[] = [];
    const onRead = (tag: number, value: number) => looks.push({ tag, width: 0, value });
    let draft: Draft | undefined;
    let name = () => `step ${slot.name}`;
    const outcome = attempt({
      slot: slot.name,
      choices: answers,
      onChoose: (width, value) => looks.push({ tag: CHOOSE, width, value }),
      body: (move, here) => {
        name = here;
        draft = new Draft({ schema, vector, who: here, onRead });
        slot.step(draft.root, move);
      },
    });
    const writes = draft!.finish();
    if (outcome.blocked && (draft!.isAssigned || writes.size > 0))
      throw new ModelError(`${name()} writes before it blocks`);
    const after = vector.slice();
    for (const [leaf, position] of writes) after[leaf] = position;
    this.repeats.ofNew({ vector: vector.slice(), outcome, after });

    const { choices, label, failure, events } = outcome;
    const kind = outcome.blocked ? BLOCKED : failure === undefined ? MOVES : failure.ends ? FAILS : VIOLATES;
    const end = [END, kind, this.endings.length, 0, writes.size, ...[...writes].flat()];
    const cell = this.trie.add(looks, end);
    if (cell < 0) throw impure(name());
    this.endings.push({ choices, label, failure, events, cell });
  }

  /** Runs some paths once more, long after they were new: what a step keeps outside the state may have changed. */
  repeatSamples(): void {
    this.repeats.samples();
  }
}

/** A function of the state that answers a string, learned like a step. */
export class PredicateFootprint {
  readonly answers: string[] = [];
  /** Which leaves any known path reads. */
  readonly reads: Uint8Array;
  /** Called with each leaf that turns out to be read. */
  onRead: (leaf: number) => void = () => {};
  private readonly trie = new Trie();
  private readonly schema: Schema;
  private readonly name: string;
  private readonly predicate: (state: State) => string;

  constructor(schema: Schema, name: string, predicate: (state: State) => string) {
    this.schema = schema;
    this.name = name;
    this.predicate = predicate;
    this.reads = new Uint8Array(schema.leaves.length);
  }

  /** Grows with all that is learned. */
  get size(): number {
    return this.trie.size;
  }

  get cells(): Int32Array {
    return this.trie.cells;
  }

  /** Tells of all that was learned. */
  visit(visitor: TrieVisitor): void {
    this.trie.visit(visitor);
  }

  /** The position in `answers` of what the predicate answers in this state. */
  ask(vector: Vector): number {
    for (;;) {
      const { cells } = this.trie;
      let node = cells[0]!;
      while (node !== 0 && cells[node]! >= 0) {
        const value = vector[cells[node]!]!;
        node = value < cells[node + 1]! ? cells[node + 2 + value]! : 0;
      }
      if (node !== 0) return cells[node + ANSWER]!;
      this.learn(vector);
    }
  }

  learnAll(vector: Vector): void {
    this.ask(vector);
  }

  /** Calls back with each leaf that decides the answer in a state, in order. */
  eachRead(vector: Vector, onRead: (leaf: number) => void): void {
    this.ask(vector);
    const { cells } = this.trie;
    for (let node = cells[0]!; cells[node]! >= 0; node = cells[node + 2 + vector[cells[node]!]!]!)
      onRead(cells[node]!);
  }

  private learn(vector: Vector): void {
    const { schema, name } = this;
    const looks: Look[] = [];
    const onRead = (tag: number, value: number) => looks.push({ tag, width: 0, value });
    const draft = new Draft({ schema, vector, who: () => name, onRead, readonly: true });
    const answer = this.call(draft.root);
    if (draft.finish().size > 0) throw new ModelError(`${name} writes: a predicate reads only`);

    const plain = schema.decode(vector);
    if (answer !== this.call(plain) || !schema.holds(plain, vector)) throw impure(name);

    let position = this.answers.indexOf(answer);
    if (position < 0) position = this.answers.push(answer) - 1;
    if (this.trie.add(looks, [END, position]) < 0) throw impure(name);
    for (const { tag } of looks) {
      this.reads[tag] = 1;
      this.onRead(tag);
    }
  }

  private call(state: State): string {
    let answer: unknown;
    try {
      answer = this.predicate(state);
    } catch (error) {
      if (error instanceof ModelError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new ModelError(`${this.name} threw: ${message}`, { cause: error });
    }
    if (typeof answer !== 'string')
      throw new ModelError(`${this.name} answers ${typeof answer} where a string is due`);
    return answer;
  }
}
