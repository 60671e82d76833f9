/**
 * A set of states as a diagram whose levels can be moved: two neighbours are exchanged by changing the nodes of these two, in
 * place, and no others (Rudell, ICCAD 1993). In `Sets` a node cannot change, since its number stands for what it is.
 */
import { IntList } from '../layers.js';
import { grown, mix, spread } from './arena.js';
import { EMPTY, ONE } from './sets.js';
import type { Sets } from './sets.js';

/** What is known of a node, from `FIELDS` times its number on: the component that it asks for, */
const PART = 0;
/** where its entries begin and end in `cells`, `[content, kid, content, kid, ...]`, contents ascending, */
const FIRST = 1;
const LAST = 2;
/** how many nodes it is a kid of, and the next node of its bucket. */
const USES = 3;
const NEXT = 4;
const FIELDS = 5;
/** The node that all others lead to. It asks for nothing. */
const END = 0;
const NONE = -1;
/** More than a node has entries. A content times this is a number that JavaScript has. */
const PLACES = 2 ** 22;

export class Movable {
  /** For each level the component that stands there, by the level that it had at first. */
  readonly parts: number[];
  /** The nodes that ask for each component. As in `Sets` there is none that has only content 0. */
  private readonly lists: number[][];
  private readonly root: number;
  private heads = new Int32Array(2 ** 10 * FIELDS);
  private nodes = 1;
  /** Numbers that no node has any more. */
  private readonly free: number[] = [];
  /** Behind the cells in use are the entries of a node in the making. */
  private cells = new Int32Array(2 ** 12);
  private used = 0;
  private making = 0;
  /** How many of the cells in use are those of a node. */
  private live = 0;
  /** Nodes of one component by their entries; each begins a chain. */
  private buckets = new Int32Array(1).fill(NONE);
  /** Entries without an order, and by what they are put in order. */
  private readonly loose = new IntList();
  private keys = new Float64Array(2 ** 4);

  /** `set` has a state; it is left as it is. */
  constructor(sets: Sets, set: number, levels: number) {
    this.parts = Array.from({ length: levels }, (_, level) => level);
    this.lists = this.parts.map(() => []);
    this.heads[END + PART] = NONE;
    this.root = this.copy(sets, set, new Map([[ONE, END]]));
    this.heads[this.root * FIELDS + USES]!++;
  }

  /** How many nodes there are. */
  get size(): number {
    return this.nodes - 1 - this.free.length;
  }

  /** How many of them ask for each component. */
  get sizes(): number[] {
    return this.lists.map((list) => list.length);
  }

  /** The same set in the order of levels that there is now, in other sets. */
  emit(sets: Sets): number {
    const { cells } = this;
    const made = new Int32Array(this.nodes).fill(EMPTY);
    made[END] = ONE;
    for (const [level, part] of [...this.parts.entries()].toReversed()) {
      for (const node of this.lists[part]!) {
        const base = sets.arena.top;
        for (let at = this.get(node, FIRST), last = this.get(node, LAST); at < last; at += 2)
          sets.push(cells[at]!, made[cells[at + 1]!]!);
        made[node] = sets.make(level, base);
      }
    }
    return made[this.root]!;
  }

  /** Exchanges a level with the one below it. */
  swap(level: number): void {
    const { parts, lists } = this;
    const [upper, lower] = [parts[level]!, parts[level + 1]!];
    [parts[level], parts[level + 1]] = [lower, upper];
    // What does not look at the lower level goes below it as it is, and what is used from above stays above.
    const [turning, staying] = parted(lists[upper]!, (node) => this.looksAt(node, lower));
    if (turning.length === 0) return;
    lists[upper] = staying;
    this.chain(staying);
    for (const node of turning) this.turn(node, upper, lower);
    const [used, unused] = parted(lists[lower]!, (node) => this.get(node, USES) > 0);
    lists[lower] = [...used, ...turning];
    for (const node of unused) this.free.push(node);
    if (this.used > 2 * this.live + 2 ** 12) this.compact();
  }

  private get(node: number, field: number): number {
    return this.heads[node * FIELDS + field]!;
  }

  private copy(sets: Sets, set: number, known: Map<number, number>): number {
    const had = known.get(set);
    if (had !== undefined) return had;
    const { cells } = sets.arena;
    const entries: number[] = [];
    for (let i = set + 1, end = sets.arena.endOf(set); i < end; i += 2)
      entries.push(cells[i]!, this.copy(sets, cells[i + 1]!, known));
    for (const item of entries) this.push(item);
    const node = this.add(sets.arena.levelOf(set));
    known.set(set, node);
    return node;
  }

  private looksAt(node: number, part: number): boolean {
    for (let at = this.get(node, FIRST), last = this.get(node, LAST); at < last; at += 2)
      if (this.get(this.cells[at + 1]!, PART) === part) return true;
    return false;
  }

  /** Makes a node that asks for `upper`, and after it for `lower`, ask for `lower` first. */
  private turn(node: number, upper: number, lower: number): void {
    const { loose } = this;
    const [first, last] = [this.get(node, FIRST), this.get(node, LAST)];
    const keys = this.loosen(first, last, lower);
    const entries: number[] = [];
    for (let i = 0; i < keys.length;) {
      const content = Math.floor(keys[i]! / PLACES);
      for (; i < keys.length && Math.floor(keys[i]! / PLACES) === content; i++) {
        const at = 2 * (keys[i]! % PLACES);
        this.push(loose.at(at));
        this.push(loose.at(at + 1));
      }
      entries.push(content, this.find(upper));
    }
    for (const item of entries) this.push(item);
    this.give(node, lower);
    for (let at = first; at < last; at += 2) this.drop(this.cells[at + 1]!);
    this.live -= last - first;
  }

