/** What a protocol is, seen from the command line: what it can be asked, and the system it builds. */
import type { Sig } from '../kernel/state.js';
import type { Property, System } from '../system.js';
import { mayAnswer } from './choices.js';

/** A fault, a guest choice: its name and what it means. */
export interface Described {
  readonly name: string;
  readonly sentence: string;
}

/** An answer of the guest's. */
export interface Choice extends Described {
  /** Given only where it is asked for by name. */
  readonly onRequest?: true;
}

export interface Fault extends Described {
  /** The rows of the original have a path for it, and Linux never takes it. Explored only when asked for by name. */
  readonly impossible?: true;
  /** The guest choice without which there is nothing for it to strike. */
  readonly needs?: string;
}

/** A guest that is named as a whole: what its program chooses. */
export interface Profile extends Described {
  /** Names of guest choices; a question that none of them answers has all its usual ones. */
  readonly choices: readonly string[];
}

export interface ProtocolOptions {
  readonly faults: readonly { readonly name: string; readonly budget: number }[];
  /** All kinds together. */
  readonly maxFaults: number;
  /** Names of guest choices; a question none of whose answers is named has all its usual ones. */
  readonly guest: readonly string[];
  /** So many guest threads clone at the same time, */
  readonly clones: number;
  /** each so many times in a row. */
  readonly rounds: number;
  /** The release of the kernel, as `releaseRules` reads it. */
  readonly kernel: string;
  /** Names of experiments: what is dropped from the protocol. */
  readonly without: readonly string[];
}

export interface Protocol {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** The question, who relies on the answer, where the text comes from. */
  readonly description: string;
  readonly faults: readonly Fault[];
  readonly guest: readonly Choice[];
  /** The guests that a run which names neither faults nor guest choices explores with every single fault. */
  readonly profiles: readonly Profile[];
  /** What can be dropped, to see what it is there for. */
  readonly experiments: readonly Described[];
  /** The faults of a run that names guest choices and no faults. */
  readonly defaultFaults: readonly string[];
  /** The shared properties that mean something here, by name. */
  readonly properties: readonly string[];
  /** Its own, which no other protocol knows. */
  readonly promises?: readonly Property[];
  /** What the kernel is told to do with a signal, where it is not what the guest wants: as `Machine.disposition`. */
  readonly disposition?: (sig: Sig, wanted: string) => string;
  /** The transition system, without properties: those are attached by `judged`. */
  build(options: ProtocolOptions): System;
}

/** Is there something for a fault to strike, where the guest may choose what is `asked`? */
export function isFor(asked: readonly string[], { needs }: Fault): boolean {
  return needs === undefined || mayAnswer(asked)(needs);
}

/** May a fault of this kind strike at all? */
export function mayStrike(options: ProtocolOptions, fault: string): boolean {
  return options.maxFaults > 0 && options.faults.some(({ name, budget }) => name === fault && budget > 0);
}

/** May a fault of this kind strike once more? */
export function allows(options: ProtocolOptions, struck: readonly string[], fault: string): boolean {
  const budget = options.faults.find(({ name }) => name === fault)?.budget ?? 0;
  return struck.length < options.maxFaults && struck.filter((name) => name === fault).length < budget;
}
