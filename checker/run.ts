/**
 * Plain execution: what one action does to one state, and a whole run of them, told in full.
 *
 * Nothing is learned here. A step works on an immer draft of a plain state, so the state before stays as it was.
 */
import { produce } from 'immer';
import type { Property, State, StateProperty, System } from '../model/system.js';
import { attempt, ModelError } from './outcome.js';
import type { Outcome } from './outcome.js';
import type { Action } from './result.js';

/** What an action does. `state` is the state it leaves, which for a blocked one is the state it found. */
export interface Applied extends Outcome {
  readonly state: State;
}

/** One leaf that a step changed. A list of primitives is one leaf. */
export interface Change {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** One step of a run, for a trace. */
export interface Entry {
  /** Turns count from 1. */
  readonly turn: number;
  readonly slot: string;
  readonly label: string;
  readonly row: string;
  readonly says: string;
  readonly before: State;
  readonly after: State;
  readonly changes: readonly Change[];
  readonly failure?: { readonly property: string; readonly object: string };
  /** The properties whose predicate this step made false, and the objects they name. */
  readonly broken: readonly { readonly property: string; readonly object: string }[];
}

/** Runs one action; further choices than the action has are answered 0. */
export function apply(system: System, state: State, action: Action): Applied {
  const slot = system.slots[action.slot];
  if (slot === undefined) throw new ModelError(`there is no slot number ${action.slot} in ${system.name}`);
  let outcome: Outcome | undefined;
  // The step that fails or blocks ends inside, so that immer keeps what was written before it did.
  const after = produce(state, (draft: State) => {
    outcome = attempt({ slot: slot.name, choices: action.choices, body: (move) => slot.step(draft, move) });
  });
  if (outcome!.blocked && after !== state) throw new ModelError(`step ${slot.name} writes before it blocks`);
  return { ...outcome!, state: after };
}

/** Everything one slot can do in a state, blocked attempts left out, in the order of their choices. */
export function choicesOf(system: System, state: State, slot: number): Applied[] {
  const found: Applied[] = [];
  let choices: readonly number[] | undefined = [];
  while (choices !== undefined) {
    const applied: Applied = apply(system, state, { slot, choices });
    if (!applied.blocked) found.push(applied);
    choices = following(applied);
  }
  return found;
}

/** Whether no task can move: the state in which `finally` is judged. */
export function isFinal(system: System, state: State): boolean {
  return system.slots.every(
    ({ kind }, slot) => kind !== 'task' || choicesOf(system, state, slot).length === 0,
  );
}

/** Runs a path from the initial state; an action that cannot be taken is a ModelError that says what could be. */
export function replay(system: System, path: readonly Action[]): Entry[] {
  const entries: Entry[] = [];
  let state = system.initial;
  let turn = 0;
  for (const [i, action] of path.entries()) {
    if (action.slot !== path[i - 1]?.slot) turn++;
    const entry = { ...take(system, state, action, turn, i + 1), turn };
    entries.push(entry);
    state = entry.after;
    if (entry.failure !== undefined && entry.ends && i + 1 < path.length) {
      throw new ModelError(`the run ends at turn ${turn}, step ${i + 1}, but the path goes on`);
    }
  }
  return entries.map(({ turn: at, slot, label, row, says, before, after, changes, failure, broken }) => ({
    turn: at,
    slot,
    label,
    row,
    says,
    before,
    after,
    changes,
    ...(failure === undefined ? {} : { failure }),
    broken,
  }));
}

interface Taken extends Omit<Entry, 'turn'> {
  readonly ends: boolean;
}

function take(system: System, before: State, action: Action, turn: number, step: number): Taken {
  const where = `turn ${turn}, step ${step}`;
  let applied: Applied;
  try {
    applied = apply(system, before, action);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw new ModelError(`${where}: ${error.message}; ${alternatives(system, before)}`, { cause: error });
  }
  const slot = system.slots[action.slot]!.name;
  if (applied.blocked) throw new ModelError(`${where}: ${slot} is blocked; ${alternatives(system, before)}`);
  if (applied.choices.length !== action.choices.length) {
    const [asked, given] = [applied.choices.length, action.choices.length];
    throw new ModelError(
      `${where}: ${slot}:${applied.label} chooses ${asked} times, and the path answers ${given} times`,
    );
  }
  const { label, row, says, failure, state: after } = applied;
  const broken = failure?.ends ? [] : newlyBroken(system, before, after);
  const named = failure && { failure: { property: failure.property, object: failure.object } };
  return {
    slot,
    label,
    row,
    says,
    before,
    after,
    changes: changesOf(before, after),
    ...named,
    broken,
    ends: failure?.ends ?? false,
  };
}

/** The state predicates that hold before and not after; `finally` is judged where no task can move. */
function newlyBroken(system: System, before: State, after: State): Entry['broken'] {
  const judges = system.properties.filter(isStateProperty);
  const finals = judges.some(({ kind }) => kind === 'finally');
  const [wasFinal, isNowFinal] = [finals && isFinal(system, before), finals && isFinal(system, after)];
  return judges.flatMap((judge) => {
    const { name, kind } = judge;
    const object = kind === 'always' || isNowFinal ? judge.broken(after) : '';
    const was = kind === 'always' || wasFinal ? judge.broken(before) : '';
    return object !== '' && was === '' ? [{ property: name, object }] : [];
  });
}

function isStateProperty(property: Property): property is StateProperty {
  return property.kind === 'always' || property.kind === 'finally';
}

/** What can move instead, in one line. */
function alternatives(system: System, state: State): string {
  const moves = system.slots.flatMap(({ name }, slot) =>
    choicesOf(system, state, slot).map(
      ({ label, choices }) => `${name}:${label}${choices.length > 0 ? `(${choices.join()})` : ''}`,
    ),
  );
  return moves.length === 0 ? 'nothing can move' : `what can move: ${moves.join(', ')}`;
}

/** The choices that come after those of an attempt, in their order; undefined after the last. */
function following({ choices, widths }: Outcome): number[] | undefined {
  const at = choices.findLastIndex((answer, i) => answer + 1 < widths[i]!);
  return at < 0 ? undefined : [...choices.slice(0, at), choices[at]! + 1];
}

function changesOf(before: unknown, after: unknown, path = ''): Change[] {
  if (before === after) return [];
  if (isNode(before) && isNode(after)) {
    return Object.keys(before).flatMap((key) =>
      changesOf(before[key], after[key], path === '' ? key : `${path}.${key}`),
    );
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, from: before, to: after }];
}

/** Objects and lists of objects; a list of primitives is a leaf. */
function isNode(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return !Array.isArray(value) || value.some((item) => typeof item === 'object');
}
