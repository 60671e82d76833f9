/** `check conform`: random small programs of kernel calls, made by the model and by real tasks in lock step. */
import { LitmusError, litmusSystem, parseLitmus, type Litmus } from '../model/litmus/index.js';
import type { System } from '../model/system.js';
import { NotDriven } from '../model/x86_64/machine.js';
import { PuppetError, type Puppet } from '../model/x86_64/puppet.js';
import { codes } from './codes.js';
import { jsonConform, printConform, type Conformity } from './conform-text.js';
import { explainBroken, runningRules, startHere } from './here.js';
import { interruptible } from './interrupt.js';
import { TooManyStates, Turns } from './lockstep.js';
import { runLitmus } from './litmus.js';
import { oneOf } from './names.js';
import { wholeNumber } from './numbers.js';
import { writeOut } from './output.js';
import { play, type Played } from './pair.js';
import { printProgram, randomProgram, type Program } from './program.js';
import { Random } from './random.js';
import { shrink } from './shrink.js';

export const conformFormats = ['text', 'json'] as const;

export interface ConformFlags {
  readonly walks: string;
  readonly seed?: string;
  readonly format: string;
}

/** One walk of one program. */
export interface Walk {
  readonly program: Program;
  /** Undefined if no such program can be, or none that real tasks can be made to run. */
  readonly played?: Played;
}

/** How often what is left of a program is tried while it is made smaller: it may take another order of its turns. */
const TRIES = 12;
const MOST_TURNS = 80;
/** Seeds that are chosen by the clock are short enough to be typed. */
const SEEDS = 1_000_000;

const QUESTION = 'Does Linux do what the model does?';

/** Exit code 1: the kernel does something that the model does not allow. 3: it was stopped before the last walk. */
export async function conform(flags: ConformFlags): Promise<number> {
  const format = oneOf('format', flags.format, conformFormats);
  const walks = wholeNumber('--walks', flags.walks, 1);
  const seed = flags.seed === undefined ? Date.now() % SEEDS : wholeNumber('--seed', flags.seed, 0);
  const result = await interruptible((signal) => walkAll(seed, walks, signal));
  await writeOut(format === 'json' ? jsonConform(result) : printConform(result));
  if (result.difference !== undefined) return codes.violated;
  return result.walks < walks ? codes.open : codes.fine;
}

/** Walks with one seed after the other, up to the first that shows a difference. */
async function walkAll(seed: number, asked: number, signal: AbortSignal): Promise<Conformity> {
  const driver = new Driver(await startHere());
  const started = performance.now();
  const totals = { walks: 0, turns: 0, steps: 0, cut: 0 };
  const rules = new Set<string>();
  const known = () => ({ seed, asked, ...totals, rules, seconds: (performance.now() - started) / 1000 });
  try {
    while (totals.walks < asked && !signal.aborted) {
      const at = seed + totals.walks;
      const walk = await driver.walk(at);
      totals.walks++;
      const { played } = walk;
      if (played === undefined) continue;
      totals.turns += played.turns.length;
      totals.steps += played.commands;
      totals.cut += played.distorted === undefined ? 0 : 1;
      for (const rule of played.rules) rules.add(rule);
      if (played.differences.length === 0) continue;
      const least = await smallest(driver.puppet, walk);
      const litmus = await asLitmus(least.program);
      return { ...known(), difference: { seed: at, litmus, played: least.played! } };
    }
    return known();
  } finally {
    await driver.puppet.end();
  }
}

/** A helper, and another one if it breaks off. */
class Driver {
  constructor(public puppet: Puppet) {}

  /** Takes a walk, and takes it again if the helper broke off: another program may have kept the machine busy. */
  async walk(seed: number): Promise<Walk> {
    try {
      return await walkOnce(this.puppet, seed);
    } catch (error) {
      if (!(error instanceof PuppetError)) throw error;
    }
    await this.puppet.end();
    this.puppet = await startHere();
    try {
      return await walkOnce(this.puppet, seed);
    } catch (error) {
      throw explainBroken(error, `seed ${seed}`);
    }
  }
}

/** The program of this seed, in an order of turns that the seed decides as well. */
export async function walkOnce(puppet: Puppet, seed: number): Promise<Walk> {
  const random = new Random(seed);
  return walkProgram(puppet, randomProgram(random), random);
}

/** A program in a random order of its turns. */
export async function walkProgram(puppet: Puppet, program: Program, random: Random): Promise<Walk> {
  const found = systemOf(program);
  if (found === undefined) return { program };
  let left = MOST_TURNS;
  try {
    const played = await play(puppet, found.litmus, new Turns(found.system), (possible) =>
      left-- > 0 && possible.length > 0 ? random.pick(possible) : undefined,
    );
    return { program, played };
  } catch (error) {
    if (error instanceof TooManyStates || error instanceof NotDriven) return { program };
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

/** The program as a litmus test that expects what the model says. */
async function asLitmus(program: Program): Promise<string> {
  const text = printProgram(program, QUESTION);
  const { word } = await runLitmus(parseLitmus('random.litmus', text));
  return printProgram(program, QUESTION, word);
}
