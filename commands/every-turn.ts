/** Walks that together make every turn of every state, as far as the kernel goes there. */
import type { State } from '../model/system.js';
import type { Turn, Turns } from './lockstep.js';

export class EveryTurn {
  private readonly made = new Set<Turn>();
  /** Turns after which the tracer was in the way. */
  private readonly closed = new Set<Turn>();
  private last: Turn | undefined;
  /** Has this walk made a turn that none before it has? */
  isNew = false;

  constructor(private readonly turns: Turns) {}

  /** Is there a turn left to make, behind this state or in it? `seen`: states that are being looked at already. */
  isOpen(state: State = this.turns.system.initial, seen = new Set<State>()): boolean {
    if (seen.has(state)) return false;
    seen.add(state);
    return this.turns.turns(state).some((turn) => this.leadsOn(state, turn, seen));
  }

  beginWalk(): void {
    this.isNew = false;
    this.last = undefined;
  }

  /** The next turn of a walk that has come to this state: a new one, or one on the way to a new one. */
  next(state: State, possible: readonly Turn[]): Turn | undefined {
    const seen = new Set<State>();
    this.last =
      possible.find((turn) => !this.made.has(turn)) ??
      possible.find((turn) => this.leadsOn(state, turn, seen)) ??
      possible[0];
    if (this.last === undefined) return undefined;
    this.isNew ||= !this.made.has(this.last);
    this.made.add(this.last);
    return this.last;
  }

  /** The walk could not go on after its last turn, and no other can. */
  close(): void {
    if (this.last !== undefined) this.closed.add(this.last);
  }

  private leadsOn(state: State, turn: Turn, seen: Set<State>): boolean {
    if (!this.made.has(turn)) return true;
    return !this.closed.has(turn) && this.turns.after(state, turn).some((next) => this.isOpen(next, seen));
  }
}
