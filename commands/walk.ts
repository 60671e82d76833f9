/** Walks of a small program, by the model and by real tasks in lock step. */
import { LitmusError, litmusSystem, parseLitmus, type Litmus } from '../model/litmus/index.js';
import type { System } from '../model/system.js';
import { NotDriven } from '../model/x86_64/action.js';
import type { Puppet } from '../model/x86_64/puppet.js';
import { EveryTurn } from './every-turn.js';
import { runningRules } from './here.js';
import { TooManyStates, Turns, type Turn } from './lockstep.js';
import { play, type Played } from './pair.js';
import { printProgram, randomProgram, type Program } from './program.js';
import { Random } from './random.js';
import { shrink } from './shrink.js';
import { numberedProgram } from './systematic.js';

/** One walk of one program. */
export interface Walk {
  readonly program: Program;
  /** Undefined if no such program can be, or none that real tasks can be made to run. */
  readonly played?: Played;
}

/** How often what is left of a program is tried while it is made smaller: it may take another order of its turns. */
const TRIES = 12;
const MOST_TURNS = 80;
/** After so many walks in a row that have come to nothing new, as the kernel goes another way, a program is left. */
const VAIN = 4;

export const QUESTION = 'Does Linux do what the model does?';

/** The program of this seed, in an order of turns that the seed decides as well. */
export async function walkOnce(puppet: Puppet, seed: number): Promise<Walk> {
  const random = new Random(seed);
  return walkProgram(puppet, randomProgram(random), random);
}

/** A program in a random order of its turns. */
export async function walkProgram(puppet: Puppet, program: Program, random: Random): Promise<Walk> {
  const [walk] = await walks(program, async ({ litmus, system }) => {
    let left = MOST_TURNS;
    const next = (possible: readonly Turn[]) =>
      left-- > 0 && possible.length > 0 ? random.pick(possible) : undefined;
    return [await play(puppet, litmus, new Turns(system), next)];
  });
  return walk!;
}

/** The numbered program, in as many orders as it takes to make every turn of every state; up to the first difference. */
export async function walkEveryTurn(puppet: Puppet, number: number): Promise<readonly Walk[]> {
  return walks(numberedProgram(number), async ({ litmus, system }) => {
    const turns = new Turns(system);
    const every = new EveryTurn(turns);
    const all: Played[] = [];
    for (let vain = 0; vain < VAIN && every.isOpen(); vain = every.isNew ? 0 : vain + 1) {
      every.beginWalk();
      const played = await play(puppet, litmus, turns, (possible, state) => every.next(state, possible));
      all.push(played);
      if (played.differences.length > 0) break;
      if (played.distorted !== undefined) every.close();
    }
    return all;
  });
}

/** The smallest program that shows a difference as well. */
export async function smallest(puppet: Puppet, walk: Walk): Promise<Walk> {
  let last = walk;
  await shrink(walk.program, async (program) => {
    for (let seed = 0; seed < TRIES; seed++) {
      const tried = await walkProgram(puppet, program, new Random(seed));
      if (tried.played === undefined || tried.played.differences.length === 0) continue;
      last = tried;
      return true;
    }
    return false;
  });
  return last;
}

async function walks(
  program: Program,
  take: (found: { litmus: Litmus; system: System }) => Promise<readonly Played[]>,
): Promise<readonly Walk[]> {
  const found = systemOf(program);
  if (found === undefined) return [{ program }];
  try {
    return (await take(found)).map((played) => ({ program, played }));
  } catch (error) {
    if (error instanceof TooManyStates || error instanceof NotDriven) return [{ program }];
    throw error;
  }
}

function systemOf(program: Program): { litmus: Litmus; system: System } | undefined {
  try {
    const litmus = parseLitmus('random.litmus', printProgram(program, QUESTION));
    return { litmus, system: litmusSystem(litmus, runningRules()) };
  } catch (error) {
    // Flags that contradict each other in the text are no program.
    if (error instanceof LitmusError) return undefined;
    throw error;
  }
}
