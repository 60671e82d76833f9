/** `check replay LINE`: plays a recorded run again in the model of today. */

import { emptyPicture, formatStepsDot } from '../traces/dot.js';
import { plural, width, wrap } from '../traces/layout.js';
import { kernelDifferences, kernelVerdict } from '../traces/on-kernel.js';
import { decode, type Replay, UnreadableReplay } from '../traces/replay.js';
import { type OnKernel, sentenceOf } from '../traces/report.js';
import { OutdatedReplay, type Replayed, resolve } from '../traces/resolve.js';
import { noPaint, type Paint } from '../traces/style.js';
import { renderSvg } from '../traces/svg.js';
import { formatSteps } from '../traces/trace.js';
import type { System } from '../model/system.js';
import { codes } from './codes.js';
import { Kernel } from './kernel.js';
import { oneOf } from './names.js';
import { openTarget, writeHint, writeOut } from './output.js';
import { blamed, loadProtocols } from './own.js';
import { Problem } from './problem.js';
import { checkProperties, checkQuestion, hashOf, systemOf } from './question.js';

export interface ReplayFlags {
  readonly format: string;
  readonly out?: string;
  readonly onKernel?: true;
}

/** Seconds within which the kernel has to have answered. */
const SECONDS = 60;

const formats = ['text', 'dot', 'svg'] as const;

/** Exit code 1: it still breaks what it broke; 0: it runs, and does not. `words` is the line, which mail may have broken. */
export async function replay(words: readonly string[], flags: ReplayFlags, paint: Paint): Promise<number> {
  const format = oneOf('format', flags.format, formats);
  const { recorded, system, replayed } = await read(words.join(''));
  const asked = flags.onKernel === true ? await askKernel(system, recorded, replayed) : undefined;
  const target = flags.out === undefined ? undefined : openTarget(flags.out);
  try {
    if (format === 'text') {
      const text = (colours: Paint) => formatReplay(system, recorded, replayed, asked, colours);
      if (target === undefined) await writeOut(text(paint));
      else await target.write(text(noPaint));
    } else {
      const dot = draw(system, recorded, replayed, asked);
      const picture = format === 'svg' ? await renderSvg(dot) : dot;
      await (target === undefined ? writeOut(picture) : target.write(picture));
    }
  } finally {
    target?.abandon();
  }
  return replayed.reproduces ? codes.violated : codes.fine;
}

async function read(line: string): Promise<{ recorded: Replay; system: System; replayed: Replayed }> {
  const recorded = decoded(line);
  try {
    await loadProtocols([recorded.question.protocol]);
    checkQuestion(recorded.question);
    checkProperties(recorded.question.protocol, [recorded.property]);
    const system = systemOf(recorded.question, [recorded.property]);
    const replayed = resolve(system, recorded);
    if (hashOf(recorded.question) !== recorded.model) {
      writeHint('hint: the model has changed since this line was written, and the run is still possible');
    }
    return { recorded, system, replayed };
  } catch (error) {
    if (error instanceof OutdatedReplay) throw new Problem(error.message);
    throw blamed(recorded.question.protocol, error);
  }
}

function decoded(line: string): Replay {
  try {
    return decode(line);
  } catch (error) {
    if (error instanceof UnreadableReplay) throw new Problem(error.message);
    throw error;
  }
}

async function askKernel(
  system: System,
  { question, property, cycle }: Replay,
  { path, reproduces, object }: Replayed,
): Promise<OnKernel> {
  const kernel = new Kernel(performance.now() + SECONDS * 1000);
  try {
    const goal = reproduces ? { property, object } : undefined;
    return await kernel.ask({ question, system, path, goal, cycle });
  } finally {
    await kernel.end();
  }
}

function formatReplay(
  system: System,
  recorded: Replay,
  { steps, reproduces, object }: Replayed,
  asked: OnKernel | undefined,
  paint: Paint,
): string {
  const { property, question, cycle } = recorded;
  const about = object === '' ? '' : ` (${object})`;
  return [
    ...wrap(`${property}${about}: ${sentenceOf(system, property)}`, 108).map((line) => paint('strong', line)),
    '',
    ...formatSteps({ system }, reproduces ? property : undefined, object, steps, paint, cycle),
    '',
    reproduces
      ? `${question.protocol} still breaks ${property}, in ${size(steps)}.`
      : `${question.protocol} no longer breaks ${property} this way: all ${plural(steps.length, 'step')} are possible, and it holds.`,
    ...(asked === undefined ? [] : [...wrap(kernelVerdict(asked), width), ...kernelDifferences(asked)]),
    '',
  ].join('\n');
}

function draw(
  system: System,
  { property, question, cycle }: Replay,
  { steps, reproduces, object }: Replayed,
  asked: OnKernel | undefined,
): string {
  if (steps.length === 0) return emptyPicture(`${question.protocol}: no steps to draw`);
  const about = object === '' ? '' : ` (${object})`;
  const title = [
    `${property}${about}`,
    ...wrap(sentenceOf(system, property), 90),
    `${question.protocol}: ${size(steps)}`,
    ...(asked === undefined ? [] : wrap(kernelVerdict(asked), 90)),
  ];
  return formatStepsDot(
    { system },
    title,
    steps,
    reproduces ? `breaks ${property}${about}` : undefined,
    cycle,
  );
}

function size(steps: Replayed['steps']): string {
  return `${plural(steps.at(-1)?.turn ?? 0, 'turn')}, ${plural(steps.length, 'step')}`;
}
