/**
 * One lap through states that all lead to each other, such that a run that goes round it for ever is fair: each task moves
 * on the way, or is at some state in which it cannot. The lap is short, but there may be shorter ones.
 */
import type { Action } from './result.js';

/** The label of the cause where a run goes round for ever. */
export const CYCLE = 'cycle';

/** Some states that all lead to each other. */
export interface Round<Node> {
  /** The tasks, as numbers of slots. */
  readonly tasks: readonly number[];
  /** All moves to states that belong here. */
  edgesOf(node: Node): readonly { readonly action: Action; readonly next: Node }[];
  /** Whether the slot can move or fail, here or away. */
  canMove(node: Node, slot: number): boolean;
}

/** The actions of a lap from `start` back to it. Throws if no fair run goes round here. */
export function lapOf<Node>(round: Round<Node>, start: Node): Action[] {
  const actions: Action[] = [];
  let unmet = round.tasks.filter((slot) => round.canMove(start, slot));
  let node = start;
  const meets = (slot: number, at: Node) => unmet.includes(slot) || isRest(at);
  const isRest = (at: Node) => unmet.some((slot) => !round.canMove(at, slot));
  while (unmet.length > 0) {
    const way = wayTo(round, node, ({ action, next }) => meets(action.slot, next));
    const { next } = way.at(-1)!;
    const moved = new Set(way.map(({ action }) => action.slot));
    unmet = unmet.filter((slot) => !moved.has(slot) && round.canMove(next, slot));
    actions.push(...way.map(({ action }) => action));
    node = next;
  }
  if (node === start && actions.length > 0) return actions;
  const back = wayTo(round, node, ({ next }) => next === start);
  return [...actions, ...back.map(({ action }) => action)];
}

interface Leg<Node> {
  readonly action: Action;
  readonly next: Node;
}

/** The fewest moves from `start` whose last one is as wanted. */
function wayTo<Node>(
  round: Round<Node>,
  start: Node,
  isWanted: (leg: Leg<Node>) => boolean,
): readonly Leg<Node>[] {
  const cameBy = new Map<Node, { from: Node; leg: Leg<Node> }>();
  const queue = [start];
  for (const node of queue) {
    for (const leg of round.edgesOf(node)) {
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
