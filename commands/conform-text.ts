/** How the result of `check conform` reads. */
import { release } from 'node:os';
import { RULES } from '../model/kernel/rules.js';
import { count, plural, width, wrap } from '../traces/layout.js';
import { isCounted } from './coverage.js';
import { printRefuted } from './on-kernel-text.js';
import type { Played } from './pair.js';

/** What all walks together came to. */
export interface Conformity {
  /** All small programs in turn, and not random ones? */
  readonly systematic: boolean;
  /** Of the first program, or its number; each further one has the next. */
  readonly seed: number;
  /** Programs. */
  readonly asked: number;
  /** Programs that were walked: less than asked if there is a difference, or somebody has stopped it. */
  readonly programs: number;
  /** Walks taken: one for each random program, and as many as it takes for another. */
  readonly walks: number;
  readonly turns: number;
  /** Commands given to real tasks. */
  readonly steps: number;
  /** Walks that end early, where the tracer is in the way. */
  readonly cut: number;
  /** Shown by steps of the model that the kernel has made as well. */
  readonly rules: ReadonlySet<string>;
  readonly seconds: number;
  readonly difference?: Difference;
}

interface Difference {
  readonly seed: number;
  /** The smallest program that shows it, as a litmus test. */
  readonly litmus: string;
  readonly played: Played;
}

export function printConform(result: Conformity): string {
  const { difference, seed, systematic } = result;
  if (difference !== undefined) {
    const told = [...printRefuted(difference.played).map((line) => line.slice(5)), '', ...totals(result)];
    const flags = systematic ? '--systematic ' : '';
    return [
      difference.litmus,
      ...told.map((line) => (line === '' ? '#' : `# ${line}`)),
      `# check conform ${flags}--walks 1 --seed ${difference.seed} ${systematic ? 'walks this program' : 'takes this walk'} again`,
      '',
    ].join('\n');
  }
  const from = systematic ? `number ${seed}` : `seed ${seed}`;
  return [
    `Linux ${release()} does what the model does: no difference in ${taken(result)} from ${from}`,
    ...totals(result),
    '',
  ].join('\n');
}

function taken({ systematic, programs, asked, walks }: Conformity): string {
  const what = systematic ? 'small program' : 'walk';
  const all =
    programs < asked ? `the ${count(programs)} of ${plural(asked, what)} taken` : plural(programs, what);
  return systematic ? `${all} (${plural(walks, 'walk')}, for every turn of every state)` : all;
}

function totals(result: Conformity): string[] {
  const { turns, steps, cut, seconds } = result;
  const { met, never, notCounted } = coverage(result);
  return [
    `${plural(turns, 'turn')}, ${plural(steps, 'step')} of real tasks in ${seconds.toFixed(1)} s, ${count(perSecond(result))} a second; ` +
      `${plural(cut, 'walk')} ended early, where the tracer was in the way`,
    ...wrap(`rules met (${met.length} of ${met.length + never.length}): ${met.join(' ')}`, width),
    ...wrap(`never met: ${never.join(' ') || 'none'}`, width),
    ...wrap(`left to litmus tests: ${notCounted.join(' ')}`, width),
  ];
}

function perSecond({ steps, seconds }: Conformity): number {
  return Math.round(steps / seconds);
}

/** The rules that the model keeps: met, never met though a step could show them, and those that no step tells from others. */
function coverage({ rules }: Conformity): { met: string[]; never: string[]; notCounted: string[] } {
  const kept = RULES.filter((rule) => !('leftOut' in rule)).map(({ id }) => id);
  const counted = kept.filter(isCounted);
  return {
    met: counted.filter((id) => rules.has(id)),
    never: counted.filter((id) => !rules.has(id)),
    notCounted: kept.filter((id) => !isCounted(id)),
  };
}

export function jsonConform(result: Conformity): string {
  const { systematic, seed, asked, programs, walks, turns, steps, cut, seconds, difference } = result;
  const rules = coverage(result);
  const told = difference && {
    seed: difference.seed,
    litmus: difference.litmus,
    turns: difference.played.turns,
    differences: difference.played.differences,
  };
  const all = {
    schemaVersion: 1,
    kernel: release(),
    result: difference !== undefined ? 'differs' : programs < asked ? 'stopped' : 'conforms',
    systematic,
    seed,
    asked,
    programs,
    walks,
    turns,
    steps,
    seconds,
    stepsPerSecond: perSecond(result),
    endedEarly: cut,
    rules,
    difference: told ?? null,
  };
  return `${JSON.stringify(all, null, 2)}\n`;
}
