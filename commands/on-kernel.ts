/** `check litmus --on-kernel`: every outcome of a litmus test that the model allows, asked of the running kernel. */
import { choicesOf, replay } from '../checker/run.js';
import type { Action } from '../checker/result.js';
import type { Litmus } from '../model/litmus/index.js';
import { DEFAULT_RELEASE } from '../model/platforms.js';
import type { State, System } from '../model/system.js';
import type { Difference } from '../model/x86_64/compare.js';
import { NotDriven } from '../model/x86_64/action.js';
import { obstacle } from '../model/x86_64/operations.js';
import type { Puppet } from '../model/x86_64/puppet.js';
import { isHeld, kernelOf, whyNotHeld } from '../model/x86_64/stops.js';
import { plural } from '../traces/layout.js';
import { otherRelease } from './here.js';
import { TooManyStates, Turns, type Turn } from './lockstep.js';
import { outcomeText, play, type Played } from './pair.js';

/** How an outcome came out: the kernel showed it, or not, and then why. */
export interface Shown {
  /** The outcome as JSON text, as `outcomeText` gives it. */
  readonly outcome: string;
  readonly result: 'seen' | 'not-seen' | 'model-only';
  /** How many turns it took, or why it was not seen. */
  readonly reason: string;
}

export interface KernelAnswer {
  readonly result: 'confirmed' | 'refuted' | 'model-only';
  /** Why a test cannot be driven at all; '' if it can. */
  readonly reason: string;
  readonly outcomes: readonly Shown[];
  /** Where the kernel differs from the model. */
  readonly refuted?: { readonly turns: readonly Turn[]; readonly differences: readonly Difference[] };
  /** Runs and commands to real tasks that it took. */
  readonly runs: number;
  readonly commands: number;
}

/** How often a run is tried in which the kernel could go either way: of two that are woken at once, the second comes first in one run of three. */
const TRIES = 50;

/** An outcome of the model and a run to it, which the search has found. */
export interface ModelOutcome {
  readonly outcome: string;
  readonly path: readonly Action[];
}

export async function onKernel(
  puppet: Puppet,
  test: Litmus,
  system: System,
  outcomes: readonly ModelOutcome[],
): Promise<KernelAnswer> {
  const count = { runs: 0, commands: 0 };
  const modelOnly = (reason: string): KernelAnswer => ({
    result: 'model-only',
    reason,
    outcomes: outcomes.map(({ outcome }) => ({ outcome, result: 'model-only', reason })),
    ...count,
  });
  const why = otherRelease(test.kernel || DEFAULT_RELEASE) || obstacle(test);
  if (why !== '') return modelOnly(why);
  const turns = new Turns(system);
  const shown = new Map<string, Shown>();
  try {
    for (const [wanted, plan] of plansOf(turns, test)) {
      for (let left = TRIES; left > 0 && !shown.has(wanted); left--) {
        puppet.patient = left < TRIES;
        const played = await play(puppet, test, turns, follow(plan));
        count.runs++;
        count.commands += played.commands;
        if (played.differences.length > 0) return { ...refuted(outcomes, shown, played), ...count };
        if (played.distorted !== undefined)
          shown.set(wanted, { outcome: wanted, result: 'model-only', reason: played.distorted });
        for (const outcome of played.outcomes.length === 1 ? played.outcomes : [])
          shown.set(outcome, { outcome, result: 'seen', reason: plural(played.turns.length, 'turn') });
        if (left === 1 && !shown.has(wanted))
          shown.set(wanted, { outcome: wanted, result: 'not-seen', reason: whyNotSeen(wanted, played) });
      }
    }
  } catch (error) {
    if (error instanceof NotDriven || error instanceof TooManyStates) return modelOnly(error.message);
    throw error;
  }
  const all = outcomes.map(
    ({ outcome, path }): Shown =>
      shown.get(outcome) ?? { outcome, result: 'model-only', reason: interleaving(system, path) },
  );
  const isSeen = all.some(({ result }) => result === 'seen');
  return { result: isSeen ? 'confirmed' : 'model-only', reason: '', outcomes: all, ...count };
}

/** The shortest run, in turns, to each outcome that can be reached by turns. */
function plansOf(turns: Turns, test: Litmus): Map<string, readonly Turn[]> {
  const { initial } = turns.system;
  const seen = new Map<State, readonly Turn[]>([[initial, []]]);
  const plans = new Map<string, readonly Turn[]>();
  for (const [state, plan] of seen) {
    const possible = turns.turns(state);
    if (possible.length === 0) {
      const outcome = outcomeText(test, state);
      if (!plans.has(outcome)) plans.set(outcome, plan);
    }
    for (const turn of possible) {
      for (const next of turns.after(state, turn)) if (!seen.has(next)) seen.set(next, [...plan, turn]);
    }
  }
  return plans;
}

/** Follows a plan for as long as the kernel does, and then takes whatever can be taken. */
function follow(plan: readonly Turn[]): (possible: readonly Turn[]) => Turn | undefined {
  let at = 0;
  return (possible) => {
    const wanted = plan[at++];
    return possible.find(({ name, label }) => name === wanted?.name && label === wanted.label) ?? possible[0];
  };
}

function whyNotSeen(wanted: string, { outcomes }: Played): string {
  return outcomes.includes(wanted)
    ? 'the kernel does not show which of several it is'
    : `the kernel goes another way each of ${TRIES} times`;
}

function refuted(
  outcomes: readonly ModelOutcome[],
  shown: ReadonlyMap<string, Shown>,
  { turns, differences }: Played,
): Omit<KernelAnswer, 'runs' | 'commands'> {
  return {
    result: 'refuted',
    reason: '',
    outcomes: outcomes.map(
      ({ outcome }) => shown.get(outcome) ?? { outcome, result: 'not-seen', reason: 'the kernel differs' },
    ),
    refuted: { turns, differences },
  };
}

/** Who would have to be held where no tracer can, for a run of the model to be made by the kernel. */
export function interleaving(system: System, path: readonly Action[], view = kernelOf): string {
  for (const { slot, before } of replay(system, path)) {
    const s = view(before);
    if (!isHeld(s, slot)) continue;
    // Another turn begins while somebody is still on the way.
    const late = system.slots.find(
      ({ name }, at) => !isHeld(s, name) && choicesOf(system, before, at).length > 0,
    );
    if (late !== undefined) return whyNotHeld(s, late.name);
  }
  return 'what code a process ends with is settled before a tracer can hold its threads';
}
