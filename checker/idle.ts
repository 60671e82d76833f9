/**
 * Slots that can do nothing in a state, where the component they look at first tells so: most slots in most states. One
 * look for each such component takes the place of a walk for each slot.
 */
import { GOES_ON, UNKNOWN } from './descent.js';
import type { Space } from './space.js';

/** Slots that look at one component first. */
interface Group {
  readonly component: number;
  readonly slots: readonly number[];
  /** For each content of the component the number of a list of those that are idle then, plus one; 0 if not known. */
  lists: Int32Array;
}

export class Idle {
  private readonly space: Space;
  private readonly groups: readonly Group[];
  private readonly known: (readonly number[])[] = [];
  private readonly byText = new Map<string, number>();

  /** Slots are told of where at least `least` look at one component first: one alone is as soon asked itself. */
  constructor(space: Space, least = 2) {
    this.space = space;
    const { ofLeaf } = space.components;
    const firsts = space.slots.map(({ firstLeaf }) => (firstLeaf < 0 ? -1 : ofLeaf[firstLeaf]!));
    this.groups = [...new Set(firsts)]
      .filter((component) => component >= 0)
      .map((component) => {
        const slots = [...firsts.keys()].filter((slot) => firsts[slot] === component);
        return { component, slots, lists: new Int32Array(64) };
      })
      .filter(({ slots }) => slots.length >= least);
  }

  /** Whether any slot is ever closed. */
  get isOfUse(): boolean {
    return this.groups.length > 0;
  }

  /** Closes the state with this key for slots that are idle there. What is not known yet is not found out. */
  close(state: number, key: Int32Array): void {
    const { keys, table } = this.space;
    for (let i = 0; i < this.groups.length; i++) {
      const group = this.groups[i]!;
      const id = keys.get(key, 0, group.component);
      const list = (id < group.lists.length ? group.lists[id]! : 0) || this.listOf(group, id);
      if (list === 0) continue;
      const slots = this.known[list - 1]!;
      for (let at = 0; at < slots.length; at++) table.set(state, 1 + slots[at]!);
    }
  }

  /** 0 where it is not known of all of them. */
  private listOf(group: Group, id: number): number {
    const { moves } = this.space;
    const { slots } = group;
    for (let i = 0; i < slots.length; i++) if (moves.atOnce(slots[i]!, id) === UNKNOWN) return 0;
    const idle = slots.filter((slot) => {
      const list = moves.atOnce(slot, id);
      return list !== GOES_ON && moves.cells[list] === 0;
    });
    const text = idle.join();
    const list = this.byText.get(text) ?? this.known.push(idle);
    this.byText.set(text, list);
    if (id >= group.lists.length) {
      const larger = new Int32Array(2 * (id + 1));
      larger.set(group.lists);
      group.lists = larger;
    }
    return (group.lists[id] = list);
  }
}
