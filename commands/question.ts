/** From flags to a question, and from a question to the system that answers it. */

import type { Described, Profile, Protocol, ProtocolOptions } from '../model/protocols/index.js';
import { isFor, protocols } from '../model/protocols/index.js';
import { DEFAULT_RELEASE, releaseRules } from '../model/platforms.js';
import type { System } from '../model/system.js';
import { judged } from '../properties/index.js';
import { either } from '../traces/layout.js';
import type { Question } from '../traces/report.js';
import { modelHash } from '../traces/replay.js';
import { find, unknown } from './names.js';
import { wholeNumber } from './numbers.js';
import { blamed, isPath, loadedProtocol } from './own.js';
import { Problem } from './problem.js';

/** The flags that decide what is asked. */
export interface QuestionFlags {
  readonly faults?: string;
  readonly maxFaults?: string;
  readonly guest?: string;
  readonly platform: string;
  readonly kernel: string;
  readonly clones: string;
  readonly rounds: string;
  readonly without?: readonly string[];
}

/** The names of two sets of guests: of those that ask for nothing by name, and of those that may ask for anything. */
const USUAL = 'usual';
export const ANY = 'all';

/** The flags with which `check` runs when nothing else is said. */
export const defaults = {
  platform: 'linux',
  kernel: DEFAULT_RELEASE,
  clones: '1',
  rounds: '1',
  maxFaults: '1',
  guest: USUAL,
} as const;

/** All clones of a run together. Already two of them with every guest choice are more states than fit in memory. */
const MOST_CLONES = 4;

/** Reads the flags for one protocol. */
export function questionOf(name: string, flags: QuestionFlags): Question {
  const protocol = findProtocol(name);
  const clones = wholeNumber('--clones', flags.clones, 1);
  const rounds = wholeNumber('--rounds', flags.rounds, 1);
  if (clones * rounds > MOST_CLONES)
    throw new Problem(
      `--clones ${clones} with --rounds ${rounds} makes ${clones * rounds} clones, and at most ${MOST_CLONES} are modelled`,
    );
  const guest = readGuest(protocol, flags.guest ?? defaults.guest);
  return {
    protocol: name,
    platform: onlyKnown('--platform', flags.platform, defaults.platform),
    kernel: readRelease(flags.kernel),
    clones,
    rounds,
    faults: readFaults(protocol, flags.faults, choicesOf(protocol, guest)),
    maxFaults: wholeNumber('--max-faults', flags.maxFaults ?? defaults.maxFaults, 0),
    guest,
    without: readWithout(protocol, flags.without ?? []),
  };
}

/** The system to search: judged by the properties named, or by all that mean something for the protocol. */
export function systemOf(question: Question, only: readonly string[] = []): System {
  const protocol = findProtocol(question.protocol);
  try {
    return judged(protocol, optionsOf(question), only);
  } catch (error) {
    throw blamed(question.protocol, error);
  }
}

/** The hash of the model's text under a question. It does not depend on which properties are asked for. */
export function hashOf(question: Question): string {
  return modelHash(systemOf(question));
}

/** Makes sure that each name is a property of the protocol. */
export function checkProperties(name: string, wanted: readonly string[]): void {
  const { properties, promises = [] } = findProtocol(name);
  const names = [...properties, ...promises.map((promise) => promise.name)];
  for (const each of wanted) {
    if (isPath(each) || protocols.some((protocol) => protocol.name === each)) {
      throw new Problem(
        `'${each}' is a protocol, and --property takes all names after it; put the protocol first`,
      );
    }
    if (!names.includes(each))
      throw unknown(`property of ${name}`, each, names, `check explain ${name} shows all`);
  }
}

/** The protocol of that name, or in the file of that path: `loadProtocols` has read it. */
export function findProtocol(name: string): Protocol {
  return loadedProtocol(name) ?? find('protocol', name, protocols);
}

