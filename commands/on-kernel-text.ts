/** How the kernel's answer reads beside the model's. */
import { release } from 'node:os';
import type { Freely } from './free.js';
import { howOften } from './free-text.js';
import type { KernelAnswer, Shown } from './on-kernel.js';

const WIDTH = 110;
const MOST_PADDING = 44;

/** The model's outcomes, one a line, with what the kernel made of each behind them, held and free, and where the two differ. */
export function printAnswer(answer: KernelAnswer, lines: readonly string[], free?: Freely): string[] {
  const longest = Math.min(MOST_PADDING, Math.max(...lines.map((line) => line.length)));
  const shown = lines.map((line, index) => {
    const text = describe(answer.outcomes[index]!) + (free === undefined ? '' : howOften(free, index));
    const beside = `${line.padEnd(longest)}  ${text}`;
    return beside.length <= WIDTH ? beside : `${line}\n         ${text}`;
  });
  return [...shown, ...(answer.refuted === undefined ? [] : printRefuted(answer.refuted))];
}

function describe({ result, reason }: Shown): string {
  switch (result) {
    case 'seen':
      return `seen on Linux, ${reason}`;
    case 'not-seen':
      return `not seen: ${reason}`;
    case 'model-only':
      break;
  }
  return `model only: ${reason}`;
}

/** The turns that were made, and in what the two differ after the last. */
export function printRefuted({ turns, differences }: NonNullable<KernelAnswer['refuted']>): string[] {
  return [
    `     Linux ${release()} differs from the model:`,
    ...turns.map(({ name, label }, index) => `       ${index + 1}  ${name}: ${label.replace(/^\d+ /, '')}`),
    ...differences.map(
      ({ what, model, kernel }) => `       ${what}: ${model} in the model, ${kernel} in the kernel`,
    ),
  ];
}

/** One line on all tests. */
export function printKernels(answers: readonly KernelAnswer[]): string {
  const count = (result: KernelAnswer['result']) => answers.filter((one) => one.result === result).length;
  const outcomes = answers.flatMap((answer) => answer.outcomes);
  const seen = outcomes.filter(({ result }) => result === 'seen').length;
  const commands = answers.reduce((sum, answer) => sum + answer.commands, 0);
  const runs = answers.reduce((sum, answer) => sum + answer.runs, 0);
  return (
    `Linux ${release()}: ${count('confirmed')} confirmed, ${count('refuted')} refuted, ${count('model-only')} model only; ` +
    `${seen} of ${outcomes.length} outcomes seen, in ${runs} runs of ${commands} steps`
  );
}

export function jsonAnswer({ result, reason, outcomes, refuted, runs, commands }: KernelAnswer): object {
  return {
    result,
    kernel: release(),
    reason: reason || null,
    outcomes: outcomes.map((shown) => ({ result: shown.result, reason: shown.reason })),
    ...(refuted === undefined ? {} : { refuted }),
    runs,
    steps: commands,
  };
}
