/** What every printer is handed: what was asked, what was found, and how a path reads step by step. */

import type { StepInfo, System } from '../model/system.js';
import type { Learned } from '../checker/explicit.js';
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

/** What the running kernel made of a counterexample. */
export interface OnKernel {
  readonly result: 'confirmed' | 'refuted' | 'model-only' | 'unavailable';
  /** One line: how it was confirmed, where the two differ, why only the model can show it, why nobody could be asked. */
  readonly reason: string;
  /** The release that runs, as `uname -r` has it. */
  readonly kernel: string;
  /** Of a refuted one, all that differs. */
  readonly differences?: readonly {
    readonly what: string;
    readonly model: string;
    readonly kernel: string;
  }[];
}

/** What was asked, and what was found. */
export interface Answer {
  readonly question: Question;
  /** The bound on turns, `null` when there was none. */
  readonly depth: number | null;
  readonly system: System;
  readonly result: SearchResult;
  /** What the running kernel makes of the counterexamples, if it was asked. */
  readonly onKernel?: ReadonlyMap<Counterexample, OnKernel>;
}

/** One question that one search has answered. */
export interface Run extends Answer {
  /** A short hash of the model's text, see `modelHash`. */
  readonly model: string;
  /** What was learned on the way, where it was to be kept. */
  readonly learned?: Learned;
  /** Plays a path again and tells what each step did. */
  trace(path: readonly Action[]): readonly Entry[];
}

/** One guest of a union, with the faults that the question of the run names. */
export interface Part extends Run {
  /** The name of the guest profile; `null` for every guest. */
  readonly profile: string | null;
}

/**
 * The whole of several runs. The question names all their faults and every guest, though not each guest met each fault;
 * its system is that of the question, which nobody searched: what a state is differs from part to part.
 */
export interface Union extends Answer {
  /** Those that were run, of all that were to be. */
  readonly parts: readonly Part[];
  readonly unrun: readonly (string | null)[];
}

export type Report = Run | Union;

/** A counterexample with the property it breaks, and the run that found it. */
export interface Violation {
  readonly run: Run;
  readonly property: PropertyResult;
  readonly counterexample: Counterexample;
}

/** The runs of a report: its parts, or the one there is. */
export function runsOf(report: Report): readonly Run[] {
  return 'parts' in report ? report.parts : [report];
}

/** Every counterexample of a report, simplest first: fewest faults, then turns, then steps. */
export function violations(report: Report): readonly Violation[] {
  return report.result.properties
    .flatMap((property) =>
      property.counterexamples.map((counterexample) => violationOf(report, property, counterexample)),
    )
    .toSorted((a, b) => simpler(a.counterexample, b.counterexample));
}

/** The violation behind a counterexample of a report; the union of several runs has the counterexamples of its parts. */
export function violationOf(
  report: Report,
  property: PropertyResult,
  counterexample: Counterexample,
): Violation {
  const run = runsOf(report).find(({ result }) =>
    result.properties.some(({ counterexamples }) => counterexamples.includes(counterexample)),
  );
  if (run === undefined) throw new Error(`no run has found this counterexample of ${property.name}`);
  return { run, property, counterexample };
}

/** The steps no run took, as the model lists them. */
export function neverTaken({ result, system }: Answer): readonly StepInfo[] {
  const taken = new Set(result.taken);
  return system.steps.filter(({ slot, label }) => !taken.has(`${slot}:${label}`));
}

/** The sentence of a property, or its name when the system does not know it. */
export function sentenceOf(system: System, property: string): string {
  return system.properties.find(({ name }) => name === property)?.sentence ?? property;
}

function simpler(a: Counterexample, b: Counterexample): number {
  return a.cause.faults.length - b.cause.faults.length || a.turns - b.turns || a.steps - b.steps;
}
