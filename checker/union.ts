/**
 * Several searches of one model taken as one: what they say together of each property.
 *
 * The searches may overlap, so their counts are sums, and a state that two of them reach counts twice.
 */
import { Sightings } from './causes.js';
import type { Counterexample, PropertyResult, SearchResult, Stopped, Verdict } from './result.js';

/** The whole of its parts, of which there is at least one. The counterexamples are those of the parts, untouched. */
export function union(parts: readonly SearchResult[]): SearchResult {
  const [first] = parts;
  if (first === undefined) throw new RangeError('a union has at least one part');
  const sum = (field: 'states' | 'transitions' | 'deadlocks' | 'failures' | 'seconds'): number =>
    parts.reduce((total, part) => total + part[field], 0);
  const each = (field: 'taken' | 'events'): string[] =>
    [...new Set(parts.flatMap((part) => part[field]))].toSorted();
  return {
    engine: first.engine,
    states: sum('states'),
    transitions: sum('transitions'),
    turns: Math.max(...parts.map(({ turns }) => turns)),
    deadlocks: sum('deadlocks'),
    failures: sum('failures'),
    exhausted: parts.every(({ exhausted }) => exhausted),
    stopped: ENDINGS.find((ending) => parts.some(({ stopped }) => stopped === ending))!,
    seconds: sum('seconds'),
    properties: first.properties.map(({ name }) => propertyOf(name, parts)),
    taken: each('taken'),
    events: each('events'),
  };
}

/** The first of these in which a part ended is how the whole ended. */
const ENDINGS: readonly Stopped[] = ['signal', 'timeout', 'memory', 'states', 'depth', 'exhausted'];

/** The first of these that a part says is what the whole says: a property that some part tests is not vacuous. */
const VERDICTS: readonly Verdict[] = ['violated', 'undecided', 'holds-to-depth', 'holds', 'vacuous'];

function propertyOf(name: string, parts: readonly SearchResult[]): PropertyResult {
  const results = parts.map(({ properties }) => {
    const found = properties.find((property) => property.name === name);
    if (found === undefined) throw new RangeError(`a part of the union does not judge ${name}`);
    return found;
  });
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
    kind: results[0]!.kind,
    verdict: VERDICTS.find((verdict) => results.some((result) => result.verdict === verdict))!,
    counterexamples: sightings.simplest().map(({ where }) => where),
  };
}
