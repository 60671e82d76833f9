/**
 * What one sees of a state that looks at some leaves only, as a number: states that agree on these leaves, and no
 * others, have the same. It is found from the components of a state, without looking at the leaves again.
 */
import type { Components } from './components.js';
import { Interner } from './interner.js';
import type { Packing } from './packing.js';

export class View {
  private readonly components: Components;
  private readonly aspects: readonly Aspect[];
  /** For each aspect, where its component lies in a key that is laid out as `keys` says. */
  private keys: Packing | undefined;
  private readonly word: Int32Array;
  private readonly shift: Int32Array;
  private readonly most: Int32Array;
  /** For each aspect and content what is seen of it; -1 if not known. */
  private readonly seen: Int32Array[];
  private readonly tuple: Int32Array;
  private readonly tuples: Interner;

  constructor(components: Components, leaves: Iterable<number>) {
    this.components = components;
    const byComponent = new Map<number, number[]>();
    for (const leaf of leaves) {
      const component = components.ofLeaf[leaf]!;
      const places = byComponent.get(component) ?? [];
      byComponent.set(component, places);
      places.push(components.placeOf[leaf]!);
    }
    this.aspects = [...byComponent].map(([component, places]) => {
      return {
        component,
        places,
        tuple: new Int32Array(places.length),
        contents: new Interner(places.length),
      };
    });
    const many = this.aspects.length;
    [this.word, this.shift, this.most] = [new Int32Array(many), new Int32Array(many), new Int32Array(many)];
    this.seen = this.aspects.map(() => new Int32Array(8).fill(-1));
    this.tuple = new Int32Array(many);
    this.tuples = new Interner(many);
  }

  /** The number of what is seen of the state with this key; the first of a kind is counted in. */
  of(keys: Packing, words: Int32Array, at: number): number {
    if (this.keys !== keys) this.bind(keys);
    const { word, shift, most, seen, tuple } = this;
    for (let i = 0; i < tuple.length; i++) {
      const id = (words[at + word[i]!]! >>> shift[i]!) & most[i]!;
      const ofContent = seen[i]!;
      const known = id < ofContent.length ? ofContent[id]! : -1;
      tuple[i] = known >= 0 ? known : this.look(i, id);
    }
    return tuple.length === 1 ? tuple[0]! : this.tuples.intern(tuple);
  }

  private bind(keys: Packing): void {
    this.keys = keys;
    for (const [i, { component }] of this.aspects.entries()) {
      this.word[i] = keys.word[component]!;
      this.shift[i] = keys.shift[component]!;
      this.most[i] = keys.most[component]!;
    }
  }

  private look(i: number, id: number): number {
    const { component, places, tuple, contents } = this.aspects[i]!;
    for (const [at, place] of places.entries()) tuple[at] = this.components.parts[component]!.at(id, place);
    if (id >= this.seen[i]!.length) {
      const larger = new Int32Array(2 * (id + 1)).fill(-1);
      larger.set(this.seen[i]!);
      this.seen[i] = larger;
    }
    return (this.seen[i]![id] = contents.intern(tuple));
  }
}

/** Some leaves of one component, by their places in it. */
interface Aspect {
  readonly component: number;
  readonly places: readonly number[];
  readonly tuple: Int32Array;
  readonly contents: Interner;
}
