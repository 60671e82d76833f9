/**
 * One clone of the guest's: who takes part, and what their objects are called. The first has plain names (P, T, mgr),
 * the second has a 2 behind each (P2, T2, mgr2).
 */
export interface Op {
  /** The calling thread; in a later round it is the same thread again. */
  readonly P: string;
  /** Who leads the process of the calling thread. */
  readonly leader: string;
  readonly M: string;
  readonly T: string;
  /** The guest's child, after which the whole operation is named. */
  readonly C: string;
  /** A thread that the child starts, */
  readonly N: string;
  /** and a child that it forks. */
  readonly D: string;
  /** Those of them who are no tasks of the guest's. */
  readonly helpers: readonly string[];
  /** Which of its caller's clones this is, from 1. */
  readonly round: number;
  /** The name of an object of this operation. */
  own(name: string): string;
}

export interface Operations {
  readonly clones: number;
  readonly rounds: number;
  /** Who leads the process: the first caller, unless told. */
  readonly leader?: string;
  /** Whom the emulator adds, by their plain names. */
  readonly helpers?: readonly string[];
}

/** Each of `clones` threads clones `rounds` times in a row. Round by round, so that older tasks come first. */
export function operations({ clones, rounds, leader = 'P', helpers = [] }: Operations): Op[] {
  const ops: Op[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (let thread = 1; thread <= clones; thread++) {
      const own = suffix((round - 1) * clones + thread);
      const P = suffix(thread)('P');
      const others = { M: own('M'), T: own('T'), C: own('C'), N: own('N'), D: own('D') };
      ops.push({ P, leader, ...others, helpers: helpers.map(own), round, own });
    }
  }
  return ops;
}

function suffix(number: number): (name: string) => string {
  return (name) => (number === 1 ? name : `${name}${number}`);
}

/** What an operation calls its own, by its child: `Op.own` for those who know no more of it than that. */
export function ownName(child: string, name: string): string {
  return child.replace('C', name);
}

/** The operations of one calling thread, by round. */
export function operationsOf(ops: readonly Op[], caller: string): readonly Op[] {
  return ops.filter(({ P }) => P === caller);
}

export function callers(ops: readonly Op[]): string[] {
  return [...new Set(ops.map(({ P }) => P))];
}
