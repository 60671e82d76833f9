/**
 * The replay line: one word of plain characters that holds a run, so that it can be pasted into a mail or a shell.
 *
 *     cc1/qemu-clone-vm/linux-6.18/faults=kill-T:1/max-faults=1/guest=all/breaks=no-hang/model=1a2b3c4d/
 *         P@mmap=-x7,1/T@clone=0.1,-/sum=5e6f7a8b
 *
 * After the head, each field is a turn: the slot, the label of the turn's first step, and what each step answered to
 * its choices (`-` when it was asked nothing, `0.1` when it was asked twice), run-length encoded. It holds actions, not
 * a seed, so that it means the same after the search has changed. `cycle=4` says that the run goes through its last four
 * steps again and again, for ever. `sum` finds lines that lost their end on the way.
 */

import { createHash } from 'node:crypto';
import type { System } from '../model/system.js';
import type { Question } from './report.js';

/** One turn of a recorded run. */
export interface Turn {
  readonly slot: string;
  /** The label of the first step. */
  readonly label: string;
  /** The choices of each step. */
  readonly steps: readonly (readonly number[])[];
}

/** What a replay line holds. */
export interface Replay {
  readonly question: Question;
  /** The property that the run breaks. */
  readonly property: string;
  /** The hash of the model that the run was found in. */
  readonly model: string;
  readonly turns: readonly Turn[];
  /** So many of the last steps go round for ever; 0 for a run that comes to an end. */
  readonly cycle: number;
}

/** A line that cannot be read. The message says why, in one line. */
export class UnreadableReplay extends Error {}

const version = 'cc1';

/** Longer runs are no runs that a person recorded; the bound keeps a garbled count from filling the memory. */
const longestRun = 1_000_000;

/** Writes a run as one line without spaces, quotes or other characters that a shell reads. */
export function encode({ question, property, model, turns, cycle }: Replay): string {
  const head = [
    version,
    word(question.protocol),
    `${word(question.platform)}-${word(question.kernel)}`,
    ...(question.clones === 1 ? [] : [`clones=${question.clones}`]),
    ...(question.rounds === 1 ? [] : [`rounds=${question.rounds}`]),
    `faults=${question.faults.map(({ name, budget }) => `${word(name)}:${budget}`).join('+') || 'none'}`,
    `max-faults=${question.maxFaults}`,
    `guest=${question.guest.map(word).join('+')}`,
    ...(question.without.length === 0 ? [] : [`without=${question.without.map(word).join('+')}`]),
    `breaks=${word(property)}`,
    ...(cycle === 0 ? [] : [`cycle=${cycle}`]),
    `model=${model}`,
  ];
  const body = turns.map(({ slot, label, steps }) => `${word(slot)}@${word(label)}=${encodeSteps(steps)}`);
  const line = [...head, ...body].join('/');
  return `${line}/sum=${hash(line)}`;
}

/** Reads a line that `encode` wrote; throws `UnreadableReplay` for anything else. */
export function decode(text: string): Replay {
  const line = text.trim();
  const [first, protocol, kernel, ...rest] = line.split('/');
  if (first !== version) throw new UnreadableReplay(foreign(first ?? ''));
  const at = line.lastIndexOf('/sum=');
  if (at < 0)
    throw new UnreadableReplay('the replay line is cut off: it does not end in /sum= and eight digits');
  const [whole, sum] = [line.slice(0, at), line.slice(at + '/sum='.length)];
  if (sum !== hash(whole)) {
    throw new UnreadableReplay(
      'the replay line is damaged: its checksum does not fit, so a part is missing or changed',
    );
  }
  const fields = new Map<string, string>();
  const turns: Turn[] = [];
  for (const field of rest.slice(0, -1)) {
    const equals = field.indexOf('=');
    if (equals < 0) throw new UnreadableReplay(`the replay line has a part that means nothing: ${field}`);
    const [key, value] = [field.slice(0, equals), field.slice(equals + 1)];
    if (key.includes('@')) turns.push(decodeTurn(key, value));
    else fields.set(key, value);
  }
  const dash = kernel?.lastIndexOf('-') ?? -1;
  if (protocol === undefined || kernel === undefined || dash < 0) {
    throw new UnreadableReplay('the replay line names no platform');
  }
  return {
    question: {
      protocol: plain(protocol),
      platform: plain(kernel.slice(0, dash)),
      kernel: plain(kernel.slice(dash + 1)),
      clones: whole1(fields.get('clones') ?? '1', 'clones'),
      rounds: whole1(fields.get('rounds') ?? '1', 'rounds'),
      faults: decodeFaults(need(fields, 'faults')),
      maxFaults: whole1(need(fields, 'max-faults'), 'max-faults'),
      guest: decodeNames(need(fields, 'guest')),
      without: decodeNames(fields.get('without') ?? ''),
    },
    property: plain(need(fields, 'breaks')),
    model: need(fields, 'model'),
    turns,
    cycle: cycleOf(fields, turns),
  };
}

