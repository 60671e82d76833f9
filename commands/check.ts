/** `check [PROTOCOL...]`: searches, reports, and tells the outcome by its exit code. */

import { totalmem } from 'node:os';
import type { Limits } from '../checker/result.js';
import { defaultProtocol } from '../model/protocols/index.js';
import { formatDot } from '../traces/dot.js';
import { formatGraph, mostStates } from '../traces/graph.js';
import { formatJson } from '../traces/json.js';
import { count } from '../traces/layout.js';
import { type Question, type Report, runsOf, violations } from '../traces/report.js';
import type { Progress } from '../traces/progress.js';
import { noPaint, type Paint } from '../traces/style.js';
import { renderSvg } from '../traces/svg.js';
import { formatText } from '../traces/text.js';
import { codeOf } from './codes.js';
import { confirmAll } from './confirm-all.js';
import { type EngineName, engineNames } from './engines.js';
import { explore, exploreAll } from './explore.js';
import { exported, exportNames, isExport } from './export.js';
import { interruptible } from './interrupt.js';
import { oneOf } from './names.js';
import { memory, seconds, wholeNumber } from './numbers.js';
import { blamed, loadProtocols } from './own.js';
import { openTarget, writeHint, writeOut } from './output.js';
import { asksForAll } from './parts.js';
import { Problem } from './problem.js';
import { reporter } from './progress.js';
import { ANY, checkProperties, defaults, questionOf, type QuestionFlags } from './question.js';

export const formats = ['text', 'json', 'dot', 'svg', ...exportNames] as const;
type Format = (typeof formats)[number];

/** The flags as commander hands them over. */
export interface CheckFlags extends QuestionFlags {
  readonly depth?: string;
  readonly property?: readonly string[];
  readonly engine: string;
  readonly maxStates?: string;
  readonly maxMemory?: string;
  readonly timeout?: string;
  readonly format?: string;
  readonly graph?: true;
  readonly out?: string;
  readonly traces?: string;
  readonly requireExhausted?: true;
  readonly confirm?: true;
  readonly quiet?: true;
}

interface Plan {
  readonly questions: readonly Asked[];
  readonly properties: readonly string[];
  readonly engine: EngineName;
  readonly format: Format;
  readonly allTraces: boolean;
  readonly limits: Limits;
}

/** A question, and whether it asks for everything at once. */
interface Asked {
  readonly question: Question;
  readonly all: boolean;
}

/** Runs the command; answers with the exit code. `paint` colours what goes to stdout. */
export async function check(names: readonly string[], flags: CheckFlags, paint: Paint): Promise<number> {
  await loadProtocols(names);
  const plan = planOf(names, flags);
  const target = flags.out === undefined ? undefined : openTarget(flags.out);
  try {
    hintAtBudgets(plan);
    hintAtClones(plan);
    const found = await searchAll(plan, flags.quiet === true);
    const reports = flags.confirm === true ? await confirmAll(found) : found;
    const text = (colours: Paint) => formatText(reports, { allTraces: plan.allTraces, paint: colours });
    const inFormat = async (colours: Paint) =>
      plan.format === 'text' ? text(colours) : await render(reports, plan, flags);
    if (target === undefined) {
      await writeOut(await inFormat(paint));
    } else {
      const result = await inFormat(noPaint);
      await target.write(result).catch(async (error: unknown) => {
        // What was found must not be lost with the file.
        await writeOut(text(paint));
        throw error;
      });
      if (plan.format !== 'text') await writeOut(text(paint));
    }
    return codeOf(
      reports.flatMap(({ result }) => result.properties),
      flags.requireExhausted === true,
    );
  } finally {
    target?.abandon();
  }
}

