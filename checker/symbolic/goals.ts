/** What a run is to lead to. */
import type { Action, Cause } from '../result.js';
import type { Vector } from '../schema.js';
import type { SlotWays, Way } from './ways.js';

/** What shows a cause: a state of a set, or a step into one. */
export interface Goal {
  states: number;
  /** Where the step is taken that leads into such a state, if it takes one. */
  from: number;
  /** The step is one of some ways of a slot. */
  readonly step: { readonly slot: SlotWays; readonly ways: readonly Way[] } | undefined;
  /** Of a state that shows it only if something is owed all the way to there. */
  readonly owed: Owed | undefined;
}

/** What is owed from some state on. */
export interface Owed {
  /** The states in which it is asked for: the run may begin to owe there. */
  readonly asked: number;
  /** Where it is owed within 0, 1, 2, ... turns. */
  readonly layers: readonly number[];
  /** Makes as many layers as the search has, which are given; and if these are all, as many as there are. */
  extend(free: readonly number[], areAll: boolean): Promise<void>;
  /**
   * One lap of a fair run that goes round for ever, from a state of it. If none does, all the states that it could have gone
   * through; undefined if there was no time to find out.
   */
  lapFrom(start: Vector): Promise<Action[] | number | undefined>;
}

/** What goals have in common. */
export interface Wanted {
  readonly property: string;
  readonly cause: Cause;
  readonly goals: readonly Goal[];
}
