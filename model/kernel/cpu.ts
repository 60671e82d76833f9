/** What a step of a task sees: the state, who it is, and the calls to read, choose, block and fail. */
import { releaseRules, type Rules } from '../platforms.js';
import type { Move } from '../system.js';
import type { Call } from './calls.js';
import type { KernelState, Sig, Task } from './state.js';

/** What happened to the exit notification of a child. */
export type Fate = 'queued' | 'ignored' | 'merged';

/** What a protocol tells the kernel about the machine it runs on. */
export interface Machine<S extends KernelState> {
  /** Names of all task slots, in the order in which they can come to life. */
  readonly tasks: readonly string[];
  /** Those of them that begin as processes of their own. The others may be threads; all may, unless told. */
  readonly processes?: readonly string[];
  /** In which object a word lives; a word that is not named is always there. */
  readonly objectOf: Readonly<Record<string, string>>;
  /** The rules of its kernel; those of the default release unless told. */
  readonly rules?: Rules;
  /** Can a program see what number a task passed to exit, or which signal killed it? Else nobody keeps it. */
  readonly keepsStatus?: boolean;
  /** Can a signal be sent to a leader that is dead before its threads are? Else nobody keeps its mask. */
  readonly keepsMask?: boolean;
  /** How many real-time signals may be queued (RLIMIT_SIGPENDING); absent means no limit. SIG-3 */
  readonly sigpending?: number;
  /** Whose group is the init of its pid namespace, which nobody may be made a sibling of. CLONE-4 */
  readonly unkillable?: readonly string[];
  /**
   * What the kernel is told to do with a signal, where the leaf holds what the guest wants (QEMU's own handlers): an
   * action, and after it the SA_ flags, each with a `+` before it.
   */
  disposition?(sig: Sig, wanted: string): string;
  /** A signal has reached the handler of a task. Without it nobody has a handler. */
  handler?(k: Cpu<S>, sig: Sig, si_code: string, si_pid: number): void;
  /** Ghost: the exit notification of `child` was sent; `pending` is the signal it merged into. */
  notified?(k: Cpu<S>, child: string, sig: Sig, fate: Fate, pending: string): void;
  /** Ghost: a pending signal was dropped because its disposition is to ignore it. */
  discarded?(k: Cpu<S>, sig: Sig, si_code: string, si_pid: number): void;
  /** Ghost: the kernel will leave the CHILD_CLEARTID word of this task alone, if it has one. */
  spared?(k: Cpu<S>, name: string): void;
  /** The objects that user code of this task cannot run without: its stack, its TLS image. */
  standsOn(k: Cpu<S>): readonly string[];
  /** May this fault strike (again)? */
  allows(k: Cpu<S>, fault: string): boolean;
}

const DEFAULT_RULES = releaseRules();

export class Cpu<S extends KernelState = KernelState> {
  jumped = false;
  skipped = 0;
  /** Set for the steps of a later round, see `inRounds`. */
  suffix = '';
  private said = '';

  constructor(
    readonly s: S,
    readonly me: string,
    readonly move: Move,
    readonly machine: Machine<S>,
  ) {}

  get t(): Task {
    return this.task(this.me);
  }

  /** The rules of this kernel's release. */
  get rules(): Rules {
    return this.machine.rules ?? DEFAULT_RULES;
  }

  task(name: string): Task {
    const task = this.s.task[name];
    if (task === undefined) throw new Error(`no task slot ${name}`);
    return task;
  }

  /** Goes to a label of the same round instead of to the next step. */
  goto(label: string): void {
    this.resume(this.label(label));
  }

  /** The label as `Task.pc` has it. The kernel's way to end a task is the same in every round. */
  label(name: string): string {
    return name.startsWith('exit/') ? name : `${name}${this.suffix}`;
  }

  /** Goes to a label as `Task.pc` has it. */
  resume(label: string): void {
    this.t.pc = label;
    this.jumped = true;
  }

  /** Passes over so many of the steps that follow: a system call that returns without sleeping, say. */
  skip(steps: number): void {
    this.skipped = steps;
  }

  block(): never {
    return this.move.block();
  }

  /** What a trace prints for this step; the last call wins. */
  says(text: string): void {
    this.said = text;
    this.move.says(text);
  }

  /** Adds to what the step has said already. */
  adds(text: string): void {
    this.says(this.said === '' ? text : `${this.said}; ${text}`);
  }

  /** The step asks this of the kernel; the model goes by what its own kernel makes of it. */
  calls(call: Call): void {
    this.move.calls(call);
  }

  /** What this task asked of the kernel comes back with this: the name of a task, an error, a number, a signal. */
  returns(result: string): void {
    this.move.returns(result);
  }

  /** A fault of this kind strikes here, or does not. */
  fault(name: string): boolean {
    if (!this.machine.allows(this, name)) return false;
    if (this.move.choose(2) === 0) return false;
    this.s.faults = [...this.s.faults, name].toSorted();
    return true;
  }
}
