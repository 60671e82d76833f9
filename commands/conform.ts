/** `check conform`: small programs of kernel calls, random ones or all there are, made by the model and by real tasks in lock step. */
import { parseLitmus } from '../model/litmus/index.js';
import { PuppetError, type Puppet } from '../model/x86_64/puppet.js';
import { codes } from './codes.js';
import { jsonConform, printConform, type Conformity } from './conform-text.js';
import { explainBroken, startHere } from './here.js';
import { interruptible } from './interrupt.js';
import { runLitmus } from './litmus.js';
import { oneOf } from './names.js';
import { wholeNumber } from './numbers.js';
import { writeOut } from './output.js';
import { printProgram, type Program } from './program.js';
import { PROGRAMS } from './systematic.js';
import { QUESTION, smallest, walkEveryTurn, walkOnce, type Walk } from './walk.js';

export const conformFormats = ['text', 'json'] as const;

export interface ConformFlags {
  /** How many programs; `all` only with `systematic`. */
  readonly walks: string;
  /** Of the first program, or its number. */
  readonly seed?: string;
  readonly systematic?: boolean;
  readonly format: string;
}

/** Seeds that are chosen by the clock are short enough to be typed. */
const SEEDS = 1_000_000;

/** Exit code 1: the kernel does something that the model does not allow. 3: it was stopped before the last program. */
export async function conform(flags: ConformFlags): Promise<number> {
  const format = oneOf('format', flags.format, conformFormats);
  const systematic = flags.systematic === true;
  const asked = systematic && flags.walks === 'all' ? PROGRAMS : wholeNumber('--walks', flags.walks, 1);
  const first = systematic ? 0 : Date.now() % SEEDS;
  const seed = flags.seed === undefined ? first : wholeNumber('--seed', flags.seed, 0);
  const result = await interruptible((signal) => walkAll({ seed, asked, systematic }, signal));
  await writeOut(format === 'json' ? jsonConform(result) : printConform(result));
  if (result.difference !== undefined) return codes.violated;
  return result.programs < asked ? codes.open : codes.fine;
}

type Asked = Pick<Conformity, 'seed' | 'asked' | 'systematic'>;

/** Walks program after program, up to the first that shows a difference. */
async function walkAll(what: Asked, signal: AbortSignal): Promise<Conformity> {
  const driver = new Driver(await startHere(), what.systematic);
  const started = performance.now();
  const totals = { programs: 0, walks: 0, turns: 0, steps: 0, cut: 0 };
  const rules = new Set<string>();
  const known = () => ({ ...what, ...totals, rules, seconds: (performance.now() - started) / 1000 });
  try {
    while (totals.programs < what.asked && !signal.aborted) {
      const at = what.seed + totals.programs;
      const walks = await driver.walk(at);
      totals.programs++;
      for (const walk of walks) {
        const { played } = walk;
        totals.walks++;
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
    }
    return known();
  } finally {
    await driver.puppet.end();
  }
}

/** A helper, and another one if it breaks off. */
class Driver {
  constructor(
    public puppet: Puppet,
    private readonly systematic: boolean,
  ) {}

  /** Walks a program, and does so again if the helper broke off: another program may have kept the machine busy. */
  async walk(seed: number): Promise<readonly Walk[]> {
    try {
      return await this.walkWith(seed);
    } catch (error) {
      if (!(error instanceof PuppetError)) throw error;
    }
    await this.puppet.end();
    this.puppet = await startHere();
    try {
      return await this.walkWith(seed);
    } catch (error) {
      throw explainBroken(error, this.systematic ? `program ${seed}` : `seed ${seed}`);
    }
  }

  private async walkWith(seed: number): Promise<readonly Walk[]> {
    return this.systematic ? walkEveryTurn(this.puppet, seed) : [await walkOnce(this.puppet, seed)];
  }
}

/** The program as a litmus test that expects what the model says. */
async function asLitmus(program: Program): Promise<string> {
  const text = printProgram(program, QUESTION);
  const { word } = await runLitmus(parseLitmus('random.litmus', text));
  return printProgram(program, QUESTION, word);
}
