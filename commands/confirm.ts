/** A counterexample put to the running kernel: real tasks make its steps, and the two are compared after each turn. */
import { release } from 'node:os';
import { replay } from '../checker/run.js';
import type { Action } from '../checker/result.js';
import type { KernelState } from '../model/kernel/state.js';
import type { State, System } from '../model/system.js';
import type { Difference } from '../model/x86_64/compare.js';
import { hostState, settled, type Disposition } from '../model/x86_64/host.js';
import { NotDriven, Strange } from '../model/x86_64/action.js';
import { ProtocolMachine, type Head } from '../model/x86_64/protocol.js';
import type { Puppet } from '../model/x86_64/puppet.js';
import { kernelOf } from '../model/x86_64/stops.js';
import { plural } from '../traces/layout.js';
import type { OnKernel } from '../traces/report.js';
import { TooManyStates } from './lockstep.js';
import { interleaving } from './on-kernel.js';
import type { Goal } from './goal.js';
import { Ordering, type Moment, type Turn } from './order.js';

/** A run of a system, and what it breaks, if anything. */
export interface Claim {
  readonly system: System;
  readonly path: readonly Action[];
  readonly goal: Goal | undefined;
  readonly disposition?: Disposition | undefined;
}

/** How often a run is tried in which the kernel could go either way. */
const TRIES = 5;

/** `until`: when to give up, as of `performance.now`. */
export async function confirm(puppet: Puppet, claim: Claim, until = Infinity): Promise<OnKernel> {
  const { path, goal } = claim;
  const steps = replay(claim.system, path);
  const last = steps.at(-1)?.after ?? claim.system.initial;
  const initial = settled(kernelOf(claim.system.initial), kernelOf(last));
  const view = viewOf(claim.disposition);
  const labels = steps.map(({ label }) => label);
  const ordering = new Ordering({ ...claim.system, initial }, view, path, labels, goal);
  const turns = ordering.find(until);
  const isLate = () => performance.now() > until;
  if (turns === undefined) return isLate() ? unasked() : modelOnly(interleaving(claim.system, path, view));
  try {
    for (let left = TRIES; left > 0 && !isLate(); left--) {
      puppet.patient = left < TRIES;
      const found = await play(puppet, ordering, turns);
      if (found !== undefined && found.result !== 'confirmed') return found;
      if (found !== undefined) return { ...found, reason: found.reason + emulated(claim.system, last) };
    }
  } catch (error) {
    if (error instanceof NotDriven || error instanceof TooManyStates) return modelOnly(error.message);
    throw error;
  }
  return isLate() ? unasked() : modelOnly(`the kernel goes another way each of ${TRIES} times`);
}

function modelOnly(reason: string): OnKernel {
  return { result: 'model-only', reason, kernel: release() };
}

function unasked(): OnKernel {
  return { result: 'unavailable', reason: 'there was no time left', kernel: release() };
}

function viewOf(disposition: Disposition | undefined): (state: State) => KernelState {
  const known = new WeakMap<State, KernelState>();
  return (state) => {
    const view = known.get(state) ?? hostState(kernelOf(state), disposition);
    known.set(state, view);
    return view;
  };
}

/** What came of a turn: as planned; or as planned or otherwise, which look the same; or otherwise; or the two differ. */
type Made = 'planned' | 'either' | 'other' | OnKernel;

/** Undefined if the kernel has gone another way that the model allows as well. */
async function play(
  puppet: Puppet,
  { view, start }: Ordering,
  turns: readonly Turn[],
): Promise<OnKernel | undefined> {
  const machine = new ProtocolMachine(puppet, view(start.state));
  let made: Made = 'planned';
  let isUnclear = false;
  let at: Turn | undefined;
  try {
    await machine.start();
    const wrong = machine.differences(view(start.state));
    if (wrong.length > 0) return refuted(undefined, wrong);
    for (at of turns) {
      // A step that ends the run is judged by the model, on a state in which both have agreed.
      if (at.after === undefined || at.next === undefined) break;
      made = await make(machine, view, at, { before: view(at.before.state), after: view(at.after) });
      if (made === 'other') return undefined;
      if (typeof made !== 'string') break;
      isUnclear ||= made === 'either';
    }
  } catch (error) {
    if (!(error instanceof Strange)) throw error;
    made = refuted(at, [{ what: 'the kernel', model: 'something else', kernel: error.message }]);
  }
  if (isUnclear) return modelOnly('the kernel does not show which of two ways it goes');
  if (typeof made !== 'string') return made;
  const reason = `${plural(turns.length, 'turn')}, ${plural(machine.commands, 'step')} of real tasks`;
  return { result: 'confirmed', reason, kernel: release() };
}

/** Makes one turn, and compares. */
async function make(
  machine: ProtocolMachine,
  view: Ordering['view'],
  turn: Turn,
  states: Pick<Head, 'before' | 'after'>,
): Promise<Made> {
  const next = turn.next!;
  const after = turn.results.map(({ state }) => view(state));
  if (!(await machine.perform({ ...turn, ...states }, view(next.state), after))) return 'planned';
  await goOn(machine, next);
  const differs = ({ state, returned }: Moment) => machine.differences(view(state), states.before, returned);
  const differences = differs(next);
  const key = JSON.stringify([next.state, next.isBroken]);
  const isOther = turn.results.some(
    (one) => JSON.stringify([one.state, one.isBroken]) !== key && differs(one).length === 0,
  );
  if (differences.length === 0) return isOther ? 'either' : 'planned';
  if (isOther) return 'other';
  const why = machine.distortion();
  return why === '' ? refuted(turn, differences) : modelOnly(why);
}

/** Those whose calls have come back may ask more at once. */
async function goOn(machine: ProtocolMachine, { asks, returned }: Moment): Promise<void> {
  for (const [task, calls] of Object.entries(asks))
    if (machine.result(task) === returned[task]) await machine.goOn(task, calls);
  if (Object.keys(asks).length > 0) await machine.look();
}

function refuted(turn: Turn | undefined, differences: readonly Difference[]): OnKernel {
  const [first] = differences;
  const where = turn === undefined ? 'at the start' : `at step ${turn.number}, ${turn.slot}:${turn.label}`;
  const told =
    first === undefined ? '' : `: ${first.what} ${first.model} in the model, ${first.kernel} in the kernel`;
  return { result: 'refuted', reason: `${where}${told}`, kernel: release(), differences };
}

/** The failures that the run rests on and that no kernel was asked for. */
function emulated(system: System, last: State): string {
  const names = system.faults(last).filter((name) => /^(clone|alloc|sigmask)-/.test(name));
  return names.length === 0 ? '' : `; ${names.join(' and ')} is emulated, no call is made to fail`;
}
