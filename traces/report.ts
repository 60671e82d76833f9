/** What every printer is handed: what was asked, what was found, and how a path reads step by step. */

import type { StepInfo, System } from '../model/system.js';
import type { Entry } from '../checker/run.js';
import type { Action, Counterexample, PropertyResult, SearchResult } from '../checker/result.js';

/** What was asked of the protocol. It decides the system that was searched, together with the model's text. */
export interface Question {
  readonly protocol: string;
  readonly platform: string;
  readonly kernel: string;
  readonly clones: number;
  readonly rounds: number;
  readonly faults: readonly { readonly name: string; readonly budget: number }[];
  readonly maxFaults: number;
  readonly guest: readonly string[];
  readonly without: readonly string[];
}

/** One question and its answer. */
export interface Run {
  readonly question: Question;
  /** The bound on turns, `null` when there was none. */
  readonly depth: number | null;
  readonly system: System;
  /** A short hash of the model's text, see `modelHash`. */
  readonly model: string;
  readonly result: SearchResult;
  /** Plays a path again and tells what each step did. */
  trace(path: readonly Action[]): readonly Entry[];
}

/** A counterexample with the property it breaks. */
export interface Violation {
  readonly property: PropertyResult;
  readonly counterexample: Counterexample;
}

/** Every counterexample of a run, simplest first: fewest faults, then turns, then steps. */
export function violations(run: Run): readonly Violation[] {
  return run.result.properties
    .flatMap((property) => property.counterexamples.map((counterexample) => ({ property, counterexample })))
    .toSorted((a, b) => simpler(a.counterexample, b.counterexample));
}

/** The steps no run took, as the model lists them. */
export function neverTaken(run: Run): readonly StepInfo[] {
  const taken = new Set(run.result.taken);
  return run.system.steps.filter(({ slot, label }) => !taken.has(`${slot}:${label}`));
}

/** The sentence of a property, or its name when the system does not know it. */
export function sentenceOf(system: System, property: string): string {
  return system.properties.find(({ name }) => name === property)?.sentence ?? property;
}

function simpler(a: Counterexample, b: Counterexample): number {
  return a.cause.faults.length - b.cause.faults.length || a.turns - b.turns || a.steps - b.steps;
}
