/** What sets of states come to in numbers, and in steps that were taken and events that happened. */
import type { System } from '../../model/system.js';
import type { SearchResult, Stopped } from '../result.js';
import type { Ground } from './ground.js';
import { EMPTY } from './sets.js';
import type { SlotWays, Way } from './ways.js';

export interface Found {
  readonly system: System;
  readonly ground: Ground;
  readonly slots: readonly SlotWays[];
  /** All states that are known, and those of the turns that are over. */
  readonly next: number;
  readonly reached: number;
}

export interface Tally extends Pick<
  SearchResult,
  'states' | 'transitions' | 'failures' | 'taken' | 'events'
> {
  /** The states in which no task can move, of those in which every task was looked at: a set. */
  readonly deadlocks: number;
}

export function tallyOf(found: Found, stopped: Stopped): Tally {
  const { slots, next } = found;
  const { sets, guards, relations } = found.ground;
  const pairs = (ofWay: (way: Way) => boolean) =>
    slots.reduce((sum, { expanded, ways }) => {
      const rows = ways.filter(ofWay).map(({ guard }) => guard);
      return sum + guards.pairs(expanded, relations.of(rows));
    }, 0);
  return {
    states: sets.count(next),
    transitions: pairs(({ moves }) => moves),
    failures: pairs(({ ending: { failure } }) => failure !== undefined),
    deadlocks: deadlocksOf(found),
    ...coverageOf(found, stopped === 'exhausted'),
  };
}

function deadlocksOf({ ground, slots, system, reached }: Found): number {
  return slots
    .filter((_, slot) => system.slots[slot]!.kind === 'task')
    .reduce((idle, { ways, learner }) => {
      const known = ground.sets.common(idle, learner.covered);
      const rows = ways.map(({ guard }) => guard);
      return ground.sets.minus(known, ground.passing(known, rows));
    }, reached);
}

/** Where every state was seen, whatever was learned is taken in some. */
function coverageOf(
  { ground, slots, system }: Found,
  isWhole: boolean,
): Pick<SearchResult, 'taken' | 'events'> {
  const taken = new Set<string>();
  const events = new Set<string>();
  for (const [i, { ways, expanded }] of slots.entries()) {
    for (const { ending, guard } of ways) {
      const step = `${system.slots[i]!.name}:${ending.label}`;
      if (taken.has(step) && ending.events.every((name) => events.has(name))) continue;
      if (!isWhole && ground.passing(expanded, [guard]) === EMPTY) continue;
      taken.add(step);
      for (const name of ending.events) events.add(name);
    }
  }
  return { taken: [...taken].toSorted(), events: [...events].toSorted() };
}