/**
 * A short hash of the model's text: sha256 over the system's steps (slot, label, row) and the names of its properties,
 * the first eight hexadecimal digits. It changes when a step or a promise comes, goes, moves or is renamed.
 */
export function modelHash(system: System): string {
  const steps = system.steps.map(({ slot, label, row }) => [slot, label, row]);
  return hash(JSON.stringify([steps, system.properties.map(({ name }) => name)]));
}

function encodeSteps(steps: Turn['steps']): string {
  const runs: { text: string; times: number }[] = [];
  for (const choices of steps) {
    const text = choices.length === 0 ? '-' : choices.join('.');
    const last = runs.at(-1);
    if (last?.text === text) last.times++;
    else runs.push({ text, times: 1 });
  }
  return runs.map(({ text, times }) => (times === 1 ? text : `${text}x${times}`)).join(',');
}

function decodeTurn(key: string, value: string): Turn {
  const [slot = '', label = ''] = key.split('@');
  const steps = value.split(',').flatMap((run) => {
    const match = /^(-|\d+(?:\.\d+)*)(?:x(\d{1,7}))?$/.exec(run);
    if (match === null) throw new UnreadableReplay(`the replay line has a step that means nothing: ${run}`);
    const [, text = '-', count = '1'] = match;
    if (Number(count) > longestRun)
      throw new UnreadableReplay(`the replay line repeats a step ${count} times`);
    const choices = text === '-' ? [] : text.split('.').map(Number);
    return Array.from({ length: Number(count) }, () => choices);
  });
  return { slot: plain(slot), label: plain(label), steps };
}

function decodeFaults(text: string): Question['faults'] {
  if (text === 'none') return [];
  return text.split('+').map((fault) => {
    const [name = '', budget = ''] = fault.split(':');
    return { name: plain(name), budget: whole1(budget, 'faults') };
  });
}

function decodeNames(text: string): string[] {
  return text === '' ? [] : text.split('+').map(plain);
}

function cycleOf(fields: ReadonlyMap<string, string>, turns: readonly Turn[]): number {
  const cycle = whole1(fields.get('cycle') ?? '0', 'cycle');
  const steps = turns.reduce((sum, turn) => sum + turn.steps.length, 0);
  if (cycle <= steps) return cycle;
  throw new UnreadableReplay(`the replay line has a cycle of ${cycle} steps, and a run of ${steps}`);
}

function need(fields: ReadonlyMap<string, string>, key: string): string {
  const value = fields.get(key);
  if (value === undefined) throw new UnreadableReplay(`the replay line has no ${key}=`);
  return value;
}

function whole1(text: string, key: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new UnreadableReplay(`the replay line has ${key}=${text}, which is no number`);
  return Number(text);
}

function foreign(first: string): string {
  return /^cc\d+$/.test(first)
    ? `the replay line has version ${first}, and this release reads ${version} only`
    : `this is no replay line: one begins with ${version}/ (check prints it at the end of each trace)`;
}

/** Percent-encoding, and a little more of it than in a URI: what is left means nothing to a shell or to this format. */
function word(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*~]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UnreadableReplay(`the replay line has a name that cannot be read: ${text}`);
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
