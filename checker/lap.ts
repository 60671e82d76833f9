/**
 * One lap through states that all lead to each other, such that a run that goes round it for ever is fair: each task moves
 * on the way, or is at some state in which it cannot. The lap is short, but there may be shorter ones.
 */
import type { Action } from './result.js';

/** The label of the cause where a run goes round for ever. */
export const CYCLE = 'cycle';

/** A move, and where it leads. */
export interface Leg<Node> {
  readonly action: Action;
  readonly next: Node;
}

/** Some states that all lead to each other, and the ways between them. Tasks are numbers of slots. */
export interface Round<Node> {
  readonly tasks: readonly number[];
  /** Whether the slot can move or fail, here or away. */
  canMove(node: Node, slot: number): boolean;
  /** The fewest moves of which the last is made by one of some tasks, or leads to where one of them cannot move. */
  wayToServe(start: Node, tasks: readonly number[]): readonly Leg<Node>[];
  /** The fewest moves, but at least one, that lead to `end`. */
  wayTo(start: Node, end: Node): readonly Leg<Node>[];
}

/** The same, one state at a time. */
export interface Edges<Node> extends Pick<Round<Node>, 'tasks' | 'canMove'> {
  /** All moves to states that belong here. */
  edgesOf(node: Node): readonly Leg<Node>[];
}

/** The actions of a lap from `start` back to it. Throws if no fair run goes round here. */
export function lapOf<Node>(edges: Edges<Node>, start: Node): Action[] {
  const { tasks, canMove } = edges;
  return lapThrough<Node>(
    {
      tasks,
      canMove,
      wayToServe: (from, unmet) =>
        wayTo(
          edges,
          from,
          ({ action, next }) => unmet.includes(action.slot) || unmet.some((slot) => !canMove(next, slot)),
        ),
      wayTo: (from, end) => wayTo(edges, from, ({ next }) => next === end),
    },
    start,
  );
}

/** The same where the ways are found otherwise. */
export function lapThrough<Node>(round: Round<Node>, start: Node): Action[] {
  const actions: Action[] = [];
  let unmet = round.tasks.filter((slot) => round.canMove(start, slot));
  let node = start;
  while (unmet.length > 0) {
    const way = round.wayToServe(node, unmet);
    const { next } = way.at(-1)!;
    const moved = new Set(way.map(({ action }) => action.slot));
    unmet = unmet.filter((slot) => !moved.has(slot) && round.canMove(next, slot));
    actions.push(...way.map(({ action }) => action));
    node = next;
  }
  if (node === start && actions.length > 0) return actions;
  return [...actions, ...round.wayTo(node, start).map(({ action }) => action)];
}

/** The fewest moves from `start` whose last one is as wanted. */
function wayTo<Node>(
  { edgesOf }: Pick<Edges<Node>, 'edgesOf'>,
  start: Node,
  isWanted: (leg: Leg<Node>) => boolean,
): readonly Leg<Node>[] {
  const cameBy = new Map<Node, { from: Node; leg: Leg<Node> }>();
  const queue = [start];
  for (const node of queue) {
    for (const leg of edgesOf(node)) {
      if (isWanted(leg)) return [...wayBack(cameBy, start, node), leg];
      if (leg.next === start || cameBy.has(leg.next)) continue;
      cameBy.set(leg.next, { from: node, leg });
      queue.push(leg.next);
    }
  }
  throw new Error('internal error: no fair run goes round here');
}

function wayBack<Node>(
  cameBy: ReadonlyMap<Node, { from: Node; leg: Leg<Node> }>,
  start: Node,
  end: Node,
): Leg<Node>[] {
  const legs: Leg<Node>[] = [];
  for (let node = end; node !== start;) {
    const { from, leg } = cameBy.get(node)!;
    legs.push(leg);
    node = from;
  }
  return legs.toReversed();
}
