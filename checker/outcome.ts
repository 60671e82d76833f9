/**
 * What one attempt at a step comes to: it moves, it is blocked, or it breaks a property.
 *
 * `block` and `fail` leave a step by throwing a sentinel that only this file knows. Anything else a step
 * throws is an error of the model, reported with the name of the step and never swallowed.
 */
import type { Move } from '../model/system.js';
import { withoutClocks } from './purity.js';

/** The model breaks the contract of `model/system.ts`. The message is one line that names the step or the field. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
}

export interface Failure {
  readonly property: string;
  readonly object: string;
  /** Whether the path ends here (`fail`) or goes on (`violate`). */
  readonly ends: boolean;
}

/** Everything an attempt tells besides the state it leaves behind. */
export interface Outcome {
  readonly blocked: boolean;
  /** What was answered to each `choose`, and out of how many. */
  readonly choices: readonly number[];
  readonly widths: readonly number[];
  readonly label: string;
  readonly row: string;
  readonly says: string;
  /** What the step asks of the kernel, in order, and what an earlier call came back with; '' for nothing. */
  readonly calls: readonly object[];
  readonly returned: string;
  readonly failure: Failure | undefined;
  /** Sorted, each name once. */
  readonly events: readonly string[];
}

export interface Attempt {
  /** The name of the slot, for messages. */
  readonly slot: string;
  /** Answers to the first calls of `choose`; further calls are answered 0. */
  readonly choices: readonly number[];
  /** Makes the step; `here` names it as far as it has named itself. */
  readonly body: (move: Move, here: () => string) => void;
  readonly onChoose?: (width: number, answer: number) => void;
}

const BLOCK = Symbol('block');
const FAIL = Symbol('fail');

export function attempt({ slot, choices, body, onChoose }: Attempt): Outcome {
  const answers: number[] = [];
  const widths: number[] = [];
  const events = new Set<string>();
  let [label, row, says, returned] = ['', '', '', ''];
  const calls: object[] = [];
  let failure: Failure | undefined;
  let ended: typeof BLOCK | typeof FAIL | undefined;
  const here = () => `step ${label === '' ? slot : `${slot}:${label}`}`;
  const refuse = (why: string): never => {
    throw new ModelError(`${here()} ${why}`);
  };
  const breaks = (next: Failure) => {
    if (failure !== undefined)
      refuse(`breaks two properties in one go: ${failure.property}, ${next.property}`);
    failure = next;
  };
  const move: Move = {
    choose(width) {
      if (!Number.isInteger(width) || width < 1) refuse(`chooses among ${String(width)} alternatives`);
      const answer = choices[answers.length] ?? 0;
      if (answer < 0 || answer >= width)
        refuse(`has ${width} alternatives, and the one asked for is ${answer}`);
      answers.push(answer);
      widths.push(width);
      onChoose?.(width, answer);
      return answer;
    },
    block() {
      ended = BLOCK;
      throw BLOCK;
    },
    fail(property, object) {
      breaks({ property, object, ends: true });
      ended = FAIL;
      throw FAIL;
    },
    violate(property, object) {
      breaks({ property, object, ends: false });
    },
    at(nextLabel, nextRow) {
      label = nextLabel;
      row = nextRow;
    },
    event(name) {
      events.add(name);
    },
    says(text) {
      says = text;
    },
    calls(call) {
      calls.push(call);
    },
    returns(result) {
      returned = result;
    },
  };
  let thrown: unknown;
  try {
    withoutClocks(refuse, () => body(move, here));
  } catch (error) {
    if (error instanceof ModelError) throw error;
    if (error !== BLOCK && error !== FAIL) {
      const message = error instanceof Error ? error.message : String(error);
      throw new ModelError(`${here()} threw: ${message}`, { cause: error });
    }
    thrown = error;
  }
  if (ended !== thrown) refuse('caught what block() or fail() threw, which is not its to catch');
  const blocked = ended === BLOCK;
  if (blocked && failure !== undefined) refuse('breaks a property and then blocks');
  if (!blocked && label === '') refuse('moves without naming itself: call move.at() first');
  return {
    blocked,
    choices: answers,
    widths,
    label,
    row,
    says,
    calls,
    returned,
    failure,
    events: [...events].toSorted(),
  };
}
