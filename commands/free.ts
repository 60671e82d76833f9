/** A litmus test that real tasks run by themselves, a number of times: how often each outcome came of it. */
import type { Litmus, LitmusState } from '../model/litmus/litmus.js';
import type { Outcome } from '../model/litmus/outcome.js';
import { DEFAULT_RELEASE } from '../model/platforms.js';
import type { System } from '../model/system.js';
import { runFree, tied } from '../model/x86_64/free.js';
import { NotDriven } from '../model/x86_64/action.js';
import { obstacle } from '../model/x86_64/operations.js';
import type { Puppet } from '../model/x86_64/puppet.js';
import { agrees } from '../model/x86_64/rest.js';
import { otherRelease } from './here.js';
import { Random } from './random.js';

export interface Freely {
  /** Why the test cannot run free; '' if it can. */
  readonly reason: string;
  readonly runs: number;
  /** How often each outcome came, in the order of the model's. */
  readonly times: readonly number[];
  /** Runs of which nobody can tell which of several outcomes it was. */
  readonly unclear: number;
  /** One that the model forbids, as far as it can be told. */
  readonly forbidden?: Outcome;
}

/** Tasks count up to this before an order, so that each comes first at times; a thousand is about a microsecond. */
const LONGEST = 18;

/** Runs a test so often, or until something comes of it that the model forbids. */
export async function askFree(
  puppet: Puppet,
  test: Litmus,
  system: System,
  outcomes: readonly Outcome[],
  runs: number,
): Promise<Freely> {
  const times = outcomes.map(() => 0);
  const reason = otherRelease(test.kernel || DEFAULT_RELEASE) || obstacle(test) || tied(test);
  const done = { reason, runs: 0, times, unclear: 0 };
  if (reason !== '') return done;
  puppet.patient = false;
  try {
    for (; done.runs < runs;) {
      const random = new Random(done.runs);
      const delay = () => (random.once(2) ? 0 : 2 ** random.below(LONGEST));
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- litmus systems have no other states
      const seen = await runFree(puppet, test, system.initial as LitmusState, delay);
      done.runs++;
      const fitting = outcomes.flatMap((outcome, index) => (agrees(test, outcome, seen) ? [index] : []));
      if (fitting.length === 0) return { ...done, forbidden: seen };
      if (fitting.length === 1) times[fitting[0]!]!++;
      else done.unclear++;
    }
  } catch (error) {
    if (error instanceof NotDriven) return { ...done, reason: error.message };
    throw error;
  }
  return done;
}
