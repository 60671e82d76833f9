/**
 * The explicit engine: every state, breadth first by turns, exactly.
 *
 * Level k+1 is what one slot alone can reach from the states first reached at level k, for each slot. A state that
 * a slot has been expanded for, or has entered by itself, is closed for that slot, so each (state, slot) is walked
 * once. Within a level and a slot, states come in the order of their steps; so a state's steps are the fewest of
 * the runs with the fewest turns.
 */
import type { System } from '../model/system.js';
import type { Batch } from './batch.js';
import { Beyond } from './beyond.js';
import { findingsOf } from './findings.js';
import { FAILS, MOVES } from './footprint.js';
import type { Idle } from './idle.js';
import { Layers } from './layers.js';
import type { IntList } from './layers.js';
import { LIST_HEAD, MOVE_END, MOVE_KIND, MOVE_SIZE } from './moves.js';
import { isOutOfMemory } from './memory.js';
import { Pace } from './pace.js';
import { PARTS } from './parts.js';
import type { Parts } from './parts.js';
import type { Limits, SearchResult, Stopped } from './result.js';
import { Space } from './space.js';
import { CAN_MOVE } from './table.js';
import { Watch } from './watch.js';

/** Why an end was seen: within the bound, or in the one turn beyond it. */
const WITHIN = 1;
const BEYOND = 2;

/** `parts` is there for tests, see `parts.ts`. */
export async function explicit(
  system: System,
  limits: Limits = {},
  parts: Parts = PARTS,
): Promise<SearchResult> {
  return new Search(system, limits, parts).run();
}

/** A search and its states; where it was exhausted, the steps are learned as far as any reachable state needs. */
export interface Learned {
  readonly result: SearchResult;
  readonly space: Space;
}

/** Searches as `explicit` does, and hands out what was learned on the way. */
export async function learn(system: System, limits: Limits = {}): Promise<Learned> {
  const search = new Search(system, limits, PARTS);
  const result = await search.run();
  return { result, space: search.space };
}

class Search {
  readonly space: Space;
  private readonly watch: Watch;
  private readonly pace: Pace;
  private readonly layers: Layers;
  private readonly batch: Batch;
  private readonly idle: Idle;
  private readonly limits: Limits;
  private readonly isTask: readonly boolean[];
  private key = new Int32Array(0);
  private stopped: Stopped | undefined;
  private transitions = 0;
  private failures = 0;
  private deadlocks = 0;

  constructor(system: System, limits: Limits, parts: Parts) {
    this.pace = new Pace(limits);
    this.limits = limits;
    this.space = new Space(system, limits.depth, parts);
    this.watch = new Watch(this.space);
    this.layers = new Layers(this.space.table);
    this.batch = new parts.Batch(this.space);
    this.idle = new parts.Idle(this.space);
    this.isTask = system.slots.map(({ kind }) => kind === 'task');
  }

  async run(): Promise<SearchResult> {
    try {
      await this.search();
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      this.stopped = 'memory';
      this.layers.close();
    }
    return this.result(this.stopped ?? 'exhausted');
  }

  private async search(): Promise<void> {
    const { space, layers, limits } = this;
    space.moves.mark = WITHIN;
    this.begin();
    for (let turn = 1; this.stopped === undefined && layers.frontier > 0; turn++) {
      if (limits.depth !== undefined && turn > limits.depth) {
        this.stopped = (await this.isClosed()) ? 'exhausted' : (this.stopped ?? 'depth');
        break;
      }
      await this.closeIdle();
      for (let slot = 0; slot < space.slots.length && this.stopped === undefined; slot++)
        await this.closure(turn, slot);
      if (this.stopped === undefined) await this.judgeDeadlocks();
      layers.close();
    }
  }

  private begin(): void {
    const { space, watch } = this;
    const key = space.initialKey();
    const standing = watch.standings.of(key, 0);
    space.table.insert(key, 0, space.table.hash(key, 0), standing, 0, -1);
    watch.initial(standing);
  }

  /** Slots that can do nothing in a state of the last closed layer need not be asked one by one. */
  private async closeIdle(): Promise<void> {
    const { layers, idle } = this;
    if (!idle.isOfUse) return;
    for (let state = layers.oldest; state < layers.newest && this.stopped === undefined; state++) {
      if ((state & 1023) === 0) await this.breathe(layers.turn);
      this.load(state);
      idle.close(state, this.key);
    }
  }

  /** All that `slot` alone can reach from the last closed layer. */
  private async closure(turn: number, slot: number): Promise<void> {
    await this.layers.inOrder(
      async (states, depth, reached) => {
        for (let at = 0; at < states.length && this.stopped === undefined;) {
          at = this.expand(states, at, slot, turn, depth, reached);
          await this.breathe(turn);
        }
        return this.stopped === undefined;
      },
      (state) => this.closeFor(state, slot),
    );
  }

