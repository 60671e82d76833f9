/** `check --confirm`: every counterexample of a report put to the running kernel. */
import type { Counterexample } from '../checker/result.js';
import { type OnKernel, type Report, violations } from '../traces/report.js';
import { interruptible } from './interrupt.js';
import { Kernel, unavailable } from './kernel.js';

/** Seconds for all of them together. One takes a tenth of a second. */
const SECONDS = 120;

/** The reports with what the kernel says. Ctrl-C ends the questions, and what is known by then is reported. */
export async function confirmAll(reports: readonly Report[]): Promise<Report[]> {
  const kernel = new Kernel(performance.now() + SECONDS * 1000);
  try {
    return await interruptible(async (signal) => {
      const answered: Report[] = [];
      for (const report of reports) answered.push(withAnswers(report, await askAll(kernel, report, signal)));
      return answered;
    });
  } finally {
    await kernel.end();
  }
}

/** The parts of a union share its counterexamples, and so the answers. */
function withAnswers(report: Report, onKernel: NonNullable<Report['onKernel']>): Report {
  if (!('parts' in report)) return { ...report, onKernel };
  return { ...report, onKernel, parts: report.parts.map((part) => ({ ...part, onKernel })) };
}

async function askAll(
  kernel: Kernel,
  report: Report,
  signal: AbortSignal,
): Promise<ReadonlyMap<Counterexample, OnKernel>> {
  const answers = new Map<Counterexample, OnKernel>();
  for (const { run, property, counterexample } of violations(report)) {
    const goal = { property: property.name, object: counterexample.cause.object };
    const { path, cycle = 0 } = counterexample;
    const asked = { question: run.question, system: run.system, path, goal, cycle };
    answers.set(counterexample, signal.aborted ? unavailable('interrupted') : await kernel.ask(asked));
  }
  return answers;
}
