/** Short ways to ask: build a protocol's system, search it, and look at what was found. */
import { explicit } from '../../checker/explicit.js';
import type { Counterexample, Limits, SearchResult } from '../../checker/result.js';
import { protocols, type Protocol } from '../../model/protocols/index.js';
import type { KernelState } from '../../model/kernel/state.js';
import type { Move, System } from '../../model/system.js';
import { judged, properties } from '../../properties/index.js';

export interface Question {
  /** Names of faults, each once; at most `maxFaults` together. */
  readonly faults?: readonly string[];
  readonly maxFaults?: number;
  readonly guest?: readonly string[];
  readonly clones?: number;
  readonly rounds?: number;
  readonly kernel?: string;
  readonly without?: readonly string[];
  /** Judge by these properties only. */
  readonly properties?: readonly string[];
}

export function protocol(name: string): Protocol {
  const found = protocols.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no protocol ${name}`);
  return found;
}

export function system(name: string, question: Question = {}): System {
  const faults = (question.faults ?? []).map((fault) => ({ name: fault, budget: 1 }));
  const options = {
    faults,
    maxFaults: question.maxFaults ?? 1,
    guest: question.guest ?? [],
    clones: question.clones ?? 1,
    rounds: question.rounds ?? 1,
    kernel: question.kernel ?? '6.18',
    without: question.without ?? [],
  };
  return judged(protocol(name), options, question.properties);
}

/** The faults of a run that names none: every creation can fail. */
export function creationFaults(name: string): readonly string[] {
  return protocol(name).defaultFaults;
}

/** The properties that are judged only where they are named. */
export const onRequest: readonly string[] = properties
  .filter((property) => property.onRequest === true)
  .map(({ name }) => name);

/** Every fault of a protocol that can happen. */
export function possibleFaults(name: string): string[] {
  return protocol(name)
    .faults.filter(({ impossible }) => impossible !== true)
    .map((fault) => fault.name);
}

export async function ask(name: string, question: Question = {}, limits: Limits = {}): Promise<SearchResult> {
  return explicit(system(name, question), limits);
}

export function verdict(result: SearchResult, property: string): string {
  return result.properties.find(({ name }) => name === property)?.verdict ?? 'not judged';
}

export function broken(result: SearchResult): string[] {
  return result.properties.filter((one) => one.verdict === 'violated').map(({ name }) => name);
}

/** The counterexamples of a property, in short: `label object [faults] turns/steps`. */
export function causes(result: SearchResult, property: string): string[] {
  const found: readonly Counterexample[] =
    result.properties.find(({ name }) => name === property)?.counterexamples ?? [];
  return found.map(({ cause, turns }) => {
    const faults = cause.faults.length === 0 ? '' : ` [${cause.faults.join()}]`;
    return `${cause.label} ${cause.object}${faults} in ${turns}`;
  });
}

/** A system in which P makes its wait again whenever it finds a zombie, and so goes round for ever. */
export function startsOver(sound: System): System {
  return mutate(sound, 'P', 'guest.wait/do_wait', (s, original, move) => {
    if (s.task['C']!.state !== 'zombie') return original();
    move.at('guest.wait/do_wait', 'mutated');
    s.task['P']!.pc = 'guest.wait';
  });
}

/** A system in which one step does something else: `run` is given what the step would have done. */
export function mutate(
  sound: System,
  slot: string,
  label: string,
  run: (s: KernelState, original: () => void, move: Move) => void,
): System {
  const slots = sound.slots.map((one) =>
    one.name !== slot
      ? one
      : {
          ...one,
          step(draft: KernelState, move: Move): void {
            if (draft.task[slot]!.pc !== label) return one.step(draft, move);
            return run(draft, () => one.step(draft, move), move);
          },
        },
  ) as System['slots'];
  if (!sound.steps.some((step) => step.slot === slot && step.label === label))
    throw new Error(`no step ${slot}:${label}`);
  return { ...sound, slots };
}
