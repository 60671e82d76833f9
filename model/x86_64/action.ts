/** What a real task is made to do, what came of it, and why it cannot be. */

/** What is to be done is beyond what can be made of real tasks here; the reason, in one line. */
export class NotDriven extends Error {
  override readonly name = 'NotDriven';
}

/** A real task does something that nothing in the model can be. */
export class Strange extends Error {
  override readonly name = 'Strange';
}

/** What a task is made to do, and how its result reads. */
export interface Action {
  /** Without the number of the task: `call 39`. */
  readonly command: string;
  /** The line of its program, where a task can be made to do the same twice. */
  readonly line?: number;
  /** Whom it makes, if it makes a task. */
  readonly creates?: string;
  /** It is to end by a signal of its own making. */
  readonly diesBySignal?: boolean;
  /** Results by the names of the registers they are for. Called when it has returned. */
  readonly results?: (
    ret: number,
  ) => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;
}

/** A signal as a task took it. */
export interface Taken {
  readonly sig: string;
  readonly code: string;
  /** Who sent it: a task, `init`, or `kernel`. */
  readonly from: string;
}

/** The first task: the parent of those there are at the start, and the reaper of last resort. */
export const ROOT = 'init';
