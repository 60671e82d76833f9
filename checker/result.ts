/** What a search finds out, whichever engine made it. */
import type { Property } from '../model/system.js';

/** One step of a run: which slot moved (its index in `System.slots`), and what it answered to each `choose`. */
export interface Action {
  readonly slot: number;
  readonly choices: readonly number[];
}

/** How many turns a run takes. */
export function turnsOf(path: readonly Action[]): number {
  return path.filter(({ slot }, i) => slot !== path[i - 1]?.slot).length;
}

export type Verdict = 'violated' | 'holds' | 'holds-to-depth' | 'vacuous' | 'undecided';

/** Why the search ended. `exhausted`: every reachable state was seen, so the verdicts are proofs for these bounds. */
export type Stopped = 'exhausted' | 'depth' | 'states' | 'memory' | 'timeout' | 'signal';

/**
 * Violations are grouped by cause. `label` is the label of the step that failed or that made the predicate false,
 * or, for `finally` and for `eventually` where a run ends, the name of the property, or `cycle`; `object` is what the step or the predicate named; `faults` are
 * the kinds of faults used, sorted, one entry a strike.
 */
export interface Cause {
  readonly label: string;
  readonly object: string;
  readonly faults: readonly string[];
}

/**
 * The simplest run to a cause: fewest faults, then fewest turns, then fewest steps; the same one every time. Of a run that
 * goes round for ever these are the turns and steps before the cycle; the path goes once round it.
 */
export interface Counterexample {
  readonly cause: Cause;
  readonly turns: number;
  readonly steps: number;
  readonly path: readonly Action[];
  /** So many of the last actions are gone through again and again, for ever; absent where the run comes to an end. */
  readonly cycle?: number;
}

export interface PropertyResult {
  readonly name: string;
  readonly kind: Property['kind'];
  readonly verdict: Verdict;
  /** Simplest first. */
  readonly counterexamples: readonly Counterexample[];
}

export interface SearchResult {
  readonly engine: 'explicit' | 'symbolic' | 'reference';
  /** Distinct states reached. */
  readonly states: number;
  /** Distinct (state, slot, choices) that lead to a state, failing ones not counted. */
  readonly transitions: number;
  /** The most turns any state needed, at the least; `null` where they were not counted. */
  readonly turns: number | null;
  /** States in which no task can move. */
  readonly deadlocks: number;
  /** Distinct (state, slot, choices) at which a step broke a property by `fail` or `violate`. */
  readonly failures: number;
  readonly exhausted: boolean;
  readonly stopped: Stopped;
  /** Wall time. */
  readonly seconds: number;
  readonly properties: readonly PropertyResult[];
  /** `slot:label` of every step that was taken or failed, sorted. */
  readonly taken: readonly string[];
  /** Names of all events that happened, sorted. */
  readonly events: readonly string[];
}

export interface Limits {
  /** At most so many turns; absent means no bound. */
  readonly depth?: number;
  readonly maxStates?: number;
  /** Resident set of the process, in bytes. */
  readonly maxMemory?: number;
  /** Wall seconds. */
  readonly timeout?: number;
  /** Ends the search with what is known so far, `stopped: 'signal'`. */
  readonly signal?: AbortSignal;
  /** Called a few times a second. */
  readonly progress?: (now: {
    states: number;
    turns: number | null;
    frontier: number;
    seconds: number;
  }) => void;
}
