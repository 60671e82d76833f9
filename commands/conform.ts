/** Random small programs of kernel calls, made by the model and by real tasks in lock step. */
import { release } from 'node:os';
import { LitmusError, litmusSystem, parseLitmus, type Litmus } from '../model/litmus/index.js';
import type { System } from '../model/system.js';
import { RULES } from '../model/kernel/rules.js';
import { NotDriven } from '../model/x86_64/machine.js';
import type { Puppet } from '../model/x86_64/puppet.js';
import { count, plural } from '../traces/layout.js';
import { codes } from './codes.js';
import { runningRules, startHere } from './here.js';
import { TooManyStates, Turns } from './lockstep.js';
import { wholeNumber } from './numbers.js';
import { printRefuted } from './on-kernel-text.js';
import { writeOut } from './output.js';
import { play, type Played } from './pair.js';
import { printProgram, randomProgram, type Program } from './program.js';
import { Random } from './random.js';
import { shrink } from './shrink.js';

export interface ConformFlags {
  readonly walks: string;
  readonly seed?: string;
}

/** One walk of one program. */
export interface Walk {
  readonly program: Program;
  /** Undefined if no such program can be. */
  readonly played?: Played;
  /** The rules that the steps of the model cite. */
  readonly rules: ReadonlySet<string>;
}

/** How often what is left of a program is tried while it is made smaller: it may take another order of its turns. */
const TRIES = 12;
const MOST_TURNS = 80;

/** Exit code 1: the kernel does something that the model does not allow. */
export async function conform(flags: ConformFlags): Promise<number> {
  const walks = wholeNumber('--walks', flags.walks, 1);
  const seed = flags.seed === undefined ? Date.now() % 1_000_000 : wholeNumber('--seed', flags.seed, 0);
  const puppet = await startHere();
  const started = performance.now();
  const totals = { made: 0, turns: 0, commands: 0, cut: 0 };
  const rules = new Set<string>();
  try {
    for (let at = 0; at < walks; at++) {
      const walk = await walkOnce(puppet, seed + at);
      const { played } = walk;
      if (played === undefined) continue;
      if (played.differences.length > 0) {
        await writeOut(printDifference(await smallest(puppet, walk), seed + at));
        return codes.violated;
      }
      totals.made++;
      totals.turns += played.turns.length;
      totals.commands += played.commands;
      totals.cut += played.distorted === undefined ? 0 : 1;
      for (const rule of walk.rules) rules.add(rule);
    }
  } finally {
    await puppet.end();
  }
  await writeOut(printTotals(totals, rules, seed, (performance.now() - started) / 1000));
  return codes.fine;
}

/** The program of this seed, in an order of turns that the seed decides as well. */
export async function walkOnce(puppet: Puppet, seed: number): Promise<Walk> {
  const random = new Random(seed);
  return walkProgram(puppet, randomProgram(random), random);
}

/** A program in a random order of its turns. */
export async function walkProgram(puppet: Puppet, program: Program, random: Random): Promise<Walk> {
  const found = systemOf(program);
  if (found === undefined) return { program, rules: new Set() };
  const turns = new Turns(found.system);
  let left = MOST_TURNS;
  try {
    const played = await play(puppet, found.litmus, turns, (possible) =>
      left-- > 0 && possible.length > 0 ? random.pick(possible) : undefined,
    );
    return { program, played, rules: turns.rules };
  } catch (error) {
    if (error instanceof TooManyStates || error instanceof NotDriven) return { program, rules: new Set() };
    throw error;
  }
}

function systemOf(program: Program): { litmus: Litmus; system: System } | undefined {
  try {
    const litmus = parseLitmus('random.litmus', printProgram(program, 'Does Linux do what the model does?'));
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

export function printDifference({ program, played }: Walk, seed: number): string {
  const { turns, differences } = played!;
  return [
    printProgram(program, 'Does Linux do what the model does?'),
    ...printRefuted({ turns, differences }).map((line) => line.replace(/^ {5}/, '# ')),
    `# seed ${seed}`,
    '',
  ].join('\n');
}

function printTotals(
  { made, turns, commands, cut }: { made: number; turns: number; commands: number; cut: number },
  rules: ReadonlySet<string>,
  seed: number,
  seconds: number,
): string {
  const known = RULES.filter((rule) => !('leftOut' in rule)).map(({ id }) => id);
  const met = known.filter((id) => rules.has(id)).length;
  return [
    `Linux ${release()} does what the model does: ${plural(made, 'random program')}, ${plural(turns, 'turn')}, seed ${seed}`,
    `${count(cut)} of them end early, where a tracer is in the way; ${met} of ${known.length} rules are cited by a step taken`,
    `${count(commands)} steps of real tasks in ${seconds.toFixed(1)} s, ${count(Math.round(commands / seconds))} a second`,
    '',
  ].join('\n');
}
