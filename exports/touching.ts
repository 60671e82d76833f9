/** Who has to do with what. */
import type { Relation } from '../checker/relation.js';

/** For each leaf the slots that test or assign it. A leaf that nobody touches is the same in every state. */
export function touching({ leaves, slots }: Relation): ReadonlySet<number>[] {
  const found = leaves.map(() => new Set<number>());
  for (const [slot, { rules }] of slots.entries())
    for (const { guard, writes } of rules)
      for (const { leaf } of [...guard, ...writes]) found[leaf]!.add(slot);
  return found;
}
