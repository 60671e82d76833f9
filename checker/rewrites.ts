/**
 * What a step does to the components it writes: for each content of a component, the content it becomes. That
 * depends on nothing else, for a step writes the same values wherever it takes the same path.
 */
import type { Components } from './components.js';
import { WRITES } from './footprint.js';

/** Puts some values at some places of one component. */
class Rewrite {
  readonly component: number;
  readonly places: readonly number[];
  readonly values: readonly number[];
  /** For each content the number of the next one, plus one; 0 if not known. */
  next = new Int32Array(16);

  constructor(component: number, places: readonly number[], values: readonly number[]) {
    this.component = component;
    this.places = places;
    this.values = values;
  }
}

export class Rewrites {
  private readonly components: Components;
  private readonly known: Rewrite[] = [];
  private readonly byText = new Map<string, number>();

  constructor(components: Components) {
    this.components = components;
  }

  /** What the step that ends at cell `end` does: pairs of a component and the number of what becomes of it. */
  planOf(cells: Int32Array, end: number): number[] {
    const { ofLeaf, placeOf } = this.components;
    const written = new Map<number, number[]>();
    for (let at = end + WRITES + 1, last = at + 2 * cells[end + WRITES]!; at < last; at += 2) {
      const component = ofLeaf[cells[at]!]!;
      const pairs = written.get(component) ?? [];
      pairs.push(placeOf[cells[at]!]!, cells[at + 1]!);
      written.set(component, pairs);
    }
    return [...written].flatMap(([component, pairs]) => [component, this.numberOf(component, pairs)]);
  }

  /** The number of the content that content `id` becomes. */
  apply(rewrite: number, id: number): number {
    const { next } = this.known[rewrite]!;
    const known = id < next.length ? next[id]! : 0;
    return known > 0 ? known - 1 : this.workOut(this.known[rewrite]!, id);
  }

  private numberOf(component: number, pairs: readonly number[]): number {
    const text = `${component}:${pairs.join()}`;
    const number = this.byText.get(text) ?? this.known.length;
    if (number === this.known.length) {
      this.byText.set(text, number);
      const places = pairs.filter((_, i) => i % 2 === 0);
      const values = pairs.filter((_, i) => i % 2 === 1);
      this.known.push(new Rewrite(component, places, values));
    }
    return number;
  }

  private workOut(rewrite: Rewrite, id: number): number {
    if (id >= rewrite.next.length) {
      const larger = new Int32Array(2 * (id + 1));
      larger.set(rewrite.next);
      rewrite.next = larger;
    }
    const next = this.components.parts[rewrite.component]!.after(id, rewrite.places, rewrite.values);
    rewrite.next[id] = next + 1;
    return next;
  }
}
