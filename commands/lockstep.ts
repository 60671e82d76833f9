/**
 * The model at the grain of a tracer: one turn lets one held task go, and ends when all are held or asleep again.
 *
 * What happens within a turn, and in which order, nobody can choose; so a turn has all states as results that the steps
 * in between can lead to, and the kernel shows one of them.
 */
import { choicesOf, type Applied } from '../checker/run.js';
import type { KernelState } from '../model/kernel/state.js';
import type { State, System } from '../model/system.js';
import { isHeld } from '../model/x86_64/stops.js';

/** A held task that can move, and the step it would take. */
export interface Turn {
  readonly name: string;
  readonly label: string;
}

const MOST_STATES = 50_000;

export class TooManyStates extends Error {
  override readonly name = 'TooManyStates';
}

export class Turns {
  private readonly results = new Map<string, readonly State[]>();

  constructor(readonly system: System) {}

  /** Who can be let go in this state. */
  turns(state: State): Turn[] {
    return this.system.slots.flatMap(({ name }, slot) => {
      if (!isHeld(kernelOf(state), name)) return [];
      const [first] = choicesOf(this.system, state, slot);
      if (first === undefined) return [];
      const turn = { name, label: first.label };
      return this.after(state, turn).length === 0 ? [] : [turn];
    });
  }

  /** The states in which all are at rest again, each once. Empty if the task cannot take this step. */
  after(state: State, { name, label }: Turn): readonly State[] {
    const key = `${name} ${label} ${JSON.stringify(state)}`;
    let found = this.results.get(key);
    if (found !== undefined) return found;
    if (this.results.size > MOST_STATES) throw new TooManyStates(`more than ${MOST_STATES} turns`);
    const slot = this.system.slots.findIndex((one) => one.name === name);
    const steps = isHeld(kernelOf(state), name) ? choicesOf(this.system, state, slot) : [];
    found = this.settle(steps.filter((step) => step.label === label).map(stateOf));
    this.results.set(key, found);
    return found;
  }

  /** Lets all go on that nobody holds, in every order. */
  private settle(states: readonly State[]): State[] {
    const seen = new Map(states.map((state) => [JSON.stringify(state), state]));
    const resting: State[] = [];
    // A Map goes on with what is added while it is gone through.
    for (const state of seen.values()) {
      const next = this.system.slots.flatMap(({ name }, slot) =>
        isHeld(kernelOf(state), name) ? [] : choicesOf(this.system, state, slot).map(stateOf),
      );
      if (next.length === 0 && isPossible(kernelOf(state))) resting.push(state);
      for (const one of next) {
        const key = JSON.stringify(one);
        if (!seen.has(key)) seen.set(key, one);
      }
    }
    return resting;
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

function stateOf({ state }: Applied): State {
  return state;
}

/** Litmus tests and protocols alike have the kernel's fields in their state. */
export function kernelOf(state: State): KernelState {
  return state as KernelState;
}
