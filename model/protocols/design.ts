/**
 * A protocol and its neighbours: the same design without one of its parts. Dropping a part is the experiment that shows
 * what it is there for; its programs are written once, and name their parts where they use them.
 */
import type { CloneFlag, KernelState, Step } from '../kernel/index.js';

export interface Design {
  /** Is this part there? */
  has(part: string): boolean;
  /** The flags of a clone that are there. A flag is a part by its own name, or by the one given for it here. */
  flags(flags: readonly CloneFlag[], names?: Partial<Record<CloneFlag, string>>): readonly CloneFlag[];
  /** The steps of a part. Dropped, they are one step that does nothing, so that whoever jumps to them gets past them. */
  part<S extends KernelState>(name: string, steps: readonly Step<S>[]): readonly Step<S>[];
}

export function designWithout(dropped: readonly string[]): Design {
  const has = (part: string): boolean => !dropped.includes(part);
  return {
    has,
    flags: (flags, names = {}) => flags.filter((flag) => has(names[flag] ?? flag)),
    part(name, steps) {
      const [first] = steps;
      if (has(name) || first === undefined) return steps;
      return [{ ...first, run: (k) => k.says(`(dropped: ${name})`) }];
    },
  };
}