/** Refuses what a replay line of another release may ask for and this one cannot. */
export function checkQuestion(question: Question): void {
  const { protocol, faults, guest, maxFaults, without, platform, kernel, clones, rounds } = question;
  questionOf(protocol, {
    faults: faults.map(({ name, budget }) => `${name}:${budget}`).join(',') || 'none',
    maxFaults: String(maxFaults),
    guest: guest.join(','),
    platform,
    kernel,
    clones: String(clones),
    rounds: String(rounds),
    without,
  });
}

/** Every fault that can happen to such guests, once. */
export function allFaults(name: string, guest: Question['guest']): Question['faults'] {
  const protocol = findProtocol(name);
  const asked = choicesOf(protocol, guest);
  return protocol.faults
    .filter((fault) => !fault.impossible && isFor(asked, fault))
    .map((fault) => ({ name: fault.name, budget: 1 }));
}

function readRelease(text: string): string {
  try {
    releaseRules(text);
    return text;
  } catch (error) {
    if (error instanceof RangeError) throw new Problem(`--kernel: ${error.message}`);
    throw error;
  }
}

/** This release has one platform; the flag exists so that a script can be explicit. */
function onlyKnown(flag: string, given: string, known: string): string {
  if (given !== known) throw new Problem(`${flag} ${given} is not supported; this release knows ${known}`);
  return known;
}

function optionsOf(question: Question): ProtocolOptions {
  const { faults, maxFaults, guest, clones, rounds, kernel, without } = question;
  const choices = choicesOf(findProtocol(question.protocol), guest);
  return { faults, maxFaults, guest: choices, clones, rounds, kernel, without };
}

/** The choices for which the guest of a question stands, as the model takes them. */
function choicesOf({ guest: known }: Protocol, guest: Question['guest']): readonly string[] {
  if (guest.includes(USUAL)) return [];
  return guest.includes(ANY) ? known.map(({ name }) => name) : guest;
}

function readFaults(
  protocol: Protocol,
  text: string | undefined,
  guest: readonly string[],
): Question['faults'] {
  if (text === undefined) return protocol.defaultFaults.map((name) => ({ name, budget: 1 }));
  if (text === 'none') return [];
  if (text === 'all') return allFaults(protocol.name, guest);
  const faults = text.split(',').map((part) => {
    const [name = '', budget = '1', ...rest] = part.trim().split(':');
    const fault = find(
      `fault of ${protocol.name}`,
      name,
      protocol.faults,
      `none, all, or see check explain ${protocol.name}`,
    );
    if (!isFor(guest, fault))
      throw new Problem(
        `the fault ${name} has nothing to strike; it needs a guest of --guest ${fault.needs}`,
      );
    if (rest.length > 0) throw new Problem(`--faults takes NAME or NAME:N, and got '${part}'`);
    return { name, budget: wholeNumber(`--faults ${name}:N`, budget, 1) };
  });
  refuseTwice(
    '--faults',
    faults.map(({ name }) => name),
  );
  return faults;
}

/** Guest choices by name; the name of a profile stands for its choices. */
function readGuest({ name, guest, profiles }: Protocol, text: string): readonly string[] {
  if (text === USUAL || text === ANY) return [text];
  const names = text.split(',').flatMap((part) => {
    const known: readonly (Described | Profile)[] = [...guest, ...profiles];
    const found = find(
      `guest choice of ${name}`,
      part.trim(),
      known,
      `usual, all, or see check explain ${name}`,
    );
    return 'choices' in found ? found.choices : [found.name];
  });
  refuseTwice('--guest', names);
  return names;
}

function readWithout(protocol: Protocol, names: readonly string[]): readonly string[] {
  for (const name of names) {
    find(`experiment of ${protocol.name}`, name, protocol.experiments, `see check explain ${protocol.name}`);
  }
  refuseTwice('--without', names);
  return names;
}

function refuseTwice(flag: string, names: readonly string[]): void {
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0)
    throw new Problem(`${flag} names ${either([...new Set(twice)], 'and')} more than once`);
}
