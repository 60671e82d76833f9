/** From a question to its answer: one search, or the parts of a whole one after the other. */

import { learn } from '../checker/explicit.js';
import { replay } from '../checker/run.js';
import type { Limits, SearchResult } from '../checker/result.js';
import { union } from '../checker/union.js';
import type { Part, Question, Run, Union } from '../traces/report.js';
import type { Progress } from '../traces/progress.js';
import { type EngineName, search } from './engines.js';
import { partsOf, wholeOf } from './parts.js';
import { hashOf, systemOf } from './question.js';

export interface Search {
  /** Judge by these properties only; empty for all of the protocol. */
  readonly properties: readonly string[];
  readonly engine: EngineName;
  readonly limits: Limits;
  /** Keep what was learned, for an export. */
  readonly keep?: boolean;
  /** Told a few times a second how far the search is. */
  readonly report: (now: Progress) => void;
}

/** Answers a question by one search. */
export async function explore(
  question: Question,
  { properties, engine, keep, ...rest }: Search,
): Promise<Run> {
  const system = systemOf(question, properties);
  const limits = { ...rest.limits, progress: rest.report };
  const learned = keep ? await learn(system, limits) : undefined;
  const result = learned?.result ?? (await search(engine, system, limits));
  return {
    question,
    depth: rest.limits.depth ?? null,
    system,
    model: hashOf(question),
    result,
    ...(learned === undefined ? {} : { learned }),
    trace: (path) => replay(system, path),
  };
}

/** Answers by the union of all parts. The limits are those of the whole: a part that meets one is the last. */
export async function exploreAll(question: Question, asked: Search): Promise<Union> {
  const wanted = partsOf(question);
  const parts: Part[] = [];
  for (const { profile, question: part } of wanted) {
    const done = sum(parts);
    const name = `part ${parts.length + 1} of ${wanted.length}, ${profile ?? 'every usual guest without faults'}`;
    const run = await explore(part, {
      ...asked,
      limits: remaining(asked.limits, done),
      report: (now) =>
        asked.report({
          ...now,
          part: name,
          states: done.states + now.states,
          seconds: done.seconds + now.seconds,
        }),
    });
    parts.push({ ...run, profile });
    if (run.result.stopped !== 'exhausted' && run.result.stopped !== 'depth') break;
  }
  const whole = wholeOf(question);
  const system = systemOf(whole, asked.properties);
  return {
    question: whole,
    depth: asked.limits.depth ?? null,
    system,
    result: union(
      parts.map(({ result }) => result),
      system.properties,
    ),
    parts,
    unrun: wanted.slice(parts.length).map(({ profile }) => profile),
  };
}

type Spent = Pick<SearchResult, 'states' | 'seconds'>;

function sum(parts: readonly Part[]): Spent {
  return parts.reduce<Spent>(
    (total, { result }) => ({
      states: total.states + result.states,
      seconds: total.seconds + result.seconds,
    }),
    { states: 0, seconds: 0 },
  );
}

/** What is left of the limits. A search that has nothing left looks at its first state, and stops. */
function remaining({ maxStates, timeout, ...others }: Limits, { states, seconds }: Spent): Limits {
  return {
    ...others,
    ...(maxStates === undefined ? {} : { maxStates: Math.max(1, maxStates - states) }),
    ...(timeout === undefined ? {} : { timeout: Math.max(0, timeout - seconds) }),
  };
}
