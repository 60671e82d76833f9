/** How it reads what the running kernel made of counterexamples. */

import type { PropertyResult } from '../checker/result.js';
import { plural, width, wrap } from './layout.js';
import { type Answer, type OnKernel, type Report, violations } from './report.js';

const names: Record<OnKernel['result'], string> = {
  confirmed: 'confirmed',
  refuted: 'refuted',
  'model-only': 'model only',
  unavailable: 'unavailable',
};

/** `confirmed on Linux 6.18.2: 38 turns, 22 steps of real tasks`, and its kin: one line. */
export function kernelVerdict({ result, reason, kernel }: OnKernel): string {
  const isAnswer = result === 'confirmed' || result === 'refuted';
  return `${names[result]}${isAnswer ? ` on Linux ${kernel}` : ''}: ${reason}`;
}

/** Where the two differ, one thing a line. */
export function kernelDifferences({ differences = [] }: OnKernel): string[] {
  return differences.map(
    ({ what, model, kernel }) => `  ${what}: ${model} in the model, ${kernel} in the kernel`,
  );
}

/** For the table of verdicts: `confirmed`, `3 of 4 confirmed`, `1 of 4 refuted`; `''` where nothing is broken. */
export function kernelCell({ counterexamples }: PropertyResult, { onKernel }: Answer): string {
  const results = counterexamples.flatMap((each) => onKernel?.get(each)?.result ?? []);
  const [first] = results;
  if (first === undefined) return '';
  if (results.every((result) => result === first)) return names[first];
  // What is wrong with the model is what one wants to see first.
  const told = results.includes('refuted') ? 'refuted' : 'confirmed';
  return `${results.filter((result) => result === told).length} of ${results.length} ${told}`;
}

/** One line on all causes, and one for each that is not confirmed. */
export function kernelSummary(report: Report): string[] {
  const { onKernel } = report;
  if (onKernel === undefined) return [];
  const asked = violations(report).flatMap(({ property, counterexample }) => {
    const verdict = onKernel.get(counterexample);
    return verdict === undefined ? [] : [{ property, cause: counterexample.cause, verdict }];
  });
  const [first] = asked;
  if (first === undefined) return ['There is nothing to ask the kernel.'];
  const confirmed = asked.filter(({ verdict }) => verdict.result === 'confirmed').length;
  const others = asked.filter(({ verdict }) => verdict.result !== 'confirmed');
  return [
    `Linux ${first.verdict.kernel}: ${confirmed} of ${plural(asked.length, 'cause')} confirmed`,
    ...others.flatMap(({ property, cause, verdict }) => {
      const faults = cause.faults.length === 0 ? '' : `, ${cause.faults.join(' and ')}`;
      const about = cause.object === '' ? '' : ` (${cause.object})`;
      return wrap(
        `${property.name}${about} at ${cause.label}${faults}: ${kernelVerdict(verdict)}`,
        width - 4,
      ).map((line, index) => (index === 0 ? `  ${line}` : `    ${line}`));
    }),
  ];
}
