/** Between a path, which is numbers, and a replay line, which names slots and steps so that it can tell what changed. */

import type { Action } from '../checker/result.js';
import type { System } from '../model/system.js';
import { encode, type Replay, type Turn } from './replay.js';
import type { Run, TraceStep, Violation } from './report.js';

/** The line that replays a counterexample. */
export function replayLine(run: Run, { property, counterexample }: Violation): string {
  const turns = turnsOf(run.trace(counterexample.path), counterexample.path);
  return encode({ question: run.question, property: property.name, model: run.model, turns });
}

/** A recorded run that the model of today has no such run for. The message names the first step that is gone. */
export class OutdatedReplay extends Error {}

/** A recorded run in the model of today: as far as it goes, and whether it still breaks what it broke. */
export interface Replayed {
  readonly path: readonly Action[];
  readonly steps: readonly TraceStep[];
  readonly reproduces: boolean;
  /** What the property names as broken; `''` when it is not. */
  readonly object: string;
}

/**
 * Plays a recorded run. `play` plays a path, and throws when its last step is not possible.
 * It is called for ever longer paths, so that the first impossible step is known by its number.
 */
export function resolve(
  system: System,
  replay: Replay,
  play: (path: readonly Action[]) => readonly TraceStep[],
): Replayed {
  const path: Action[] = [];
  let steps = play(path);
  for (const [index, { slot: name, label, steps: recorded }] of replay.turns.entries()) {
    const slot = system.slots.findIndex((candidate) => candidate.name === name);
    if (slot < 0) throw gone(replay, path.length + 1, `${label} of ${name}`, `there is no ${name} any more`);
    for (const [offset, choices] of recorded.entries()) {
      path.push({ slot, choices });
      const expected =
        offset === 0 ? `${label} of ${name}` : `step ${offset + 1} of turn ${index + 1} (${name})`;
      try {
        steps = play(path);
      } catch (error) {
        throw gone(replay, path.length, expected, error instanceof Error ? error.message : String(error));
      }
      const now = steps.at(-1)?.label;
      if (offset === 0 && now !== label)
        throw gone(replay, path.length, expected, `${name} does ${now} there now`);
    }
  }
  return { path, steps, ...judge(system, replay.property, steps) };
}

function turnsOf(steps: readonly TraceStep[], path: readonly Action[]): Turn[] {
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
  name: string,
  steps: readonly TraceStep[],
): Pick<Replayed, 'reproduces' | 'object'> {
  const last = steps.at(-1);
  if (last?.failure?.property === name) return { reproduces: true, object: last.failure.object };
  const property = system.properties.find((candidate) => candidate.name === name);
  if (property === undefined || property.kind === 'step') return { reproduces: false, object: '' };
  const reproduces = last === undefined ? property.kind === 'always' : (last.broken ?? []).includes(name);
  const object = reproduces ? property.broken(last?.after ?? system.initial) : '';
  return { reproduces: object !== '', object };
}

function gone(replay: Replay, step: number, expected: string, why: string): OutdatedReplay {
  return new OutdatedReplay(
    `the model has changed since this line was written: step ${step}, ${expected}, no longer exists (${why}); ` +
      `look for it again with: check ${replay.question.protocol} --property ${replay.property}`,
  );
}
