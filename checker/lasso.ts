/** Judges by plain execution whether a run that was played shows that what a property waits for never comes. */
import { isDeepStrictEqual } from 'node:util';
import type { EventualProperty, State, System } from '../model/system.js';
import { choicesOf, isFinal } from './run.js';
import type { Entry } from './run.js';

/**
 * The name of who waits for ever if the last `cycle` steps of a run go round (0: the run ends); `''` if nobody does,
 * since nothing is owed there, or it is paid on the way, or the steps lead elsewhere, or a fair run does not stay.
 */
export function waitsForEver(
  system: System,
  property: EventualProperty,
  steps: readonly Pick<Entry, 'slot' | 'after'>[],
  cycle: number,
): string {
  const states = [system.initial, ...steps.map(({ after }) => after)];
  const knot = steps.length - cycle;
  const last = states.at(-1)!;
  const owed = owedIn(property, states);
  const goesOn = cycle === 0 ? isFinal(system, last) : isDeepStrictEqual(states[knot], last);
  if (!goesOn || !owed.slice(knot).every(Boolean)) return '';
  const round = states.slice(knot);
  const movers = new Set(steps.slice(knot).map(({ slot }) => slot));
  const isFair = system.slots.every(
    ({ kind, name }, slot) =>
      kind !== 'task' ||
      movers.has(name) ||
      round.some((state) => choicesOf(system, state, slot).length === 0),
  );
  return isFair ? property.broken(states[knot]!) : '';
}

/** For each state of a run from the initial one, whether the property is owed there. */
function owedIn(property: EventualProperty, states: readonly State[]): boolean[] {
  let owed = false;
  return states.map((state, i) => {
    const isAsked = property.when === undefined ? i === 0 : property.when(state);
    owed = property.broken(state) !== '' && (owed || isAsked);
    return owed;
  });
}
