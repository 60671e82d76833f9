/** The running kernel as somebody to ask about counterexamples; where it cannot be asked, it answers why. */
import { release } from 'node:os';
import type { Action } from '../checker/result.js';
import type { System } from '../model/system.js';
import { Unavailable } from '../model/x86_64/build.js';
import { PuppetError, startPuppet, type Puppet } from '../model/x86_64/puppet.js';
import type { OnKernel, Question } from '../traces/report.js';
import { confirm } from './confirm.js';
import { otherRelease } from './here.js';
import type { Goal } from './goal.js';
import { findProtocol } from './question.js';

/** A run of a protocol, and what it breaks; without a goal, a run that breaks nothing. */
export interface Asked {
  readonly question: Question;
  readonly system: System;
  readonly path: readonly Action[];
  readonly goal: Goal | undefined;
  /** So many steps at the end are one round of a run that never ends. */
  readonly cycle: number;
}

export class Kernel {
  private puppet: Puppet | undefined;
  /** Why nobody can be asked; '' while that is not known. */
  private refusal = '';

  /** `until`: when to give up, as of `performance.now`. */
  constructor(private readonly until: number) {}

  async ask({ question, system, path, goal, cycle }: Asked): Promise<OnKernel> {
    const why =
      otherRelease(question.kernel) ||
      (cycle > 0 ? 'a run that goes round for ever has no end to look at' : '');
    if (why !== '') return { result: 'model-only', reason: why, kernel: release() };
    if (this.refusal !== '') return unavailable(this.refusal);
    const { disposition } = findProtocol(question.protocol);
    try {
      this.puppet ??= await startPuppet();
      return await confirm(this.puppet, { system, path, goal, disposition }, this.until);
    } catch (error) {
      if (error instanceof Unavailable) return unavailable((this.refusal = error.message));
      if (!(error instanceof PuppetError)) throw error;
      // Its tasks are dead; the next question gets another helper.
      await this.end();
      return unavailable(`the helper has broken off: ${error.message}`);
    }
  }

  async end(): Promise<void> {
    await this.puppet?.end();
    this.puppet = undefined;
  }
}

export function unavailable(reason: string): OnKernel {
  return { result: 'unavailable', reason, kernel: release() };
}
