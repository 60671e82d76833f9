/**
 * What the checker can check: an initial state, slots that move it, and properties that judge it.
 *
 * This file is the whole contract between the model and the checker. It is the only file of `model/`
 * that `checker/` imports.
 */

/**
 * A state is plain data of a fixed shape: objects, arrays of objects of fixed length, and leaves.
 * A leaf is a string, a number, a boolean, or an array of such (a bounded queue or a sorted set, taken as one
 * value). There is no `null`, `undefined`, function, Map, Set or Date inside, and no field comes or goes.
 */
export type State = { readonly [field: string]: unknown };

/** What a step is given besides the draft of the state. Everything a step does goes through the draft and this. */
export interface Move {
  /** One of the alternatives 0 .. n-1 (n >= 1). This is the only source of nondeterminism there is. */
  choose(n: number): number;
  /** The slot cannot move in this state. Only before the first write. Does not return. */
  block(): never;
  /** The step breaks the property named, on the object named, and the path ends here. Does not return. */
  fail(property: string, object: string): never;
  /** The step breaks the property named, on the object named, and the run goes on (as after `abort()`). At most once a step. */
  violate(property: string, object: string): void;
  /** Names the step: its label, unique within the slot, and the row of the original that it stands for. Called first. */
  at(label: string, row: string): void;
  /** An event happened that puts to the test each property whose witness bears this name. */
  event(name: string): void;
  /** What a trace prints for this step, as a line of strace would. The last call wins. Never influences the step. */
  says(text: string): void;
  /** The step asks this of the kernel: data for who has a real kernel to ask. Never influences the step. */
  calls(call: object): void;
  /** What the slot asked of the kernel comes back with this. The last call wins. Never influences the step. */
  returns(result: string): void;
}

/**
 * Whoever can move: a task, or an actor of the environment, which is never obliged to.
 * `step` is a pure function: in the same state, with the same choices, it does the same.
 * It may read the draft, choose, block, write, or fail; nothing else.
 */
export interface Slot<S extends State = State> {
  readonly name: string;
  readonly kind: 'task' | 'environment';
  step(draft: S, move: Move): void;
}

/** What a predicate answers: `''` where the property holds, else the name of the object that breaks it. */
export type Broken = string;

interface Promised {
  readonly name: string;
  /** One sentence in the present tense. */
  readonly sentence: string;
  /** It says something only of a run in which one of these may be chosen; without this, of every run. */
  readonly needs?: readonly string[];
  /** It takes time, and is judged only where it is asked for by name. */
  readonly onRequest?: true;
  /** The event (see `Move.event`) that puts the property to the test; if it never happens, the verdict is `vacuous`. */
  readonly witness: string;
}

/** No step fails with this name. */
export interface StepProperty extends Promised {
  readonly kind: 'step';
}

/** Answers `''` where something holds, else the name of the object that breaks it. */
export interface Predicate<S extends State = State> {
  broken(state: S): Broken;
}

/** `always`: in every state. `finally`: in every state in which no task can move. */
export interface StateProperty<S extends State = State> extends Promised, Predicate<S> {
  readonly kind: 'always' | 'finally';
  /**
   * The same in parts: `broken` answers what the first of them answers that does not answer `''`. They are the same in every state of a
   * system. Who asks after each step needs to ask only those parts whose leaves the step writes.
   */
  parts?(state: S): readonly Predicate<S>[];
}

/**
 * From each state in which `when` is true, or without it from the start, every fair run comes to a state in which the
 * property is not broken. Fair (weakly): a task that can move in every state from some point on moves again. Nothing is
 * owed to the environment. A run that ends goes on for ever in the state in which no task can move.
 */
export interface EventualProperty<S extends State = State> extends Promised {
  readonly kind: 'eventually';
  /** `''` where what is waited for has come, else the name of who waits. */
  broken(state: S): Broken;
  when?(state: S): boolean;
}

export type Property<S extends State = State> = StepProperty | StateProperty<S> | EventualProperty<S>;

/** A step as the coverage report knows it. */
export interface StepInfo {
  readonly slot: string;
  readonly label: string;
  readonly row: string;
  /** Why no run takes this step, where that is known and meant. */
  readonly neverTaken?: string;
}

/** What the checker is handed. */
export interface System<S extends State = State> {
  readonly name: string;
  readonly initial: S;
  readonly slots: readonly Slot<S>[];
  readonly properties: readonly Property<S>[];
  /** Every step there is, for the coverage report. May be empty. */
  readonly steps: readonly StepInfo[];
  /** The kinds of faults that have struck in this state, sorted, one entry a strike. Never shrinks along a run. */
  faults(state: S): readonly string[];
}
