/**
 * Walks a trie by components: all that a walk looks at in one component before it looks at another is one look-up.
 *
 * A station is how far a walk has come: the ends it has reached and the nodes at which it waits, in the order of their
 * choices. Where it goes on is told by the number of the component that the first of these nodes looks at. That is exact,
 * for the number of a component tells all of its leaves, and a path that is learned never changes.
 */
import type { Components } from './components.js';
import type { Packing } from './packing.js';
import type { Vector } from './schema.js';
import { CHOOSE, END, MOVED } from './trie.js';

/** So many look-ups may be held; then all are forgotten and worked out anew. */
const MOST_HOPS = 2 ** 21;

/** A look-up takes two cells: the station and the number of its component (0 if free), and where to. */
const ID_BITS = 16;
/** Larger stations and numbers do not fit: what they lead to is worked out each time. */
const TOO_LARGE = 2 ** ID_BITS;

/** What `atOnce` says besides a result. */
export const GOES_ON = -1;
export const UNKNOWN = -2;

/** A trie that learns what it does not hold. */
export interface Learner {
  readonly cells: Int32Array;
  /** Afterwards every path that this state takes is held. */
  learnAll(vector: Vector): void;
}

/** What a descent needs of the space it is in. */
export interface Ground {
  readonly components: Components;
  readonly keys: Packing;
  readonly vector: Vector;
  loadKey(words: Int32Array, at: number): void;
}

export class Descent {
  private readonly ground: Ground;
  private readonly learner: Learner;
  private readonly most: number;
  private readonly resultOf: (ends: readonly number[]) => number;
  /** From 1 on; a place to go to is a station, or `~result`, which is negative. */
  private stations: (readonly number[])[] = [[]];
  /** For each station the component it asks for, where that lies in a key of `keys`, `word << 5 | shift`, and its largest number. */
  private readonly component: number[] = [];
  private asks = new Int32Array(0);
  private keys: Packing | undefined;
  /** By what has been reached: the one item, or all of them as text. */
  private byItems = new Map<number | string, number>();
  private readonly results = new Map<number | string, number>();
  /** Where a walk begins; 0 if not known. */
  private root = 0;
  /** Open addressing. */
  private hops = new Int32Array(128);
  private held = 0;

  /** `resultOf` makes of the ends that a walk reaches, as cells of the trie, a number from 0 on; once for the same ends. */
  constructor(
    ground: Ground,
    learner: Learner,
    resultOf: (ends: readonly number[]) => number,
    most = MOST_HOPS,
  ) {
    this.most = most;
    this.ground = ground;
    this.learner = learner;
    this.resultOf = resultOf;
  }

  /** The result for the state with the key at `at` in `words`. */
  of(words: Int32Array, at: number): number {
    if (this.keys !== this.ground.keys) this.bind();
    let to = this.root === 0 ? this.begin(words, at) : this.root;
    let { hops, asks } = this;
    while (to > 0) {
      const where = asks[2 * to]!;
      const id = (words[at + (where >>> 5)]! >>> where) & asks[2 * to + 1]!;
      const name = (to << ID_BITS) | id;
      const hop = cellOf(hops, name);
      if (hops[hop] !== 0 && (to | id) < TOO_LARGE) {
        to = hops[hop + 1]!;
      } else {
        to = this.goOn(to, id, words, at);
        ({ hops, asks } = this);
      }
    }
    return ~to;
  }

  /** The result where the walk ends after its first look-up, `GOES_ON`, or `UNKNOWN`; `id` is what the component asked first has. */
  atOnce(id: number): number {
    const { root, hops } = this;
    if (root < 0) return ~root;
    const name = (root << ID_BITS) | id;
    const hop = cellOf(hops, name);
    if (root === 0 || hops[hop] === 0 || (root | id) >= TOO_LARGE) return UNKNOWN;
    const to = hops[hop + 1]!;
    return to < 0 ? ~to : GOES_ON;
  }

  /** Forgets what can be worked out again. */
  private forget(): void {
    this.stations = [[]];
    this.byItems.clear();
    this.hops = new Int32Array(128);
    this.held = 0;
  }

  private begin(words: Int32Array, at: number): number {
    if (this.isFull) this.forget();
    return (this.root = this.reach([0], -1, -1, words, at));
  }

