/**
 * A recorded run in an order in which a tracer can make it.
 *
 * A run of the model may go over to another task where no tracer can hold the first, in the middle of an exit, say. The
 * same steps often lead to the same end in another order: each task keeps the order of its own steps, and whoever has been let
 * go takes all that nobody can hold up, also steps that the recorded run had no need of.
 */
import { apply, choicesOf, type Applied } from '../checker/run.js';
import type { Action } from '../checker/result.js';
import type { KernelState } from '../model/kernel/state.js';
import type { State, System } from '../model/system.js';
import { resurrected } from '../model/x86_64/host.js';
import { isHeld, kernelOf } from '../model/x86_64/stops.js';
import { isReached, type Goal } from './goal.js';
import { settle, TooManyStates } from './lockstep.js';

/** A state on the way, with how much of the recorded run has been made. */
export interface Moment {
  readonly state: State;
  /** How many of its recorded steps each slot has made. */
  readonly made: readonly number[];
  /** Somebody has taken a step that is not the next one recorded. */
  readonly isLost: boolean;
  /** The run has come to its end, and has broken the promise that it broke as recorded. */
  readonly isBroken: boolean;
  /** What calls came back with in this turn, by task, and what those tasks ask then. */
  readonly returned: Readonly<Record<string, string>>;
  readonly asks: Readonly<Record<string, readonly object[]>>;
}

/** A held task or somebody outside takes a step, and all go on until they are held again. */
export interface Turn {
  readonly slot: string;
  /** Of the step: where it stands in the recorded run, from 1, and what it is. */
  readonly number: number;
  readonly label: string;
  readonly calls: readonly object[];
  readonly before: Moment;
  /** The state right after the step; undefined if it breaks the promise and the run ends with it. */
  readonly after: State | undefined;
  /** Where the model can be when all are at rest. */
  readonly results: readonly Moment[];
  /** That of them which the order goes on from; undefined where the run has ended. */
  readonly next: Moment | undefined;
}

interface Recorded extends Action {
  readonly label: string;
  /** Its place in the recorded run, from 0. */
  readonly index: number;
}

/** How many moments are looked at, at the most, before it is said that there is no such order. */
const MOST_MOMENTS = 4000;

export class Ordering {
  private readonly recorded: readonly (readonly Recorded[])[];
  private readonly length: number;
  private readonly names: readonly string[];

  /** `view`: the state as the kernel has it. `path` goes with the labels of its steps. */
  constructor(
    readonly system: System,
    readonly view: (state: State) => KernelState,
    path: readonly Action[],
    labels: readonly string[],
    private readonly goal: Goal | undefined,
  ) {
    const steps = path.map((action, index): Recorded => ({ ...action, label: labels[index]!, index }));
    this.recorded = system.slots.map((_, slot) => steps.filter((step) => step.slot === slot));
    this.length = path.length;
    this.names = system.slots.map(({ name }) => name);
  }

  get start(): Moment {
    const { initial } = this.system;
    const made = this.names.map(() => 0);
    const isBroken = this.length === 0;
    return { state: initial, made, isLost: false, isBroken, returned: {}, asks: {} };
  }

  /** The turns of an order that a tracer can make; undefined if none is found. `until`: when to give up, as of `performance.now`. */
  find(until: number): readonly Turn[] | undefined {
    const seen = new Set<string>();
    const turns: Turn[] = [];
    const visit = (moment: Moment): boolean => {
      if (moment.isBroken) return true;
      const key = keyOf(moment);
      if (seen.has(key) || performance.now() > until) return false;
      if (seen.size >= MOST_MOMENTS)
        throw new TooManyStates(`no order that a tracer can make among ${MOST_MOMENTS} moments`);
      seen.add(key);
      for (const turn of this.turns(moment)) {
        for (const next of this.endings(turn)) {
          turns.push({ ...turn, next });
          if (next === undefined || visit(next)) return true;
          turns.pop();
        }
      }
      return false;
    };
    return visit(this.start) ? turns : undefined;
  }

