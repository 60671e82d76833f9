/**
 * Properties of kind `eventually`, as the reference engine judges them: sets of states, taken apart until each part is
 * one in which all states lead to each other.
 */
import type { EventualProperty, State, System } from '../model/system.js';
import { Sightings } from './causes.js';
import { CYCLE, lapOf } from './lap.js';
import { Queue } from './queue.js';
import type { Action, Counterexample } from './result.js';
import type { Applied } from './run.js';

/** A state, and for each slot what it can do there. */
interface Spot {
  readonly state: State;
  readonly moves: readonly (readonly Applied[])[];
}

interface Edge {
  readonly action: Action;
  readonly next: Spot;
}

/** A run, and whether something is owed where it is. */
interface Run {
  readonly spot: Spot;
  readonly owed: boolean;
  readonly slot: number;
  readonly turns: number;
  readonly steps: number;
  readonly before: Run | undefined;
  readonly action: Action | undefined;
}

/** Of all states found, the initial one first; `whereTo` is undefined for a state that was not found. */
export function slowBreaches(
  system: System,
  property: EventualProperty,
  spots: readonly Spot[],
  whereTo: (applied: Applied) => Spot | undefined,
  depth: number,
): Counterexample[] {
  const edges = new Map(
    spots.map((spot) => [
      spot,
      spot.moves.flatMap((moves, slot) =>
        moves
          .filter(({ failure }) => !failure?.ends)
          .map((applied) => ({ action: { slot, choices: applied.choices }, next: whereTo(applied) }))
          .filter((edge): edge is Edge => edge.next !== undefined),
      ),
    ]),
  );
  const tasks = [...system.slots.keys()].filter((slot) => system.slots[slot]!.kind === 'task');
  const isPending = ({ state }: Spot) => property.broken(state) !== '';
  const isAsked = (spot: Spot) =>
    property.when === undefined ? spot === spots[0] : property.when(spot.state);
  const isFinal = ({ moves }: Spot) => tasks.every((slot) => moves[slot]!.length === 0);

  const owing = reach(
    spots.filter((spot) => isPending(spot) && isAsked(spot)),
    (spot) => nextOf(edges, spot).filter(isPending),
  );
  const rounds = roundsOf(owing, edges).filter((round) => isFair(round, edges, tasks));
  const roundOf = new Map(rounds.flatMap((round) => [...round].map((spot) => [spot, round])));

  const sightings = new Sightings<Run>();
  for (const run of runsOf(
    spots[0]!,
    edges,
    depth,
    (spot, owed) => isPending(spot) && (owed || isAsked(spot)),
  )) {
    const { spot, owed, turns, steps } = run;
    if (!owed || (!isFinal(spot) && !roundOf.has(spot))) continue;
    const label = isFinal(spot) ? property.name : CYCLE;
    const faults = system.faults(spot.state).toSorted();
    const cause = { label, object: property.broken(spot.state), faults };
    sightings.note({ property: property.name, cause, turns, steps, where: run });
  }
  return sightings.simplest().map(({ cause, turns, steps, where }) => {
    const stem = pathTo(where);
    if (cause.label !== CYCLE) return { cause, turns, steps, path: stem };
    const round = roundOf.get(where.spot)!;
    const edgesOf = (spot: Spot) => edges.get(spot)!.filter(({ next }) => round.has(next));
    const canMove = ({ moves }: Spot, slot: number) => moves[slot]!.length > 0;
    const lap = lapOf({ tasks, edgesOf, canMove }, where.spot);
    return { cause, turns, steps, path: [...stem, ...lap], cycle: lap.length };
  });
}

function nextOf(edges: ReadonlyMap<Spot, readonly Edge[]>, spot: Spot): Spot[] {
  return edges.get(spot)!.map(({ next }) => next);
}

/** All that some states lead to, themselves included. */
function reach(from: readonly Spot[], next: (spot: Spot) => readonly Spot[]): Set<Spot> {
  const found = new Set(from);
  for (const spot of found) for (const each of next(spot)) found.add(each);
  return found;
}

