/**
 * The reference engine: immer, a Map of JSON, and no cleverness. Slow and obvious; the others are tested against it.
 *
 * It is Dijkstra's algorithm on pairs of a state and the slot that moved last, where a step costs one turn if it is
 * another slot's, and one step. So each pair gets its fewest turns, and the fewest steps among these.
 */
import type { Property, State, StateProperty, System } from '../model/system.js';
import { Sightings } from './causes.js';
import type { Sighting } from './causes.js';
import { Pace } from './pace.js';
import { Queue } from './queue.js';
import { slowBreaches } from './reference-eventually.js';
import type { Action, Counterexample, Limits, SearchResult, Stopped } from './result.js';
import { choicesOf } from './run.js';
import type { Applied } from './run.js';
import { resultsOf } from './verdicts.js';

/** A state with the slot that moved last, and the cheapest way there. */
interface Node {
  readonly known: Known;
  readonly slot: number;
  readonly turns: number;
  readonly steps: number;
  readonly parent: Node | undefined;
  readonly action: Action | undefined;
}

/** A state, and what each slot can do there. */
interface Known {
  readonly state: State;
  readonly moves: readonly (readonly Applied[])[];
  /** The fewest turns, and the fewest steps among these. */
  first: Node | undefined;
  /** The slots that moved last on the ways here that are settled, `-1` at the beginning. */
  readonly settled: Set<number>;
  /** The slots whose moves here were taken. */
  readonly walked: Set<number>;
}

/** Where a run breaks something: after `node`, or with `action` at the step it takes there. */
interface Place {
  readonly node: Node;
  readonly action: Action | undefined;
}

export async function reference(system: System, limits: Limits = {}): Promise<SearchResult> {
  const pace = new Pace(limits);
  const depth = limits.depth ?? Infinity;
  const states = new Map<string, Known>();
  const queue = new Queue<Node>();
  const seen = new Seen(system);
  let stopped: Stopped | undefined;
  let [transitions, failures, deepest] = [0, 0, 0];

  const knownOf = (state: State): Known => {
    const key = keyOf(state);
    const known = states.get(key) ?? {
      state,
      moves: system.slots.map((_, slot) => choicesOf(system, state, slot)),
      first: undefined,
      settled: new Set(),
      walked: new Set(),
    };
    states.set(key, known);
    return known;
  };
  queue.push({
    known: knownOf(system.initial),
    slot: -1,
    turns: 0,
    steps: 0,
    parent: undefined,
    action: undefined,
  });
  seen.initial(queue.peek()!);

  for (let node = queue.pop(); node !== undefined && stopped === undefined; node = queue.pop()) {
    if (pace.isDue())
      stopped = await pace.rest({ states: states.size, turns: node.turns, frontier: queue.size });
    const { known } = node;
    if (known.settled.has(node.slot)) continue;
    known.settled.add(node.slot);
    known.first ??= node;
    deepest = Math.max(deepest, known.first.turns);
    for (const [slot, moves] of known.moves.entries()) {
      const turns = node.turns + (slot === node.slot ? 0 : 1);
      if (turns > depth) continue;
      const isFirst = !known.walked.has(slot);
      known.walked.add(slot);
      for (const applied of moves) {
        const action = { slot, choices: applied.choices };
        seen.step(node, applied, slot, turns);
        if (isFirst && applied.failure !== undefined) failures++;
        if (applied.failure?.ends) continue;
        if (isFirst) transitions++;
        if (states.size >= (limits.maxStates ?? Infinity) && !states.has(keyOf(applied.state))) {
          stopped ??= 'states';
          continue;
        }
        queue.push({
          known: knownOf(applied.state),
          slot,
          turns,
          steps: node.steps + 1,
          parent: node,
          action,
        });
      }
    }
  }

  const beyond = [...states.values()].flatMap((known) =>
    known.moves.flatMap((moves, slot) =>
      known.walked.has(slot) ? [] : moves.map((applied) => ({ known, applied, slot })),
    ),
  );
  const showsNothing = beyond.every(
    ({ known, applied }) =>
      applied.failure === undefined &&
      states.has(keyOf(applied.state)) &&
      seen.breaks(known.state, applied.state).length === 0,
  );
  if (stopped === undefined && !showsNothing) stopped = 'depth';
  stopped ??= 'exhausted';
  if (stopped === 'exhausted') {
    transitions += beyond.length;
    for (const { applied, slot } of beyond) seen.take(applied, slot);
  }
  const deadlocks = [...states.values()].filter(({ moves }) =>
    moves.every((some, slot) => system.slots[slot]!.kind !== 'task' || some.length === 0),
  );
  if (stopped === 'exhausted' || stopped === 'depth')
    for (const { first } of deadlocks) seen.deadlock(first!);

  const counterexamples = seen.counterexamples();
  const whereTo = (applied: Applied) => states.get(keyOf(applied.state));
  for (const property of system.properties) {
    if (property.kind !== 'eventually' || (stopped !== 'exhausted' && stopped !== 'depth')) continue;
    const spots = [...states.values()];
    const most = stopped === 'depth' ? depth : Infinity;
    counterexamples.set(property.name, slowBreaches(system, property, spots, whereTo, most));
  }

  const events = [...seen.events].toSorted();
  const endings = { states: stopped, runs: stopped };
  return {
    engine: 'reference',
    states: states.size,
    transitions,
    turns: deepest,
    deadlocks: deadlocks.length,
    failures,
    exhausted: stopped === 'exhausted',
    stopped,
    seconds: pace.seconds,
    properties: resultsOf(system.properties, counterexamples, endings, events),
    taken: [...seen.taken].toSorted(),
    events,
  };
}

