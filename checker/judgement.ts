/** What a predicate answers for a key: asked once for all states that agree on the leaves it is known to read. */
import type { PredicateFootprint } from './footprint.js';
import type { Space } from './space.js';
import type { View } from './view.js';

export class Judgement {
  readonly footprint: PredicateFootprint;
  /** Called when the predicate turns out to read a leaf more. */
  onRead: (leaf: number) => void = () => {};
  private readonly space: Space;
  private view: View | undefined;
  private answers: number[] = [];

  constructor(space: Space, footprint: PredicateFootprint) {
    this.space = space;
    this.footprint = footprint;
    footprint.onRead = (leaf) => {
      this.view = undefined;
      this.onRead(leaf);
    };
  }

  /** The answer, as a number of the footprint, for the state that has the key at `at` in `words`. */
  of(words: Int32Array, at: number): number {
    this.view ??= this.renewed();
    const seen = this.view.of(this.space.keys, words, at);
    return this.answers[seen] ?? this.ask(seen, words, at);
  }

  /** The answer itself. */
  textOf(words: Int32Array, at: number): string {
    return this.footprint.answers[this.of(words, at)]!;
  }

  private ask(seen: number, words: Int32Array, at: number): number {
    this.space.loadKey(words, at);
    const answer = this.footprint.ask(this.space.vector);
    // Unless it read a leaf more, all who see the same are told the same.
    if (this.view !== undefined) this.answers[seen] = answer;
    return answer;
  }

  private renewed(): View {
    const { reads } = this.footprint;
    this.answers = [];
    const { components, parts } = this.space;
    return new parts.View(
      components,
      [...reads.keys()].filter((leaf) => reads[leaf] !== 0),
    );
  }
}