/** Everything that can be wrong with the flags is found here, before any search. */
function planOf(names: readonly string[], flags: CheckFlags): Plan {
  const chosen = names.length === 0 ? [defaultProtocol] : [...new Set(names)];
  const format = oneOf('format', flags.format ?? (flags.graph ? 'dot' : 'text'), formats);
  const questions = chosen.map((name) => {
    const question = questionOf(name, flags);
    // Only one search has a graph of its states, and one relation.
    return { question, all: flags.graph !== true && !isExport(format) && asksForAll(flags, question) };
  });
  const properties = flags.property ?? [];
  for (const name of chosen) checkProperties(name, properties);
  const draws = format === 'dot' || format === 'svg';
  if (flags.graph && !draws) throw new Problem('--graph is drawn with --format dot or svg');
  if (draws && questions.length > 1) throw new Problem(`--format ${format} draws one protocol at a time`);
  if (isExport(format)) {
    if (questions.length > 1) throw new Problem(`--format ${format} exports one protocol at a time`);
    if (flags.engine !== 'auto' && flags.engine !== 'explicit')
      throw new Problem(`--format ${format} is made from what the explicit engine learns`);
  }
  if (flags.traces !== undefined) oneOf('value of --traces', flags.traces, ['all']);
  return {
    questions,
    properties,
    engine: oneOf('engine', flags.engine, engineNames),
    format,
    allTraces: flags.traces === 'all',
    limits: {
      ...(flags.depth === undefined ? {} : { depth: wholeNumber('--depth', flags.depth, 1) }),
      ...(flags.maxStates === undefined
        ? {}
        : { maxStates: wholeNumber('--max-states', flags.maxStates, 1) }),
      maxMemory: flags.maxMemory === undefined ? mostMemory() : memory('--max-memory', flags.maxMemory),
      ...(flags.timeout === undefined ? {} : { timeout: seconds('--timeout', flags.timeout) }),
    },
  };
}

/** Stopping with what is known is better than being killed for want of memory. */
function mostMemory(): number {
  const allowed = process.constrainedMemory() ?? 0;
  return 0.8 * (allowed > 0 ? Math.min(allowed, totalmem()) : totalmem());
}

function hintAtBudgets({ questions }: Plan): void {
  for (const { question } of questions) {
    const { faults, maxFaults, protocol } = question;
    const over = faults.find(({ budget }) => budget > maxFaults);
    if (over === undefined) continue;
    writeHint(`hint: ${protocol}: ${over.name}:${over.budget} is more than --max-faults ${maxFaults} allows`);
  }
}

function hintAtClones({ questions, limits }: Plan): void {
  const large = questions.find(
    ({ question: { clones, rounds, guest } }) =>
      clones * rounds > 1 && (guest.includes(ANY) || guest.includes(defaults.guest)),
  );
  if (large === undefined || (limits.depth ?? limits.timeout ?? limits.maxStates) !== undefined) return;
  writeHint(
    `hint: ${large.question.protocol}: several clones with every guest may take hours and all the memory; ` +
      '--depth N, --guest NAME,... or --timeout SECONDS asks for less',
  );
}

async function searchAll({ questions, limits, ...plan }: Plan, quiet: boolean): Promise<Report[]> {
  const progress = reporter(quiet);
  return await interruptible(async (signal) => {
    const reports: Report[] = [];
    for (const { question, all } of questions) {
      const search = {
        ...plan,
        keep: isExport(plan.format),
        limits: { ...limits, signal },
        report: (now: Progress) => progress.report(now),
      };
      try {
        reports.push(await (all ? exploreAll(question, search) : explore(question, search)));
      } catch (error) {
        throw blamed(question.protocol, error);
      } finally {
        progress.done();
      }
    }
    return reports;
  });
}

async function render(reports: readonly Report[], plan: Plan, { graph, out }: CheckFlags): Promise<string> {
  const [report] = reports;
  if (plan.format === 'json' || report === undefined) return formatJson(reports);
  if (isExport(plan.format)) return exported(runsOf(report)[0]!, plan.format, out);
  const dot = graph ? graphOf(report) : formatDot(report, violations(report)[0]);
  return plan.format === 'svg' ? await renderSvg(dot) : dot;
}

function graphOf({ system, depth, result }: Report): string {
  const { states, stopped } = result;
  if (states > mostStates) {
    const atLeast = stopped === 'exhausted' || stopped === 'depth' ? '' : 'at least ';
    throw new Problem(
      `the state graph has ${atLeast}${count(states)} states, and over ${mostStates} nobody can read it; ` +
        'ask for less with --depth, --faults or --guest',
    );
  }
  if (stopped !== 'exhausted' && stopped !== 'depth') {
    throw new Problem(
      'the search was stopped before all states were known, so there is no state graph to draw',
    );
  }
  return formatGraph(system, depth);
}
