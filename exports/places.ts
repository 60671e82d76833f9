/**
 * Where a slot is, as control flow: the values of the leaf it looks at first, its program counter, become labels.
 *
 * A process of SPIN moves itself only. Where another slot puts one elsewhere (a creation, from nowhere to the
 * entry), both values are one label, and a variable says which of them it is. So a label and that variable are as good
 * as the program counter, and there are no more states than there were.
 */
import type { Relation } from '../checker/relation.js';

export interface Places {
  /** The leaf that they stand for; -1 where the slot has one place only. */
  readonly leaf: number;
  /** The values of the leaf that share a place, the first value first. */
  readonly groups: readonly (readonly number[])[];
  /** For each value its place, and what the variable holds. */
  readonly placeOf: readonly number[];
  readonly codeOf: readonly number[];
  /** How many values the variable has; 1 if there is none. */
  readonly codes: number;
}

/** The places of each slot. */
export function placesOf({ leaves, slots, jumps }: Relation): Places[] {
  return slots.map(({ first, rules }, me) => {
    const isOwn =
      first >= 0 &&
      slots.every((slot, other) => other === me || slot.first !== first) &&
      rules.every(({ guard }) => guard[0]?.leaf === first);
    if (!isOwn) return { leaf: -1, groups: [[0]], placeOf: [0], codeOf: [0], codes: 1 };
    const size = leaves[first]!.values.length;
    const groups = joined(
      size,
      jumps.filter(({ leaf }) => leaf === first),
    );
    const placeOf = Array.from({ length: size }, (_, value) =>
      groups.findIndex((group) => group.includes(value)),
    );
    const isRead = slots.some(
      (slot, other) =>
        other !== me && slot.rules.some(({ guard }) => guard.some(({ leaf }) => leaf === first)),
    );
    const codeOf = placeOf.map((place, value) => (isRead ? value : groups[place]!.indexOf(value)));
    return { leaf: first, groups, placeOf, codeOf, codes: Math.max(...codeOf) + 1 };
  });
}

/** The values below `size`, in groups: both ends of a jump are in the same. */
function joined(size: number, jumps: readonly { from: number; to: number }[]): number[][] {
  let groups = Array.from({ length: size }, (_, value) => [value]);
  for (const { from, to } of jumps) {
    const [a, b] = [from, to].map((value) => groups.find((group) => group.includes(value))!);
    if (a === b) continue;
    groups = groups.filter((group) => group !== a && group !== b);
    groups.push([...a!, ...b!]);
  }
  return groups.map((group) => group.toSorted((a, b) => a - b)).toSorted(([a], [b]) => a! - b!);
}
