/**
 * The report for other programs. Its shape is a promise: `schema.json` describes it, and `schemaVersion` changes when a
 * field goes away or changes its meaning. New fields may come without a new version.
 */

import type { Counterexample, PropertyResult } from '../checker/result.js';
import type { Entry } from '../checker/run.js';
import { neverTaken, type Part, type Report, violationOf } from './report.js';
import { replayLine } from './resolve.js';

export const schemaVersion = 1;

/** All reports as indented JSON, the parts of a union behind it. Every counterexample carries its trace. */
export function formatJson(reports: readonly Report[]): string {
  const runs = reports.flatMap((report): (Report | Part)[] =>
    'parts' in report ? [report, ...report.parts] : [report],
  );
  return `${JSON.stringify({ schemaVersion, runs: runs.map(runToJson) }, null, 2)}\n`;
}

/** Steps as the trace of a counterexample has them. */
export function stepsToJson(steps: readonly Entry[]): object[] {
  return steps.map(({ turn, slot, label, row, says, changes }) => ({
    turn,
    slot,
    step: label,
    row,
    says,
    changes: changes.map(({ path, from, to }) => ({ path, from, to })),
  }));
}

function runToJson(run: Report | Part): object {
  const { question, depth, result } = run;
  return {
    protocol: question.protocol,
    platform: question.platform,
    kernel: question.kernel,
    clones: question.clones,
    rounds: question.rounds,
    depth,
    faults: question.faults.map(({ name, budget }) => ({ name, budget })),
    maxFaults: question.maxFaults,
    guest: question.guest,
    without: question.without,
    profile: 'profile' in run ? run.profile : null,
    parts: 'parts' in run ? run.parts.length : 0,
    engine: result.engine,
    states: exact(result.states),
    transitions: exact(result.transitions),
    turns: result.turns,
    deadlocks: exact(result.deadlocks),
    failures: exact(result.failures),
    exhausted: result.exhausted,
    stopped: result.stopped,
    seconds: Math.round(result.seconds * 1000) / 1000,
    properties: result.properties.map((property) => propertyToJson(run, property)),
    coverage: {
      steps: run.system.steps.length,
      neverTaken: neverTaken(run).map(({ slot, label, row, neverTaken }) => ({
        slot,
        step: label,
        row,
        reason: neverTaken ?? null,
      })),
    },
  };
}

function propertyToJson(run: Report, property: PropertyResult): object {
  const { name, kind, verdict, counterexamples } = property;
  return {
    name,
    kind,
    verdict,
    counterexamples: counterexamples.map((counterexample) =>
      counterexampleToJson(run, property, counterexample),
    ),
  };
}

function counterexampleToJson(run: Report, property: PropertyResult, counterexample: Counterexample): object {
  const { cause, turns, steps, cycle = 0 } = counterexample;
  const violation = violationOf(run, property, counterexample);
  return {
    cause: { label: cause.label, object: cause.object, faults: cause.faults },
    turns,
    steps,
    cycle,
    replay: replayLine(violation),
    onKernel: kernelToJson(run, counterexample),
    trace: stepsToJson(violation.run.trace(counterexample.path)),
  };
}

function kernelToJson({ onKernel }: Report, counterexample: Counterexample): object | null {
  const asked = onKernel?.get(counterexample);
  return asked === undefined ? null : { result: asked.result, reason: asked.reason, kernel: asked.kernel };
}

/** JSON readers lose digits above 2^53, so larger counts are decimal strings. */
function exact(count: number): number | string {
  return Number.isSafeInteger(count) ? count : BigInt(Math.round(count)).toString();
}