  /** Works a look-up out, and holds it. */
  private goOn(from: number, id: number, words: Int32Array, at: number): number {
    const to = this.reach(this.stations[from]!, this.component[from]!, id, words, at);
    if ((from | id) < TOO_LARGE) {
      if (4 * (this.held + 1) > this.hops.length) this.grow();
      hold(this.hops, (from << ID_BITS) | id, to);
      this.held++;
    }
    // Not in the midst of a walk: the next one begins anew.
    if (this.isFull) this.root = 0;
    return to;
  }

  /** Where the walk is when it has followed `items` through a component with number `id`. */
  private reach(items: readonly number[], asked: number, id: number, words: Int32Array, at: number): number {
    const { ground, learner } = this;
    let reached: number[] = [];
    if (!items.every((item) => this.follow(item, asked, id, reached))) {
      ground.loadKey(words, at);
      learner.learnAll(ground.vector);
      reached = [];
      if (!items.every((item) => this.follow(item, asked, id, reached)))
        throw new Error('a path that was learned is not there');
    }
    const all = reached.length === 1 ? reached[0]! : reached.join();
    const known = this.results.get(all) ?? this.byItems.get(all);
    if (known !== undefined) return known;
    const { cells } = learner;
    const waiting = reached.find((item) => cells[item] !== END);
    if (waiting === undefined) {
      const result = ~this.resultOf(reached);
      this.results.set(all, result);
      return result;
    }
    const station = this.stations.push(reached) - 1;
    this.byItems.set(all, station);
    this.component[station] = ground.components.ofLeaf[cells[waiting]!]!;
    if (2 * station >= this.asks.length) this.bind();
    else this.locate(station);
    return station;
  }

  /** Follows an item as far as the component tells, and adds what it comes to; false where nothing is known. */
  private follow(item: number, asked: number, id: number, reached: number[]): boolean {
    const { cells } = this.learner;
    const { ofLeaf, placeOf, parts } = this.ground.components;
    let node = item === 0 ? cells[0]! : item;
    for (;;) {
      if (node === 0) return false;
      const tag = cells[node]!;
      if (tag === MOVED) {
        node = cells[node + 1]!;
      } else if (tag === CHOOSE) {
        const first = node + 2;
        return cells
          .subarray(first, first + cells[node + 1]!)
          .every((child) => child !== 0 && this.follow(child, asked, id, reached));
      } else if (tag === END || ofLeaf[tag] !== asked) {
        reached.push(node);
        return true;
      } else {
        const value = parts[asked]!.at(id, placeOf[tag]!);
        node = value < cells[node + 1]! ? cells[node + 2 + value]! : 0;
      }
    }
  }

  /** Finds out anew where in a key all components lie. */
  private bind(): void {
    this.keys = this.ground.keys;
    this.asks = new Int32Array(Math.max(128, 4 * this.stations.length));
    for (let station = 1; station < this.stations.length; station++) this.locate(station);
  }

  private locate(station: number): void {
    const { word, shift, most } = this.ground.keys;
    const component = this.component[station]!;
    this.asks[2 * station] = (word[component]! << 5) | shift[component]!;
    this.asks[2 * station + 1] = most[component]!;
  }

  private get isFull(): boolean {
    return this.held >= this.most || this.stations.length >= TOO_LARGE;
  }

  private grow(): void {
    const old = this.hops;
    this.hops = new Int32Array(2 * old.length);
    for (let hop = 0; hop < old.length; hop += 2)
      if (old[hop] !== 0) hold(this.hops, old[hop]!, old[hop + 1]!);
  }
}

/** The cell of a look-up, or a free one where it is not held. */
function cellOf(hops: Int32Array, name: number): number {
  const mask = hops.length - 1;
  let hop = placeOf(name) & mask;
  while (hops[hop] !== name && hops[hop] !== 0) hop = (hop + 2) & mask;
  return hop;
}

function hold(hops: Int32Array, name: number, to: number): void {
  const hop = cellOf(hops, name);
  hops[hop] = name;
  hops[hop + 1] = to;
}

/** Where a look-up belongs. */
function placeOf(name: number): number {
  const hash = Math.imul(name, 0x9e3779b1);
  return (hash ^ (hash >>> 15)) << 1;
}
