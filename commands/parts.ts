/** The run that names neither faults nor guest choices: which searches it is made of. */

import type { Question } from '../traces/report.js';
import { allFaults, ANY, defaults, findProtocol, type QuestionFlags } from './question.js';

/** One search of several: a guest profile with each single fault, or every usual guest (`null`) with none. */
export interface PartQuestion {
  readonly profile: string | null;
  readonly question: Question;
}

/**
 * Does a run with these flags ask for everything at once? A protocol without guest profiles is one search. Several clones do not: with two of them the part without faults
 * alone outgrows the memory, and no other would be reached.
 */
export function asksForAll(flags: QuestionFlags, { protocol, clones, rounds }: Question): boolean {
  const named = [flags.faults, flags.maxFaults, flags.guest].some((flag) => flag !== undefined);
  return !named && clones * rounds === 1 && findProtocol(protocol).profiles.length > 0;
}

/** The whole: every guest, every fault, one a run. It is asked for in parts, for together they do not cover it. */
export function wholeOf(question: Question): Question {
  return forGuest(question, [ANY]);
}

function forGuest(question: Question, guest: readonly string[]): Question {
  return { ...question, faults: allFaults(question.protocol, guest), maxFaults: 1, guest };
}

/** The parts of the whole, the one without faults first. */
export function partsOf(question: Question): readonly PartQuestion[] {
  const { profiles } = findProtocol(question.protocol);
  return [
    { profile: null, question: { ...forGuest(question, [defaults.guest]), faults: [] } },
    ...profiles.map(({ name, choices }) => ({ profile: name, question: forGuest(question, choices) })),
  ];
}
