/**
 * Judges a property of kind `eventually` on all states that a search has found.
 *
 * It is broken if and only if one of the states in which it is owed has a task that can never pay: a state in which no
 * task can move, or a strongly connected component of such states in which a fair run can stay. A component is fair
 * if each task moves inside it, or has a state in it where it cannot move; where that fails for a component, it fails
 * for all that is inside. The moves are looked up anew: five bytes a state, and what lies on the way down.
 */
import type { EventualProperty, State } from '../model/system.js';
import { Sightings } from './causes.js';
import { PredicateFootprint } from './footprint.js';
import type { Graph } from './graph.js';
import type { Judgement } from './judgement.js';
import { CYCLE, lapOf } from './lap.js';
import type { Counterexample } from './result.js';
import type { Rounds } from './rounds.js';
import type { Space } from './space.js';
import { Stems } from './stems.js';
import type { Stem } from './stems.js';
import { CAN_MOVE } from './table.js';

/** What is known of a state: what is waited for has not come; it is owed from here on; a fair run can stay for ever. */
const PENDING = 1;
const ASKED = 2;
const FOREVER = 4;

/** Answers false if the search must end. */
export type Breathe = () => Promise<boolean>;

/**
 * The simplest run of at most `depth` turns for each cause; undefined if `breathe` ended it. `faultsOf` tells which
 * kinds of faults have struck in a state.
 */
export async function breaches(
  space: Space,
  property: EventualProperty,
  faultsOf: (state: number) => readonly string[],
  depth: number,
  breathe: Breathe,
): Promise<Counterexample[] | undefined> {
  return await new Eventually(space, property, faultsOf).run(depth, breathe);
}

class Eventually {
  private readonly space: Space;
  private readonly property: EventualProperty;
  private readonly faultsOf: (state: number) => readonly string[];
  private readonly graph: Graph;
  private readonly tasks: readonly number[];
  private readonly known: Uint8Array;
  private readonly broken: Judgement;
  private readonly rounds: Rounds;
  private isBroken = false;

  constructor(space: Space, property: EventualProperty, faultsOf: (state: number) => readonly string[]) {
    this.space = space;
    this.property = property;
    this.faultsOf = faultsOf;
    this.graph = new space.parts.Graph(space);
    this.tasks = [...space.system.slots.keys()].filter((slot) => space.system.slots[slot]!.kind === 'task');
    this.known = new Uint8Array(space.table.count);
    this.broken = this.judgementOf('', (state) => property.broken(state));
    this.rounds = new space.parts.Rounds(
      space.table.count,
      (state, found) => this.expand(state, (next) => found.push(next)),
      (states, round) => this.judgeRound(states, round),
    );
  }

  async run(depth: number, breathe: Breathe): Promise<Counterexample[] | undefined> {
    const { known, rounds } = this;
    if (!(await this.judgeStates(breathe))) return undefined;
    for (let state = 0; state < known.length; state++) {
      if ((state & 4095) === 0 && !(await breathe())) return undefined;
      if (known[state] !== (PENDING | ASKED)) continue;
      if (!(await rounds.from(state, breathe))) return undefined;
    }
    return this.isBroken ? await this.simplest(depth, breathe) : [];
  }

  private judgementOf(part: string, predicate: (state: State) => string): Judgement {
    const { space, property } = this;
    const name = `property ${property.name}${part}`;
    return new space.parts.Judgement(space, new PredicateFootprint(space.schema, name, predicate));
  }

  private async judgeStates(breathe: Breathe): Promise<boolean> {
    const { graph, known, property, broken } = this;
    const asked =
      property.when && this.judgementOf(', when', (state) => (property.when?.(state) ? 'asked' : ''));
    for (let state = 0; state < known.length; state++) {
      if ((state & 4095) === 0 && !(await breathe())) return false;
      graph.visit(state);
      if (broken.textOf(graph.key, 0) === '') continue;
      const isAsked = asked === undefined ? state === 0 : asked.textOf(graph.key, 0) !== '';
      known[state] = PENDING | (isAsked ? ASKED : 0);
    }
    return true;
  }

  /** Calls back with what a state leads to without paying. */
  private expand(state: number, onNext: (next: number) => void): void {
    const { graph, known, space } = this;
    if (!space.table.has(state, CAN_MOVE)) this.note(state);
    graph.visit(state);
    for (let slot = 0; slot < space.slots.length; slot++) {
      graph.eachMove(slot, (next) => {
        if ((known[next]! & PENDING) !== 0) onNext(next);
      });
    }
  }

  private judgeRound(states: readonly number[], round: number): void {
    const { graph, rounds } = this;
    let unmet = this.tasks;
    for (const state of states) {
      graph.visit(state);
      unmet = unmet.filter((slot) => {
        let stays = false;
        graph.eachMove(slot, (next) => (stays ||= rounds.of[next] === round));
        return !stays && graph.canMove(slot);
      });
      if (unmet.length === 0) break;
    }
    if (unmet.length === 0) for (const state of states) this.note(state);
  }

  private note(state: number): void {
    this.known[state]! |= FOREVER;
    this.isBroken = true;
  }

  private async simplest(depth: number, breathe: Breathe): Promise<Counterexample[] | undefined> {
    const { known, space, graph, property } = this;
    const { name } = property;
    const sightings = new Sightings<Stem>();
    /** Only so many causes can be found. */
    const wanted = new Set<string>();
    const causeOf = (state: number) => {
      space.table.load(state, graph.key);
      const label = space.table.has(state, CAN_MOVE) ? CYCLE : name;
      return { label, object: this.broken.textOf(graph.key, 0), faults: this.faultsOf(state) };
    };
    for (let state = 0; state < known.length; state++)
      if ((known[state]! & FOREVER) !== 0) wanted.add(JSON.stringify(causeOf(state)));
    const debt = {
      isOwed: (state: number, before: boolean) =>
        (known[state]! & PENDING) !== 0 && (before || (known[state]! & ASKED) !== 0),
      onOwed: (stem: Stem) => {
        const { state, turns, steps } = stem;
        if ((known[state]! & FOREVER) === 0) return false;
        const cause = causeOf(state);
        sightings.note({ property: name, cause, turns, steps, where: stem });
        wanted.delete(JSON.stringify(cause));
        return wanted.size === 0;
      },
    };
    let isDone = true;
    await new Stems(graph, debt, depth).run(async () => (isDone = await breathe()));
    if (!isDone) return undefined;
    return sightings.simplest().map(({ cause, turns, steps, where }) => {
      const stem = where.path();
      const lap = cause.label === CYCLE ? this.lapFrom(where.state) : [];
      const cycle = lap.length > 0 ? { cycle: lap.length } : {};
      return { cause, turns, steps, path: [...stem, ...lap], ...cycle };
    });
  }

  private lapFrom(start: number) {
    const { graph, rounds, space, tasks } = this;
    const edgesOf = (state: number) => {
      const edges: { action: { slot: number; choices: readonly number[] }; next: number }[] = [];
      graph.visit(state);
      for (let slot = 0; slot < space.slots.length; slot++) {
        graph.eachMove(slot, (next, end) => {
          if (rounds.of[next] !== rounds.of[start]) return;
          edges.push({ action: { slot, choices: space.endingOf(slot, end).choices }, next });
        });
      }
      return edges;
    };
    const canMove = (state: number, slot: number) => {
      graph.visit(state);
      return graph.canMove(slot);
    };
    return lapOf({ tasks, edgesOf, canMove }, start);
  }
}
