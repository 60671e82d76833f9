/** What an explicit search lets one say when it has ended: runs to what it saw go wrong, verdicts, and what was taken. */
import { breaches } from './eventually.js';
import { SEEN } from './footprint.js';
import type { Layers } from './layers.js';
import { isOutOfMemory } from './memory.js';
import type { Counterexample, SearchResult, Stopped } from './result.js';
import type { Space } from './space.js';
import { trailsOf } from './trails.js';
import { resultsOf } from './verdicts.js';
import type { Watch } from './watch.js';

export type Findings = Pick<SearchResult, 'properties' | 'taken' | 'events' | 'stopped'>;

export interface Searched {
  readonly space: Space;
  readonly layers: Layers;
  readonly watch: Watch;
  /** Why the search ended. */
  readonly stopped: Stopped;
  /** The most turns that were looked at. */
  readonly depth: number;
  /** Which ends of steps were met within the bounds, by what is in their cell `SEEN`. */
  readonly met: number;
}

/** `rest` lets others run, and answers why the search must end, if it must. */
export async function findingsOf(
  searched: Searched,
  rest: () => Promise<Stopped | undefined>,
): Promise<Findings> {
  const { space, watch } = searched;
  for (const slot of space.slots) slot.repeatSamples();
  let cut: Stopped | undefined;
  const orShort = async <T>(work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      cut = 'memory';
      return undefined;
    }
  };
  const shown = await orShort(simplestRuns(searched, async () => void (await rest())));
  const counterexamples = shown ?? new Map<string, Counterexample[]>();
  // Who was seen to break something, but cannot be shown for want of memory, is not said to keep it.
  const states = shown === undefined ? 'memory' : searched.stopped;
  const isWhole = searched.stopped === 'exhausted' || searched.stopped === 'depth';
  const depth = searched.stopped === 'depth' ? searched.depth : Infinity;
  for (const property of space.system.properties) {
    if (property.kind !== 'eventually' || !isWhole || cut !== undefined) continue;
    const faultsOf = (state: number) => watch.standings.known[space.table.standingOf(state)]!.faults;
    const breathe = async () => (cut = await rest()) === undefined;
    const found = await orShort(breaches(space, property, faultsOf, depth, breathe));
    if (found !== undefined) counterexamples.set(property.name, found);
  }
  const { taken, events } = coverageOf(searched);
  const stopped = cut ?? searched.stopped;
  const endings = { states, runs: stopped };
  const properties = resultsOf(space.system.properties, counterexamples, endings, events);
  return { properties, taken, events, stopped };
}

/** The simplest run to each cause that the search itself has seen, by the name of the property. */
async function simplestRuns(
  { space, layers, watch }: Searched,
  breathe: () => Promise<void>,
): Promise<Map<string, Counterexample[]>> {
  const named = new Set(space.system.properties.map(({ name }) => name));
  const sightings = watch.sightings.simplest().filter(({ property }) => named.has(property));
  const paths = await trailsOf(space, layers, sightings, breathe);
  const counterexamples = new Map<string, Counterexample[]>();
  for (const [i, { property, cause, turns, steps }] of sightings.entries()) {
    const list = counterexamples.get(property) ?? [];
    counterexamples.set(property, [...list, { cause, turns, steps, path: paths[i]! }]);
  }
  return counterexamples;
}

/** `slot:label` of each step that was taken, and what happened on the way. */
function coverageOf({ space, met }: Searched): { taken: string[]; events: string[] } {
  const taken = new Set<string>();
  const events = new Set<string>();
  for (const [slot, { cells, endings }] of space.slots.entries()) {
    for (const { label, events: names } of endings.filter(({ cell }) => (cells[cell + SEEN]! & met) !== 0)) {
      taken.add(`${space.system.slots[slot]!.name}:${label}`);
      for (const name of names) events.add(name);
    }
  }
  return { taken: [...taken].toSorted(), events: [...events].toSorted() };
}
