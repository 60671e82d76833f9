/** Where steps come from: the states of a set from which a relation leads into another. */
import type { Ground } from './ground.js';
import { Memo } from './memo.js';
import { NONE } from './relations.js';
import { EMPTY } from './sets.js';

const MEMO_BITS = 20;

/** What it remembers is void after a collection. */
export class Before {
  private readonly ground: Ground;
  private readonly known = new Memo(MEMO_BITS);

  constructor(ground: Ground) {
    this.ground = ground;
  }

  /** The states of `all` that some row of `relation` makes a state of `goal`. */
  of(all: number, goal: number, relation: number): number {
    if (all === EMPTY || goal === EMPTY || relation === NONE) return EMPTY;
    const { sets, relations } = this.ground;
    if (relation < NONE) return sets.common(all, goal);
    const known = this.known.get(all, goal, relation);
    if (known >= 0) return known;
    const { arena } = sets;
    const [levelA, levelR] = [arena.levelOf(all), relations.levelOf(relation)];
    const level = Math.min(levelA, arena.levelOf(goal), levelR);
    const base = arena.top;
    const add = (value: number, kid: number) => {
      const from =
        levelR === level
          ? this.through(value, kid, goal, relation)
          : this.of(kid, sets.below(goal, level, value), relation);
      if (from !== EMPTY) sets.push(value, from);
    };
    if (levelA > level) add(0, all);
    else
      for (let i = all + 1, end = arena.endOf(all); i < end; i += 2)
        add(arena.cells[i]!, arena.cells[i + 1]!);
    return this.known.set(all, goal, relation, sets.make(level, base));
  }

  /** The same where the relation looks at the level at which `value` stands. */
  private through(value: number, kid: number, goal: number, relation: number): number {
    const { sets, relations } = this.ground;
    const { cells } = relations;
    const level = relations.levelOf(relation);
    const place = relations.outcomes(relation, value);
    let all = EMPTY;
    for (let i = place + 1, end = i + cells[place]!; i < end && all !== kid; i += 2)
      all = sets.union(all, this.of(kid, sets.below(goal, level, cells[i + 1]!), cells[i]!));
    return all;
  }
}