/** What was seen on the way. */
class Seen {
  readonly taken = new Set<string>();
  readonly events = new Set<string>();
  private readonly system: System;
  private readonly sightings = new Sightings<Place>();

  constructor(system: System) {
    this.system = system;
  }

  take({ label, events }: Applied, slot: number): void {
    this.taken.add(`${this.system.slots[slot]!.name}:${label}`);
    for (const event of events) this.events.add(event);
  }

  initial(node: Node): void {
    const { state } = node.known;
    for (const judge of this.judges('always'))
      this.note(judge.name, 'initial', judge.broken(state), state, node, undefined);
  }

  step(node: Node, applied: Applied, slot: number, turns: number): void {
    this.take(applied, slot);
    const { failure, label, state, choices } = applied;
    const action = { slot, choices };
    if (failure !== undefined) this.note(failure.property, label, failure.object, state, node, action, turns);
    if (failure?.ends) return;
    for (const { name, object } of this.breaks(node.known.state, state))
      this.note(name, label, object, state, node, action, turns);
  }

  deadlock(node: Node): void {
    const { state } = node.known;
    for (const judge of this.judges('finally'))
      this.note(judge.name, judge.name, judge.broken(state), state, node, undefined);
  }

  /** The predicates that hold before and not after. */
  breaks(before: State, after: State): { name: string; object: string }[] {
    return this.judges('always')
      .filter((judge) => judge.broken(before) === '')
      .map((judge) => ({ name: judge.name, object: judge.broken(after) }))
      .filter(({ object }) => object !== '');
  }

  counterexamples(): Map<string, Counterexample[]> {
    const byProperty = new Map<string, Counterexample[]>();
    for (const { property, cause, turns, steps, where } of this.sightings.simplest()) {
      const list = byProperty.get(property) ?? [];
      byProperty.set(property, [...list, { cause, turns, steps, path: pathTo(where) }]);
    }
    return byProperty;
  }

  private judges(kind: StateProperty['kind']): StateProperty[] {
    return this.system.properties.filter(
      (property: Property): property is StateProperty => property.kind === kind,
    );
  }

  private note(
    property: string,
    label: string,
    object: string,
    state: State,
    node: Node,
    action: Action | undefined,
    turns = node.turns,
  ): void {
    if (object === '') return;
    const faults = this.system.faults(state).toSorted();
    const steps = node.steps + (action === undefined ? 0 : 1);
    const sighting: Sighting<Place> = {
      property,
      cause: { label, object, faults },
      turns,
      steps,
      where: { node, action },
    };
    this.sightings.note(sighting);
  }
}

function pathTo({ node, action }: Place): Action[] {
  const path = action === undefined ? [] : [action];
  for (let at: Node | undefined = node; at?.action !== undefined; at = at.parent) path.push(at.action);
  return path.toReversed();
}

/** The texts of frozen objects: immer freezes what it makes, and hands on what a step did not touch. */
const texts = new WeakMap<object, string>();

/** The state as text. Fields are sorted, for a step may put a subtree together in another order. */
function keyOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`;
  const known = texts.get(value);
  if (known !== undefined) return known;
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const text = `{${fields.map(([name, inner]) => `${name}:${keyOf(inner)}`).join()}}`;
  if (Object.isFrozen(value)) texts.set(value, text);
  return text;
}
