/** The model and the kernel in lock step: one plays a turn, the other says whether that can be. */
import type { Litmus, LitmusState } from '../model/litmus/litmus.js';
import { looksAt, outcomeOf } from '../model/litmus/outcome.js';
import type { Difference } from '../model/x86_64/compare.js';
import { LitmusMachine } from '../model/x86_64/litmus.js';
import { Strange } from '../model/x86_64/action.js';
import type { Puppet } from '../model/x86_64/puppet.js';
import type { State } from '../model/system.js';
import type { Turn, Turns } from './lockstep.js';

/** What came of one run. */
export interface Played {
  /** The turns that were made. The last is the one in which the two differ. */
  readonly turns: readonly Turn[];
  /** Empty if they never did. */
  readonly differences: readonly Difference[];
  /** The outcomes of the states the model can be in at the end, as text. More than one if the kernel does not show which. */
  readonly outcomes: readonly string[];
  /** Why the tracer keeps the kernel from going on as it would. */
  readonly distorted?: string;
  /** Commands given to real tasks. */
  readonly commands: number;
  /** What the steps of the model show that the kernel has made as well. */
  readonly rules: ReadonlySet<string>;
}

/** Says which turn is next in a state in which these are possible; undefined for the end. */
export type Next = (possible: readonly Turn[], state: State) => Turn | undefined;

/** Plays turns for as long as there are any. Throws `NotDriven` where the tracer is in the way. */
export async function play(puppet: Puppet, litmus: Litmus, turns: Turns, next: Next): Promise<Played> {
  const machine = new LitmusMachine(puppet, litmus);
  const made: Turn[] = [];
  const rules = new Set<string>();
  const end = (differences: readonly Difference[], states: readonly State[] = []): Played => ({
    turns: made,
    differences,
    outcomes: [...new Set(states.map((s) => outcomeText(litmus, s)))],
    commands: machine.commands,
    rules,
  });
  let states: readonly State[] = [turns.system.initial];
  await machine.start(litmusState(turns.system.initial));
  const wrong = machine.differences(litmusState(turns.system.initial));
  if (wrong.length > 0) return end(wrong);
  for (;;) {
    const turn = next(turns.turns(states[0]!), states[0]!);
    if (turn === undefined) break;
    made.push(turn);
    const results = states.flatMap((before) =>
      turns.results(before, turn).map(({ state, rules: shown }) => ({ before, after: state, shown })),
    );
    try {
      await machine.perform(
        turn.name,
        turn.label,
        results.map(({ after }) => litmusState(after)),
      );
    } catch (error) {
      if (!(error instanceof Strange)) throw error;
      return end([{ what: 'the kernel', model: 'something else', kernel: error.message }]);
    }
    const judged = results.map(({ before, after, shown }) => ({
      after,
      shown,
      differences: machine.differences(litmusState(after), litmusState(before)),
    }));
    const agreeing = judged.filter(({ differences }) => differences.length === 0);
    if (agreeing.length === 0) {
      const why = machine.distortion();
      if (why !== '') return { ...end([]), distorted: why };
      return end(
        judged.map(({ differences }) => differences).toSorted((a, b) => a.length - b.length)[0] ?? [],
      );
    }
    // Where the kernel does not show which way it took, only what all ways show is known.
    for (const rule of agreeing[0]!.shown)
      if (agreeing.every(({ shown }) => shown.includes(rule))) rules.add(rule);
    states = [...new Set(agreeing.map(({ after }) => after))];
  }
  const fitting: State[] = [];
  let last: readonly Difference[] = [];
  for (const state of states) {
    last = await machine.finalDifferences(litmusState(state));
    if (last.length === 0) fitting.push(state);
  }
  return fitting.length === 0 ? end(last) : end([], fitting);
}

export function outcomeText(litmus: Litmus, state: State): string {
  return JSON.stringify(outcomeOf(litmusState(state), looksAt(litmus)));
}

function litmusState(state: State): LitmusState {
  return state as LitmusState;
}