/** The largest sets of these states in which each leads to each without leaving them, by at least one move. */
function roundsOf(states: ReadonlySet<Spot>, edges: ReadonlyMap<Spot, readonly Edge[]>): Set<Spot>[] {
  const before = new Map([...states].map((spot): [Spot, Spot[]] => [spot, []]));
  for (const spot of states) for (const next of nextOf(edges, spot)) before.get(next)?.push(spot);
  const rest = new Set(states);
  const rounds: Set<Spot>[] = [];
  // Who leads nowhere, or comes from nowhere, is on no way round.
  const peel = (spots: Iterable<Spot>) => {
    for (const spot of new Set(spots)) {
      const onward = nextOf(edges, spot).filter((next) => rest.has(next));
      const backward = before.get(spot)!.filter((each) => rest.has(each));
      if (rest.has(spot) && (onward.length === 0 || backward.length === 0)) {
        rest.delete(spot);
        peelLater.push(...onward, ...backward);
      }
    }
  };
  const peelLater: Spot[] = [...states];
  const peelAll = () => {
    while (peelLater.length > 0) peel(peelLater.splice(0));
  };
  for (peelAll(); rest.size > 0; peelAll()) {
    const [start] = rest;
    const ahead = reach([start!], (spot) => nextOf(edges, spot).filter((next) => rest.has(next)));
    const behind = reach([start!], (spot) => before.get(spot)!.filter((each) => rest.has(each)));
    const round = new Set([...ahead].filter((spot) => behind.has(spot)));
    if (round.size > 1 || nextOf(edges, start!).includes(start!)) rounds.push(round);
    for (const spot of round) {
      rest.delete(spot);
      peelLater.push(...nextOf(edges, spot), ...before.get(spot)!);
    }
    peelLater.splice(0, peelLater.length, ...peelLater.filter((spot) => rest.has(spot)));
  }
  return rounds;
}

/** Whether a run can stay for ever, though each task that can always move does move. */
function isFair(
  round: ReadonlySet<Spot>,
  edges: ReadonlyMap<Spot, readonly Edge[]>,
  tasks: readonly number[],
): boolean {
  return tasks.every((slot) =>
    [...round].some(
      (spot) =>
        spot.moves[slot]!.length === 0 ||
        edges.get(spot)!.some(({ action, next }) => action.slot === slot && round.has(next)),
    ),
  );
}

/** The simplest run to each state, for each slot that may have moved last and whether it is owed there; simplest first. */
function* runsOf(
  initial: Spot,
  edges: ReadonlyMap<Spot, readonly Edge[]>,
  depth: number,
  isOwed: (spot: Spot, before: boolean) => boolean,
): Generator<Run> {
  const queue = new Queue<Run>();
  const settled = new Map<Spot, Set<string>>();
  queue.push({
    spot: initial,
    owed: isOwed(initial, false),
    slot: -1,
    turns: 0,
    steps: 0,
    before: undefined,
    action: undefined,
  });
  for (let run = queue.pop(); run !== undefined; run = queue.pop()) {
    const here = settled.get(run.spot) ?? new Set();
    settled.set(run.spot, here);
    if (here.has(`${run.owed} ${run.slot}`)) continue;
    here.add(`${run.owed} ${run.slot}`);
    yield run;
    for (const { action, next } of edges.get(run.spot)!) {
      const turns = run.turns + (action.slot === run.slot ? 0 : 1);
      if (turns > depth) continue;
      const owed = isOwed(next, run.owed);
      queue.push({ spot: next, owed, slot: action.slot, turns, steps: run.steps + 1, before: run, action });
    }
  }
}

function pathTo(run: Run): Action[] {
  const actions: Action[] = [];
  for (let at: Run | undefined = run; at?.action !== undefined; at = at.before) actions.push(at.action);
  return actions.toReversed();
}
