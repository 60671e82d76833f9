/** `check litmus`: asks the kernel of the model what each litmus file asks, and compares the answer. */
import { explicit } from '../checker/explicit.js';
import type { Action } from '../checker/result.js';
import {
  judge,
  LitmusError,
  litmusSystem,
  OUTCOME,
  printCondition,
  printOutcome,
  readLitmus,
  satisfies,
  shippedLitmus,
  type Judgement,
  type Litmus,
  type Outcome,
} from '../model/litmus/index.js';
import { DEFAULT_RELEASE } from '../model/platforms.js';
import type { System } from '../model/system.js';
import type { Puppet } from '../model/x86_64/puppet.js';
import { codes } from './codes.js';
import { askFree, type Freely } from './free.js';
import { jsonFree, printFree, printFrees } from './free-text.js';
import { explainBroken, startHere } from './here.js';
import { oneOf } from './names.js';
import { onKernel, type KernelAnswer } from './on-kernel.js';
import { jsonAnswer, printAnswer, printKernels } from './on-kernel-text.js';
import { wholeNumber } from './numbers.js';
import { writeOut } from './output.js';
import { Problem } from './problem.js';

export interface LitmusResult extends Judgement {
  readonly test: Litmus;
  /** Each once, in the order of their text. */
  readonly outcomes: readonly Outcome[];
  readonly states: number;
  /** A run to each outcome, in the same order. */
  readonly paths: readonly (readonly Action[])[];
  /** What the running kernel says, if it was asked. */
  readonly kernel?: KernelAnswer;
  /** What came of it when real tasks ran by themselves, if they did. */
  readonly free?: Freely;
}

export const litmusFormats = ['text', 'json'] as const;

export interface LitmusFlags {
  readonly format: string;
  readonly onKernel?: boolean;
  /** How often a test runs free; only with `onKernel`. */
  readonly free?: string;
}

/** Runs the command on the files given, or on all that are shipped; answers with the exit code. */
export async function litmus(files: readonly string[], flags: LitmusFlags): Promise<number> {
  const format = oneOf('format', flags.format, litmusFormats);
  const free = wholeNumber('--free', flags.free ?? '0', 0);
  const started = performance.now();
  // All files are read before the first is run, so that one that cannot be read does not waste a run.
  const all = (files.length > 0 ? files : shippedLitmus()).map(prepare);
  const results: LitmusResult[] = [];
  const puppet = flags.onKernel === true ? await startHere() : undefined;
  try {
    for (const { test, system } of all) {
      const result = await runLitmus(test, system);
      results.push(puppet === undefined ? result : await askKernel(puppet, system, result, free));
    }
  } finally {
    await puppet?.end();
  }
  const seconds = (performance.now() - started) / 1000;
  await writeOut(format === 'json' ? printJson(results, seconds) : printText(results, seconds));
  return results.every(isFine) ? codes.fine : codes.violated;
}

function isFine({ asExpected, kernel, free }: LitmusResult): boolean {
  return asExpected && kernel?.result !== 'refuted' && free?.forbidden === undefined;
}

/** What the running kernel says to a test that was explored. `free`: how often real tasks run it by themselves, too. */
export async function askKernel(
  puppet: Puppet,
  system: System,
  result: LitmusResult,
  free = 0,
): Promise<LitmusResult> {
  const { test, outcomes, paths } = result;
  const asked = outcomes.map((outcome, index) => ({ outcome: JSON.stringify(outcome), path: paths[index]! }));
  try {
    const kernel = await onKernel(puppet, test, system, asked);
    if (free === 0) return { ...result, kernel };
    return { ...result, kernel, free: await askFree(puppet, test, system, outcomes, free) };
  } catch (error) {
    throw explainBroken(error, test.name);
  }
}

function prepare(file: string): { test: Litmus; system: System } {
  try {
    const test = readLitmus(file);
    return { test, system: litmusSystem(test) };
  } catch (error) {
    if (error instanceof LitmusError) throw new Problem(error.message);
    if (error instanceof Error && 'code' in error)
      throw new Problem(
        `cannot read ${file}: ${error.message}; give a .litmus file, or none for those shipped`,
      );
    throw error;
  }
}

/** Explores one file to the end. */
export async function runLitmus(test: Litmus, system: System = litmusSystem(test)): Promise<LitmusResult> {
  const { properties, states, exhausted } = await explicit(system);
  if (!exhausted) throw new Error(`${test.file}: the search did not end`);
  const found = properties.find(({ name }) => name === OUTCOME)!;
  const sorted = found.counterexamples.toSorted((a, b) => (a.cause.object < b.cause.object ? -1 : 1));
  const outcomes = sorted.map(({ cause }): Outcome => JSON.parse(cause.object));
  const paths = sorted.map(({ path }) => path);
  return { test, outcomes, paths, states, ...judge(test, outcomes) };
}

function printText(results: readonly LitmusResult[], seconds: number): string {
  const wrong = results.filter((result) => !isFine(result));
  const summary =
    wrong.length === 0
      ? `${results.length} litmus tests, every answer as expected`
      : `${wrong.length} of ${results.length} litmus tests are not as expected: ${wrong.map(({ test }) => test.name).join(', ')}`;
  const kernels = results.flatMap(({ kernel }) => kernel ?? []);
  const frees = results.flatMap(({ free }) => free ?? []);
  const asked = [
    ...(kernels.length === 0 ? [] : [printKernels(kernels)]),
    ...(frees.length === 0 ? [] : [printFrees(frees)]),
  ];
  return [...results.map(printResult), `${summary} (${seconds.toFixed(1)} s)`, ...asked, ''].join('\n');
}

function printResult(result: LitmusResult): string {
  const { test, outcomes, word, asExpected, reached, kernel, free } = result;
  const release = test.kernel === '' ? '' : ` on ${test.kernel}`;
  const verdict = !reached
    ? `${word}${release}, but never reached: ${printCondition(test.reached)}`
    : asExpected
      ? `${word}${release}, as expected`
      : `${word}${release}, where ${test.expect} is expected`;
  const lines = outcomes.map(
    (outcome) => `     ${satisfies(outcome, test.exists) ? '*' : ' '} ${printOutcome(outcome)}`,
  );
  return [
    `${isFine(result) ? 'ok  ' : 'DIFF'} ${test.name} (${test.rules.join(', ')})`,
    `     ${test.question}`,
    ...(kernel === undefined ? lines : printAnswer(kernel, lines, free)),
    ...(free === undefined ? [] : printFree(free, kernel?.reason)),
    `     ${printCondition(test.exists)}: ${verdict}`,
    '',
  ].join('\n');
}

function printJson(results: readonly LitmusResult[], seconds: number): string {
  const tests = results.map(({ test, outcomes, states, word, reached, asExpected, kernel, free }) => ({
    name: test.name,
    file: test.file,
    rules: test.rules,
    question: test.question,
    kernel: test.kernel || DEFAULT_RELEASE,
    condition: printCondition(test.exists),
    expected: test.expect,
    word,
    reached,
    asExpected,
    states,
    outcomes: outcomes.map((outcome) => ({ ...outcome })),
    because: test.because,
    source: test.source,
    ...(kernel === undefined ? {} : { onKernel: jsonAnswer(kernel) }),
    ...(free === undefined ? {} : { freeRuns: jsonFree(free) }),
  }));
  return `${JSON.stringify({ schemaVersion: 1, tests, seconds }, null, 2)}\n`;
}
