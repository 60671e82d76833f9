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
  /** One bit for each node and slot that may have moved last: those whose simplest run is known. */
  private readonly settled: Uint32Array;
  /** Of each run: twice the state, and one more if it is owed there; who moved last, or -1; */
  private readonly nodes = new IntList();
  private readonly lasts = new IntList();
  /** the run it continues, or -1; and the end of its last step. */
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
    this.push(this.now, 0, Number(this.debt.isOwed(0, false)), -1, -1, -1);
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
    const { graph, debt, slots } = this;
    const [node, last] = [this.nodes.at(run), this.lasts.at(run)];
    if (this.isSettled(node, last)) return false;
    this.setSettled(node, last);
    const [state, owed] = [node >>> 1, (node & 1) !== 0];
    if (owed && debt.onOwed({ state, turns, steps, path: () => this.pathOf(run) })) return true;
    graph.visit(state);
    for (let slot = 0; slot < slots; slot++) {
      if (slot !== last && turns >= this.depth) continue;
      const queue = slot === last ? this.now : this.later;
      graph.eachMove(slot, (next, end) => {
        const to = 2 * next + Number(debt.isOwed(next, owed));
        if (!this.isSettled(to, slot)) this.push(queue, steps + 1, to, slot, run, end);
      });
    }
    return false;
  }

  private isSettled(node: number, last: number): boolean {
    const bit = node * (this.slots + 1) + last + 1;
    return (this.settled[Math.floor(bit / 32)]! & (1 << (bit % 32))) !== 0;
  }

  private setSettled(node: number, last: number): void {
    const bit = node * (this.slots + 1) + last + 1;
    this.settled[Math.floor(bit / 32)]! |= 1 << (bit % 32);
  }

  private push(
    queue: IntList[],
    steps: number,
    node: number,
    last: number,
    before: number,
    end: number,
  ): void {
    (queue[steps] ??= new IntList()).push(this.nodes.length);
    this.nodes.push(node);
    this.lasts.push(last);
    this.befores.push(before);
    this.ends.push(end);
  }

  private pathOf(run: number): Action[] {
    const actions: Action[] = [];
    for (let at = run; this.befores.at(at) >= 0; at = this.befores.at(at)) {
      const slot = this.lasts.at(at);
      actions.push({ slot, choices: this.graph.space.endingOf(slot, this.ends.at(at)).choices });
    }
    return actions.toReversed();
  }
}
