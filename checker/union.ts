/**
 * Several searches of one model taken as one: what they say together of each property.
 *
 * The searches may overlap, so their counts are sums, and a state that two of them reach counts twice.
 */
import { Sightings } from './causes.js';
import type { Counterexample, PropertyResult, SearchResult, Stopped, Verdict } from './result.js';

/**
 * The whole of its parts, of which there is at least one, as to these properties; not every part need judge each of them.
 * The counterexamples are those of the parts, untouched.
 */
export function union(
  parts: readonly SearchResult[],
  properties: readonly Pick<PropertyResult, 'name' | 'kind'>[],
): SearchResult {
  const [first] = parts;
  if (first === undefined) throw new RangeError('a union has at least one part');
  const sum = (field: 'states' | 'transitions' | 'deadlocks' | 'failures' | 'seconds'): number =>
    parts.reduce((total, part) => total + part[field], 0);
  const each = (field: 'taken' | 'events'): string[] =>
    [...new Set(parts.flatMap((part) => part[field]))].toSorted();
  const stopped = ENDINGS.find((ending) => parts.some((part) => part.stopped === ending))!;
  return {
    engine: first.engine,
    states: sum('states'),
    transitions: sum('transitions'),
    turns: largest(parts.map(({ turns }) => turns)),
    deadlocks: sum('deadlocks'),
    failures: sum('failures'),
    exhausted: parts.every(({ exhausted }) => exhausted),
    stopped,
    seconds: sum('seconds'),
    properties: properties.map((property) => propertyOf(property, parts, COMPLETE.includes(stopped))),
    taken: each('taken'),
    events: each('events'),
  };
}

/** Not known if one is not. */
function largest(numbers: readonly (number | null)[]): number | null {
  return numbers.reduce(
    (most, number) => (most === null || number === null ? null : Math.max(most, number)),
    0,
  );
}

/** The first of these in which a part ended is how the whole ended. */
const ENDINGS: readonly Stopped[] = ['signal', 'timeout', 'memory', 'states', 'depth', 'exhausted'];

/** The first of these that a part says is what the whole says: a property that some part tests is not vacuous. */
const VERDICTS: readonly Verdict[] = ['violated', 'undecided', 'holds-to-depth', 'holds', 'vacuous'];

/** So ends a search that has seen all it was asked to. */
const COMPLETE: readonly Stopped[] = ['depth', 'exhausted'];

/** What is left of the parts may judge it too, unless they are `complete`. */
function propertyOf(
  { name, kind }: Pick<PropertyResult, 'name' | 'kind'>,
  parts: readonly SearchResult[],
  complete: boolean,
): PropertyResult {
  const results = parts.flatMap(({ properties }) => properties.filter((property) => property.name === name));
  const verdicts: Verdict[] = [
    ...results.map(({ verdict }) => verdict),
    ...(complete ? [] : ['undecided' as const]),
  ];
  const sightings = new Sightings<Counterexample>();
  for (const found of results.flatMap(({ counterexamples }) => counterexamples))
    sightings.note({
      property: name,
      where: found,
      cause: found.cause,
      turns: found.turns,
      steps: found.steps,
    });
  return {
    name,
    kind,
    verdict: VERDICTS.find((verdict) => verdicts.includes(verdict)) ?? 'vacuous',
    counterexamples: sightings.simplest().map(({ where }) => where),
  };
}