  /** Where a turn can lead: to the end of the run, or to moments in which no more is done than was recorded. */
  private endings({ after, results }: Turn): readonly (Moment | undefined)[] {
    if (after === undefined) return [undefined];
    return results.filter(({ isLost, isBroken }) => isBroken || !isLost);
  }

  /** The turns that can begin here with a recorded step, the earliest recorded first. */
  private turns(before: Moment): Turn[] {
    return this.recorded
      .flatMap((steps, slot) => steps[before.made[slot]!] ?? [])
      .filter(({ slot }) => isHeld(this.view(before.state), this.names[slot]!))
      .toSorted((a, b) => a.index - b.index)
      .flatMap((step) => this.begin(before, step));
  }

  private begin(before: Moment, step: Recorded): Turn[] {
    const start: Moment = { ...before, returned: {}, asks: {} };
    return this.applied(before.state, step).flatMap((applied): Turn[] => {
      const turn = {
        slot: this.names[step.slot]!,
        number: step.index + 1,
        label: step.label,
        calls: applied.calls,
        before,
        next: undefined,
      };
      const isLast = sum(before.made) + 1 === this.length;
      if (applied.failure?.ends)
        return isLast && isReached(this.system, this.goal, applied)
          ? [{ ...turn, after: undefined, results: [] }]
          : [];
      const moment = this.take(start, step.slot, applied);
      // What the first step asks is made with it; what comes back then has no more to ask.
      const head: Moment = { ...moment, asks: {} };
      return [{ ...turn, after: applied.state, results: this.settle(before.state, head) }];
    });
  }

  /** What a recorded step can be here: the same choices are made where it is asked as often. */
  private applied(state: State, { slot, choices, label }: Recorded): Applied[] {
    return choicesOf(this.system, state, slot).filter(
      (one) => one.label === label && fits(label, one.choices, choices),
    );
  }

  private settle(before: State, head: Moment): readonly Moment[] {
    return settle<Moment>(before, [head], {
      system: this.system,
      view: this.view,
      stateOf: ({ state }) => state,
      keyOf,
      steps: (moment, slot) =>
        choicesOf(this.system, moment.state, slot).map((step) => this.go(moment, slot, step)),
    });
  }

  /** A step within the kernel. Whether somebody has freed what it stores to is nothing to the kernel: it goes on. */
  private go(moment: Moment, slot: number, applied: Applied): Moment {
    const next = this.take(moment, slot, applied);
    if (!applied.failure?.ends) return next;
    const state = { ...moment.state, ...resurrected(kernelOf(moment.state), applied.failure.object) };
    return { ...next, state: apply(this.system, state, { slot, choices: applied.choices }).state };
  }

  private take(moment: Moment, slot: number, applied: Applied): Moment {
    const wanted = this.recorded[slot]![moment.made[slot]!];
    const isNext = wanted?.label === applied.label && fits(wanted.label, applied.choices, wanted.choices);
    const made = isNext ? moment.made.with(slot, moment.made[slot]! + 1) : moment.made;
    const isLost = moment.isLost || (wanted !== undefined && !isNext);
    const isComplete = isNext && !isLost && sum(made) === this.length;
    const name = this.names[slot]!;
    const { returned, calls } = applied;
    return {
      state: applied.state,
      made,
      isLost,
      isBroken: moment.isBroken || (isComplete && isReached(this.system, this.goal, applied)),
      returned: returned === '' ? moment.returned : { ...moment.returned, [name]: returned },
      asks: returned === '' || calls.length === 0 ? moment.asks : { ...moment.asks, [name]: calls },
    };
  }
}

/** Which tid a new task gets does not matter, so that a fresh one will do wherever the run can do with it. */
function fits(label: string, choices: readonly number[], recorded: readonly number[]): boolean {
  if (choices.length !== recorded.length || /\/K2(@\d+)?$/.test(label)) return true;
  return choices.every((choice, index) => choice === recorded[index]);
}

function keyOf({ state, made, isLost, isBroken, returned }: Moment): string {
  return JSON.stringify([made, isLost, isBroken, returned, state]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
