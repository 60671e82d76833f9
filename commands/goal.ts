/** Whether a run has broken the promise that it was recorded for. */
import { isFinal, type Applied } from '../checker/run.js';
import type { State, StateProperty, System } from '../model/system.js';
import { kernelOf } from '../model/x86_64/stops.js';

/** What a run breaks at its last step. */
export interface Goal {
  readonly property: string;
  readonly object: string;
}

/** Does this last step break it, or leave a state in which it is broken? A run without a goal has nothing to break. */
export function isReached(system: System, goal: Goal | undefined, { failure, state }: Applied): boolean {
  if (goal === undefined) return true;
  if (failure?.property === goal.property && failure.object === goal.object) return true;
  const judge = system.properties.find(({ name }) => name === goal.property);
  if (judge === undefined || judge.kind === 'step' || failure?.ends) return false;
  return isBrokenOn(judge, state, goal.object) && (judge.kind === 'always' || isFinal(system, state));
}

/** Does a predicate name this object? It names one at a time: an object it names before is taken for gone. */
function isBrokenOn(judge: Pick<StateProperty, 'broken'>, state: State, object: string): boolean {
  const named = judge.broken(state);
  if (named === object) return true;
  const objects = kernelOf(state).object;
  if (named === '' || !(objects[named] ?? '')) return false;
  return isBrokenOn(judge, { ...state, object: { ...objects, [named]: '' } }, object);
}
