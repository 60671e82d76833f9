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

/** A state of a system, and what has been found out about it. */
interface Known {
  readonly state: State;
  turns?: readonly Turn[];
  readonly results: Map<string, readonly Resting[]>;
}

/** The turns of a system. Each state it answers with is one and the same object whenever it is come to, and so is each turn. */
export class Turns {
  private readonly byText = new Map<string, Known>();
  private readonly byState = new WeakMap<State, Known>();
  private found = 0;

  constructor(readonly system: System) {
    this.known(system.initial);
  }

  /** Who can be let go in this state. */
  turns(state: State): readonly Turn[] {
    const known = this.known(state);
    known.turns ??= this.system.slots.flatMap(({ name }, slot) => {
      if (!isHeld(kernelOf(state), name)) return [];
      const [first] = choicesOf(this.system, state, slot);
      if (first === undefined) return [];
      const turn = { name, label: first.label };
      return this.results(state, turn).length === 0 ? [] : [turn];
    });
    return known.turns;
  }

  /** The states in which all are at rest again, each once. Empty if the task cannot take this step. */
  after(state: State, turn: Turn): State[] {
    return this.results(state, turn).map((result) => result.state);
  }

  /** As `after`, with what the way there shows: of several ways, the shortest. */
  results(state: State, { name, label }: Turn): readonly Resting[] {
    const known = this.known(state);
    const key = `${name} ${label}`;
    let results = known.results.get(key);
    if (results !== undefined) return results;
    if (++this.found > MOST_STATES) throw new TooManyStates(`more than ${MOST_STATES} turns`);
    const slot = this.system.slots.findIndex((one) => one.name === name);
    const steps = isHeld(kernelOf(state), name) ? choicesOf(this.system, state, slot) : [];
    results = this.settle(
      state,
      steps
        .filter((step) => step.label === label)
        .map((step) => ({ state: step.state, rules: rulesShown(state, name, step) })),
    ).map((result) => ({ ...result, state: this.known(result.state).state }));
    known.results.set(key, results);
    return results;
  }

  private known(state: State): Known {
    const seen = this.byState.get(state);
    if (seen !== undefined) return seen;
    const text = JSON.stringify(state);
    const known = this.byText.get(text) ?? { state, results: new Map() };
    this.byText.set(text, known);
    this.byState.set(state, known);
    return known;
  }

  /** Lets all go on that nobody holds. `before`: the state in which the turn began. */
  private settle(before: State, first: readonly Resting[]): Resting[] {
    return settle(before, first, {
      system: this.system,
      view: kernelOf,
      stateOf: ({ state }) => state,
      keyOf: ({ state }) => JSON.stringify(state),
      steps: ({ state, rules }, slot) =>
        choicesOf(this.system, state, slot).map((step) => {
          const shown = rulesShown(state, this.system.slots[slot]!.name, step);
          return { state: step.state, rules: [...new Set([...rules, ...shown])] };
        }),
    });
  }
}

/** What `settle` has to know of whatever goes from step to step. */
export interface Steps<N> {
  readonly system: System;
  /** A state as the kernel has it. */
  view(state: State): KernelState;
  stateOf(node: N): State;
  keyOf(node: N): string;
  /** Where the steps lead that the slot of this index can take. */
  steps(node: N, slot: number): readonly N[];
}

/**
 * Lets all go on that nobody holds, in every order, until all are at rest. `before`: of those who are held in exit in that
 * state, only who was not dying already can be killed there.
 */
export function settle<N>(before: State, nodes: readonly N[], walk: Steps<N>): N[] {
  const dying = heldInExit(walk.view(before));
  const seen = new Map(nodes.map((node) => [walk.keyOf(node), node]));
  const resting: N[] = [];
  // A Map goes on with what is added while it is gone through.
  for (const node of seen.values()) {
    const s = walk.view(walk.stateOf(node));
    let mustMove = false;
    for (const [slot, { name }] of walk.system.slots.entries()) {
      if (isHeld(s, name)) continue;
      const next = walk.steps(node, slot);
      mustMove ||= next.length > 0 && !maySleepOn(walk, walk.stateOf(node), slot);
      for (const one of next) {
        const key = walk.keyOf(one);
        if (!seen.has(key)) seen.set(key, one);
      }
    }
    if (!mustMove && isPossible(s) && !dying.some((held) => isKilledAgain(s, held))) resting.push(node);
  }
  return resting;
}

/** Does a task move only for a signal that another thread may take instead? */
function maySleepOn<N>(walk: Steps<N>, state: State, slot: number): boolean {
  const { system } = walk;
  const without = withoutSignalsForOthers(walk.view(state), system.slots[slot]!.name);
  return without !== undefined && choicesOf(system, { ...state, signal: without.signal }, slot).length === 0;
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
