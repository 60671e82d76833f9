/**
 * The simplest runs on which something is owed all the way from some state on: Dijkstra's algorithm on what a run is
 * at, which is a state, whether it is owed there, and the slot that moved last. It is asked only when such runs exist.
 */
import type { Graph } from './graph.js';
import { IntList } from './layers.js';
import type { Action } from './result.js';

export interface Stem {
  readonly state: number;
  readonly turns: number;
  readonly steps: number;
  /** The run; made when it is called, so that one need not keep what is not shown. */
  path(): Action[];
}

export interface Debt {
  /** Whether it is owed in a state, given whether it was in the state before. */
  isOwed(state: number, before: boolean): boolean;
  /** Called with each state in which it is owed, the simplest run first; true ends the search. */
  onOwed(stem: Stem): boolean;
}

export class Stems {
  private readonly graph: Graph;
  private readonly debt: Debt;
  /** The most turns. */
  private readonly depth: number;
  private readonly slots: number;
  /** One bit for each place: those whose simplest run is known. */
  private readonly settled: Uint32Array;
  /** Of each run: its place, the run it continues (-1 for none), and the end of its last step. */
  private readonly places = new IntList();
  private readonly befores = new IntList();
  private readonly ends = new IntList();
  /** Runs by their steps, of this number of turns and of one more. */
  private now: IntList[] = [];
  private later: IntList[] = [];

  constructor(graph: Graph, debt: Debt, depth: number) {
    this.graph = graph;
    this.debt = debt;
    this.depth = depth;
    this.slots = graph.space.slots.length;
    this.settled = new Uint32Array(Math.ceil((graph.space.table.count * 2 * (this.slots + 1)) / 32));
  }

  /** Looks until `onOwed` or `breathe` ends it. */
  async run(breathe: () => Promise<boolean>): Promise<void> {
    this.push(this.now, 0, this.placeOf(0, this.debt.isOwed(0, false), -1), -1, -1);
    for (let turns = 0; this.now.length > 0; turns++, [this.now, this.later] = [this.later, []]) {
      for (let steps = 0; steps < this.now.length; steps++) {
        const runs = this.now[steps] ?? new IntList();
        for (let i = 0; i < runs.length; i++) {
          if (i % 4096 === 0 && !(await breathe())) return;
          if (this.settle(runs.at(i), turns, steps)) return;
        }
      }
    }
  }

  /** Answers whether the search is over. */
  private settle(run: number, turns: number, steps: number): boolean {
    const { graph, debt, slots, settled } = this;
    const place = this.places.at(run);
    if ((settled[place >>> 5]! & (1 << (place & 31))) !== 0) return false;
    settled[place >>> 5]! |= 1 << (place & 31);
    const last = (place % (slots + 1)) - 1;
    const node = Math.floor(place / (slots + 1));
    const [state, owed] = [node >>> 1, (node & 1) !== 0];
    if (owed && debt.onOwed({ state, turns, steps, path: () => this.pathOf(run) })) return true;
    graph.visit(state);
    for (let slot = 0; slot < slots; slot++) {
      if (slot !== last && turns >= this.depth) continue;
      const queue = slot === last ? this.now : this.later;
      graph.eachMove(slot, (next, end) => {
        const to = this.placeOf(next, debt.isOwed(next, owed), slot);
        if ((settled[to >>> 5]! & (1 << (to & 31))) === 0) this.push(queue, steps + 1, to, run, end);
      });
    }
    return false;
  }

  private placeOf(state: number, owed: boolean, last: number): number {
    return (2 * state + Number(owed)) * (this.slots + 1) + last + 1;
  }

  private push(queue: IntList[], steps: number, place: number, before: number, end: number): void {
    (queue[steps] ??= new IntList()).push(this.places.length);
    this.places.push(place);
    this.befores.push(before);
    this.ends.push(end);
  }

  private pathOf(run: number): Action[] {
    const actions: Action[] = [];
    for (let at = run; this.befores.at(at) >= 0; at = this.befores.at(at)) {
      const slot = (this.places.at(at) % (this.slots + 1)) - 1;
      actions.push({ slot, choices: this.graph.space.endingOf(slot, this.ends.at(at)).choices });
    }
    return actions.toReversed();
  }
}