  /** Expands some states of one depth; answers where to go on. */
  private expand(
    states: IntList,
    from: number,
    slot: number,
    turn: number,
    depth: number,
    reached: IntList,
  ): number {
    const { space, watch, batch } = this;
    const { table } = space;
    const end = Math.min(states.length, from + 256);
    for (let at = from; at < end && this.stopped === undefined; at++) {
      const state = states.at(at);
      this.load(state);
      const list = space.moves.find(slot, this.key);
      const { cells } = space.moves;
      const count = cells[list]!;
      if (count === 0) continue;
      if (this.isTask[slot]) table.set(state, CAN_MOVE);
      for (let i = 0, move = list + LIST_HEAD; i < count; i++, move += MOVE_SIZE) {
        const kind = cells[move + MOVE_KIND]!;
        if (kind !== MOVES) {
          this.failures++;
          watch.failed(state, table.standingOf(state), slot, cells[move + MOVE_END]!, turn, depth + 1);
          if (kind === FAILS) continue;
        }
        while (!batch.add(state, this.key, move)) {
          this.flush(slot, turn, depth, reached);
          space.widen();
          this.load(state);
        }
      }
      if (batch.isFull) this.flush(slot, turn, depth, reached);
    }
    this.flush(slot, turn, depth, reached);
    return end;
  }

  /** Puts the key of a state into `key`. */
  private load(state: number): void {
    const { keys, table } = this.space;
    if (this.key.length !== keys.words) this.key = new Int32Array(keys.words);
    table.load(state, this.key);
  }

  /** Looks the successors of some states of one depth up, and adds those that are new. */
  private flush(slot: number, turn: number, depth: number, reached: IntList): void {
    const { batch, layers, watch, limits } = this;
    const { table } = this.space;
    const maxStates = limits.maxStates ?? Infinity;
    const count = batch.take();
    for (let i = 0; i < count && this.stopped === undefined; i++) {
      const { words, hashes } = batch;
      const at = i * batch.width;
      const [from, end] = [batch.from[i]!, batch.ends[i]!];
      const before = table.standingOf(from);
      let next = table.find(words, at, hashes[i]!);
      if (next < 0) {
        if (table.count >= maxStates) {
          this.stopped = 'states';
          return;
        }
        const standing = watch.standings.after(before, slot, end, words, at);
        next = table.insert(words, at, hashes[i]!, standing, depth + 1, slot);
        table.set(next, 1 + slot);
        reached.push(next);
      } else {
        if (next >= layers.newest) table.shorten(next, depth + 1, slot);
        if (this.closeFor(next, slot)) reached.push(next);
      }
      this.transitions++;
      const after = table.standingOf(next);
      if (before !== after) watch.moved(from, before, after, slot, end, turn, depth + 1);
    }
  }

  /** Closes a state for a slot; answers whether it was open. */
  private closeFor(state: number, slot: number): boolean {
    const { table } = this.space;
    if (table.has(state, 1 + slot)) return false;
    table.set(state, 1 + slot);
    return true;
  }

  /** Every slot has now been expanded in the states of the last closed layer. */
  private async judgeDeadlocks(): Promise<void> {
    const { space, layers, watch } = this;
    for (let state = layers.oldest; state < layers.newest && this.stopped === undefined; state++) {
      if ((state & 1023) === 0) await this.breathe(layers.turn);
      if (space.table.has(state, CAN_MOVE)) continue;
      this.deadlocks++;
      this.load(state);
      watch.deadlocked(state, this.key, layers.turn);
    }
  }

  /** The bound is reached. Says whether it cut nothing. */
  private async isClosed(): Promise<boolean> {
    const { space, layers, watch } = this;
    space.moves.mark = BEYOND;
    const beyond = new Beyond(space, watch, layers);
    const nothing = await beyond.showsNothing(async () => {
      await this.breathe(layers.turn);
      return this.stopped === undefined;
    });
    if (this.stopped === undefined) await this.judgeDeadlocks();
    const closed = nothing && this.stopped === undefined;
    if (closed) this.transitions += beyond.transitions;
    return closed;
  }

  private async breathe(turn: number): Promise<void> {
    const stopped = await this.rest(turn);
    this.stopped ??= stopped;
  }

  /** Now and then lets others run, and answers why the search must end, if it must. */
  private async rest(turn = this.layers.turn): Promise<Stopped | undefined> {
    if (!this.pace.isDue()) return undefined;
    const { layers, space } = this;
    return await this.pace.rest({ states: space.table.count, turns: turn, frontier: layers.frontier });
  }

  private async result(stopped: Stopped): Promise<SearchResult> {
    const { space, layers, watch, limits } = this;
    space.moves.mark = 0;
    const met = stopped === 'exhausted' ? WITHIN | BEYOND : WITHIN;
    const searched = { space, layers, watch, stopped, depth: limits.depth ?? Infinity, met };
    const { properties, taken, events, stopped: how } = await findingsOf(searched, () => this.rest());
    return {
      engine: 'explicit',
      states: space.table.count,
      transitions: this.transitions,
      turns: layers.deepest,
      deadlocks: this.deadlocks,
      failures: this.failures,
      exhausted: how === 'exhausted',
      stopped: how,
      seconds: this.pace.seconds,
      properties,
      taken,
      events,
    };
  }
}
