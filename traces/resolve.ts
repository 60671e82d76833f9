/** Between a path, which is numbers, and a replay line, which names slots and steps so that it can tell what changed. */

import type { Action } from '../checker/result.js';
import { type Entry, replay as play } from '../checker/run.js';
import { waitsForEver } from '../checker/lasso.js';
import { ModelError } from '../checker/outcome.js';
import type { System } from '../model/system.js';
import { encode, type Replay, type Turn } from './replay.js';
import type { Violation } from './report.js';

/** The line that replays a counterexample. */
export function replayLine({ run, property, counterexample }: Violation): string {
  const turns = turnsOf(run.trace(counterexample.path), counterexample.path);
  const { cycle = 0 } = counterexample;
  return encode({ question: run.question, property: property.name, model: run.model, turns, cycle });
}

/** A recorded run that the model of today has no such run for. The message names the first step that is gone. */
export class OutdatedReplay extends Error {}

/** A recorded run as it goes in the model of today: as far as it goes, and whether it still breaks what it broke. */
export interface Replayed {
  readonly path: readonly Action[];
  readonly steps: readonly Entry[];
  readonly reproduces: boolean;
  /** What the property names as broken; `''` when it is not. */
  readonly object: string;
}

/** Plays a recorded run in the model of today; throws `OutdatedReplay` when one of its steps is not possible there. */
export function resolve(system: System, replay: Replay): Replayed {
  const path = replay.turns.flatMap(({ slot, steps }) => {
    const index = system.slots.findIndex(({ name }) => name === slot);
    return steps.map((choices) => ({ slot: index, choices }));
  });
  const steps = playAsFarAsPossible(system, path);
  let first = 0;
  for (const [index, { slot, label, steps: recorded }] of replay.turns.entries()) {
    const now = steps[first]?.label;
    if (now !== label)
      throw gone(replay, first + 1, `${slot}:${label}`, now && `${slot} does ${now} there now`);
    first += recorded.length;
    if (steps.length < first)
      throw gone(replay, steps.length + 1, `in turn ${index + 1} of ${slot}`, undefined);
  }
  return { path, steps, ...judge(system, replay, steps) };
}

/** All steps of a path, or those before the first that is not possible. */
function playAsFarAsPossible(system: System, path: readonly Action[]): readonly Entry[] {
  for (let length = path.length; length > 0; length--) {
    try {
      return play(system, path.slice(0, length));
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
    }
  }
  return [];
}

function turnsOf(steps: readonly Entry[], path: readonly Action[]): Turn[] {
  const turns: { slot: string; label: string; steps: (readonly number[])[]; turn: number }[] = [];
  steps.forEach(({ turn, slot, label }, index) => {
    const choices = path[index]?.choices ?? [];
    const last = turns.at(-1);
    if (last?.turn === turn) last.steps.push(choices);
    else turns.push({ slot, label, steps: [choices], turn });
  });
  return turns.map(({ slot, label, steps }) => ({ slot, label, steps }));
}

function judge(
  system: System,
  { property: name, cycle }: Replay,
  steps: readonly Entry[],
): Pick<Replayed, 'reproduces' | 'object'> {
  const property = system.properties.find((each) => each.name === name);
  const object = property?.kind === 'eventually' ? waitsForEver(system, property, steps, cycle) : brokenBy();
  return { reproduces: object !== '', object };

  function brokenBy(): string {
    const last = steps.at(-1);
    if (last !== undefined)
      return [last.failure, ...last.broken].find((each) => each?.property === name)?.object ?? '';
    return property === undefined || property.kind === 'step' ? '' : property.broken(system.initial);
  }
}

function gone(replay: Replay, step: number, what: string, instead: string | undefined): OutdatedReplay {
  return new OutdatedReplay(
    `the model has changed since this line was written: step ${step}, ${what}, no longer exists` +
      `${instead === undefined ? '' : `; ${instead}`}. ` +
      `Search again: check ${replay.question.protocol} --property ${replay.property}`,
  );
}
