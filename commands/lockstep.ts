/**
 * The model at the grain of a tracer: one turn lets one held task go, and ends when all are held or asleep again.
 *
 * What happens within a turn, and in which order, nobody can choose; so a turn has all states as results that the steps
 * in between can lead to, and the kernel shows one of them.
 */
import { choicesOf } from '../checker/run.js';
import type { KernelState } from '../model/kernel/state.js';
import type { State, System } from '../model/system.js';
import { rulesShown } from './coverage.js';
import { isHeld, isKilled, kernelOf, withoutSignalsForOthers } from '../model/x86_64/stops.js';

/** A held task that can move, and the step it would take. */
export interface Turn {
  readonly name: string;
  readonly label: string;
}

const MOST_STATES = 50_000;

export class TooManyStates extends Error {
  override readonly name = 'TooManyStates';
}

/** A state in which all are at rest, and the rules that the steps to it show. */
export interface Resting {
  readonly state: State;
  readonly rules: readonly string[];
}

export class Turns {
  private readonly found = new Map<string, readonly Resting[]>();

  constructor(readonly system: System) {}

  /** Who can be let go in this state. */
  turns(state: State): Turn[] {
    return this.system.slots.flatMap(({ name }, slot) => {
      if (!isHeld(kernelOf(state), name)) return [];
      const [first] = choicesOf(this.system, state, slot);
      if (first === undefined) return [];
      const turn = { name, label: first.label };
      return this.results(state, turn).length === 0 ? [] : [turn];
    });
  }

  /** The states in which all are at rest again, each once. Empty if the task cannot take this step. */
  after(state: State, turn: Turn): State[] {
    return this.results(state, turn).map((result) => result.state);
  }

  /** As `after`, with what the way there shows: of several ways, the shortest. */
  results(state: State, { name, label }: Turn): readonly Resting[] {
    const key = `${name} ${label} ${JSON.stringify(state)}`;
    let found = this.found.get(key);
    if (found !== undefined) return found;
    if (this.found.size > MOST_STATES) throw new TooManyStates(`more than ${MOST_STATES} turns`);
    const slot = this.system.slots.findIndex((one) => one.name === name);
    const steps = isHeld(kernelOf(state), name) ? choicesOf(this.system, state, slot) : [];
    const dying = heldInExit(kernelOf(state));
    found = this.settle(
      dying,
      steps
        .filter((step) => step.label === label)
        .map((step) => ({ state: step.state, rules: rulesShown(state, name, step) })),
    );
    this.found.set(key, found);
    return found;
  }

  /**
   * Lets all go on that nobody holds, in every order. `before`: who is held in exit, and cannot be killed now: of those
   * who are, only the ones that were not dying already are held there.
   */
  private settle(before: readonly HeldInExit[], first: readonly Resting[]): Resting[] {
    const seen = new Map(first.map((one) => [JSON.stringify(one.state), one]));
    const resting: Resting[] = [];
    // A Map goes on with what is added while it is gone through.
    for (const one of seen.values()) {
      const { state } = one;
      const s = kernelOf(state);
      let mustMove = false;
      for (const [slot, { name }] of this.system.slots.entries()) {
        if (isHeld(s, name)) continue;
        const steps = choicesOf(this.system, state, slot);
        mustMove ||= steps.length > 0 && !this.maySleepOn(s, name, slot);
        for (const step of steps) {
          const key = JSON.stringify(step.state);
          if (seen.has(key)) continue;
          const rules = [...new Set([...one.rules, ...rulesShown(state, name, step)])];
          seen.set(key, { state: step.state, rules });
        }
      }
      if (!mustMove && isPossible(s) && !before.some((held) => isKilledAgain(s, held))) resting.push(one);
    }
    return resting;
  }

  /** Does a task move only for a signal that another thread may take instead? */
  private maySleepOn(s: KernelState, name: string, slot: number): boolean {
    const without = withoutSignalsForOthers(s, name);
    return without !== undefined && choicesOf(this.system, without, slot).length === 0;
  }
}

/**
 * Which code becomes that of a process is settled before its threads can be held in exit (synchronize_group_exit comes
 * before PTRACE_EVENT_EXIT, 6.18). So a thread cannot begin to exit while another is held there.
 */
function isPossible({ task, signal }: KernelState): boolean {
  const exiting = Object.values(task).filter(
    ({ pc, group_leader }) => pc === 'exit/K6' && signal[group_leader]!.group_exit === '',
  );
  return new Set(exiting.map(({ group_leader }) => group_leader)).size === exiting.length;
}

/** A task that is held as it exits, of a group that is not ending as a whole. */
interface HeldInExit {
  readonly name: string;
  readonly leader: string;
  readonly killed: boolean;
}

function heldInExit(s: KernelState): HeldInExit[] {
  return Object.entries(s.task).flatMap(([name, { pc, group_leader: leader }]) => {
    const killed = isKilled(s, name);
    const isHeld = (pc === 'exit/K6' || killed) && s.signal[leader]!.group_exit === '';
    return isHeld ? [{ name, leader, killed }] : [];
  });
}

/** A SIGKILL would not leave it where the tracer holds it. */
function isKilledAgain(s: KernelState, { name, leader, killed }: HeldInExit): boolean {
  return s.signal[leader]!.group_exit === '' ? !killed && isKilled(s, name) : isKilled(s, name);
}