  /**
   * Fills `loose` with what some entries come to once the content below is known. Answers that content times PLACES, plus the place
   * in `loose`, for each of them, ascending: so they are in order of the content below, and then of their own.
   */
  private loosen(first: number, last: number, lower: number): Float64Array {
    const { cells, loose } = this;
    loose.length = 0;
    const note = (below: number, content: number, kid: number) => {
      const place = loose.length / 2;
      if (place === this.keys.length) this.keys = longer(this.keys);
      this.keys[place] = below * PLACES + place;
      loose.push(content);
      loose.push(kid);
    };
    for (let at = first; at < last; at += 2) {
      const [content, kid] = [cells[at]!, cells[at + 1]!];
      if (this.get(kid, PART) !== lower) note(0, content, kid);
      else
        for (let i = this.get(kid, FIRST), end = this.get(kid, LAST); i < end; i += 2)
          note(cells[i]!, content, cells[i + 1]!);
    }
    return this.keys.subarray(0, loose.length / 2).toSorted();
  }

  private push(item: number): void {
    const at = this.used + this.making++;
    if (at === this.cells.length) this.cells = grown(this.cells, 2 * at);
    this.cells[at] = item;
  }

  /** The node of what was pushed; or its only kid, if it needs none. */
  private find(part: number): number {
    const { cells, used, buckets, making } = this;
    if (making === 2 && cells[used] === 0) {
      this.making = 0;
      return cells[used + 1]!;
    }
    const bucket = this.bucketOf(used, used + making);
    for (let node = buckets[bucket]!; node !== NONE; node = this.get(node, NEXT)) {
      if (!this.isMade(node)) continue;
      this.making = 0;
      return node;
    }
    const node = this.add(part);
    const { heads, lists } = this;
    heads[node * FIELDS + NEXT] = buckets[bucket]!;
    buckets[bucket] = node;
    if (lists[part]!.length > buckets.length) this.chain(lists[part]!);
    return node;
  }

  /** Whether a node has the entries that were pushed. */
  private isMade(node: number): boolean {
    const { cells, used, making } = this;
    const first = this.get(node, FIRST);
    let i = this.get(node, LAST) - first === making ? 0 : NONE;
    while (i >= 0 && i < making && cells[first + i] === cells[used + i]) i++;
    return i === making;
  }

  /** From now on these nodes are found, and no others. */
  private chain(nodes: readonly number[]): void {
    let length = 2 ** 4;
    while (length < 2 * nodes.length) length *= 2;
    this.buckets = new Int32Array(length).fill(NONE);
    for (const node of nodes) {
      const bucket = this.bucketOf(this.get(node, FIRST), this.get(node, LAST));
      this.heads[node * FIELDS + NEXT] = this.buckets[bucket]!;
      this.buckets[bucket] = node;
    }
  }

  private bucketOf(first: number, last: number): number {
    let hash = 0;
    for (let i = first; i < last; i++) hash = mix(hash, this.cells[i]!);
    return spread(hash) & (this.buckets.length - 1);
  }

  /** A new node of what was pushed. */
  private add(part: number): number {
    const node = this.free.pop() ?? this.nodes++;
    if (this.nodes * FIELDS > this.heads.length) this.heads = grown(this.heads, 2 * this.heads.length);
    this.heads[node * FIELDS + USES] = 0;
    this.lists[part]!.push(node);
    this.give(node, part);
    return node;
  }

  /** Makes a node one of a component, with the entries that were pushed. */
  private give(node: number, part: number): void {
    const { heads, cells, used, making } = this;
    for (let at = used + 1; at < used + making; at += 2) heads[cells[at]! * FIELDS + USES]!++;
    heads[node * FIELDS + PART] = part;
    heads[node * FIELDS + FIRST] = used;
    this.used += making;
    heads[node * FIELDS + LAST] = this.used;
    this.live += making;
    this.making = 0;
  }

  /** Takes one use from a node. What the last one to use it led to is led to by others by now. */
  private drop(node: number): void {
    if (--this.heads[node * FIELDS + USES]! > 0) return;
    const [first, last] = [this.get(node, FIRST), this.get(node, LAST)];
    for (let at = first; at < last; at += 2) this.heads[this.cells[at + 1]! * FIELDS + USES]!--;
    this.live -= last - first;
  }

  /** Lays the entries of all nodes side by side. */
  private compact(): void {
    const cells = new Int32Array(Math.max(2 ** 12, 2 * this.live));
    this.used = 0;
    for (const node of this.lists.flat()) {
      const [first, last] = [this.get(node, FIRST), this.get(node, LAST)];
      cells.set(this.cells.subarray(first, last), this.used);
      this.heads[node * FIELDS + FIRST] = this.used;
      this.used += last - first;
      this.heads[node * FIELDS + LAST] = this.used;
    }
    this.cells = cells;
  }
}

/** Those for which it is so, and the others. */
function parted(nodes: readonly number[], isSo: (node: number) => boolean): [number[], number[]] {
  const parts: [number[], number[]] = [[], []];
  for (const node of nodes) parts[isSo(node) ? 0 : 1].push(node);
  return parts;
}

function longer(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const twice = new Float64Array(2 * array.length);
  twice.set(array);
  return twice;
}
