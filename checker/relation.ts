/**
 * What a search has learned of the steps, as guarded assignments: in each state where the guard holds the slot can
 * make the assignments, and it can do nothing else. True of every reachable state, and of no other, so the search
 * must have been exhausted.
 */
import type { Slot } from '../model/system.js';
import { changesOf } from './changes.js';
import type { Jump } from './changes.js';
import type { Learned } from './explicit.js';
import { BLOCKED, ENDING, KIND, WRITES } from './footprint.js';
import type { StepFootprint } from './footprint.js';
import type { Failure } from './outcome.js';
import type { Value } from './schema.js';

/** One leaf of the state. */
export interface Leaf {
  /** Names of fields and numbers of places, joined by dots. */
  readonly path: string;
  /** All it ever holds, what it holds at first coming first. Elsewhere a value is its position in here. */
  readonly values: readonly Value[];
}

/** The leaf holds one of these values. */
export interface Test {
  readonly leaf: number;
  readonly values: readonly number[];
}

export interface Assignment {
  readonly leaf: number;
  readonly value: number;
}

export interface Rule {
  readonly label: string;
  /** The answers to the choices of the step. */
  readonly choices: readonly number[];
  /** All of them hold, and the first leaf the slot looks at comes first. Leaves are tested once. */
  readonly guard: readonly Test[];
  readonly writes: readonly Assignment[];
  /** A failure that ends the run leads to no state: nothing is assigned. */
  readonly failure: Failure | undefined;
}

export interface RuleSet {
  readonly name: string;
  readonly kind: Slot['kind'];
  /** The leaf that decides first what the slot can do, as a rule its program counter; -1 if there is none. */
  readonly first: number;
  readonly rules: readonly Rule[];
}

export interface Relation {
  readonly leaves: readonly Leaf[];
  readonly slots: readonly RuleSet[];
  /** How slots move one another, each way once. */
  readonly jumps: readonly Jump[];
}

export function relationOf({ result, space }: Learned): Relation {
  const { schema, slots, system } = space;
  if (!result.exhausted) throw new Error(`the search of ${system.name} was not exhausted`);
  const leaves = schema.leaves.map(({ path }, leaf) => ({ path, values: schema.domains[leaf]! }));
  const { changed, jumps } = changesOf(space);
  return {
    leaves,
    slots: slots.map((footprint, slot) => {
      const { name, kind } = system.slots[slot]!;
      const paths = merged(pathsOf(footprint), leaves);
      return { name, kind, first: footprint.firstLeaf, rules: merged(bare(paths, changed[slot]!), leaves) };
    }),
    jumps,
  };
}

/** A rule, and the ends of the paths that it stands for. */
interface Path extends Rule {
  readonly cells: readonly number[];
}

/** A rule for each path that does something, without the tests whose answer follows from those before. */
function pathsOf(footprint: StepFootprint): Path[] {
  const { cells, endings } = footprint;
  const paths: { reads: readonly number[]; follows: Set<number>; cell: number }[] = [];
  footprint.visit({
    end: (reads, cell) => paths.push({ reads: [...reads], follows: new Set(), cell }),
    hole(reads, leaf, known) {
      // The first test is kept: the slot is where it says.
      if (known.length !== 1 || reads.length === 0) return;
      for (let i = paths.length - 1; i >= 0; i--) {
        const path = paths[i]!;
        if (path.reads[reads.length] !== leaf || reads.some((read, at) => path.reads[at] !== read)) break;
        path.follows.add(reads.length);
      }
    },
  });
  return paths.flatMap(({ reads, follows, cell }) => {
    if (cells[cell + KIND] === BLOCKED) return [];
    const { label, choices, failure } = endings[cells[cell + ENDING]!]!;
    const guard: Test[] = [];
    for (let at = 0; at < reads.length; at += 2)
      if (!follows.has(at)) guard.push({ leaf: reads[at]!, values: [reads[at + 1]!] });
    const writes: Assignment[] = [];
    if (!failure?.ends)
      for (let i = 0, at = cell + WRITES + 1; i < cells[cell + WRITES]!; i++, at += 2)
        writes.push({ leaf: cells[at]!, value: cells[at + 1]! });
    return [{ label, choices, guard, writes, failure, cells: [cell] }];
  });
}

/** Without the writes that change nothing in any state. */
function bare(paths: readonly Path[], changed: ReadonlyMap<number, ReadonlySet<number>>): Path[] {
  return paths.map((path) => ({
    ...path,
    writes: path.writes.filter(({ leaf }) => path.cells.some((cell) => changed.get(cell)?.has(leaf))),
  }));
}

/** Rules that do the same and differ in one test become one rule, until there are none. */
function merged(rules: readonly Path[], leaves: readonly Leaf[]): Path[] {
  let now = [...rules];
  for (let before = Infinity; now.length < before;) {
    before = now.length;
    const tested = new Set(now.flatMap(({ guard }) => guard.slice(1).map(({ leaf }) => leaf)));
    for (const leaf of tested) now = mergedOver(leaf, now, leaves[leaf]!.values.length);
  }
  return now;
}

function mergedOver(leaf: number, rules: readonly Path[], size: number): Path[] {
  const groups = new Map<string, Path[]>();
  for (const rule of rules) {
    const { guard, cells: _, ...effect } = rule;
    const key = JSON.stringify([effect, guard.map((test) => (test.leaf === leaf ? leaf : test))]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [rule]);
    else group.push(rule);
  }
  return [...groups.values()].map((group) => {
    const values = group.flatMap(({ guard }) => guard.find((test) => test.leaf === leaf)?.values ?? []);
    const guard = group[0]!.guard.flatMap((test) => {
      if (test.leaf !== leaf) return [test];
      return values.length === size ? [] : [{ leaf, values: values.toSorted((a, b) => a - b) }];
    });
    return { ...group[0]!, guard, cells: group.flatMap(({ cells }) => cells) };
  });
}
