/** Real tasks on this machine, or the one line that says why there can be none. */
import { release } from 'node:os';
import { NEWEST_RELEASE, releaseRules, type Rules } from '../model/platforms.js';
import { Unavailable } from '../model/x86_64/build.js';
import { PuppetError, startPuppet, type Puppet } from '../model/x86_64/puppet.js';
import { Problem } from './problem.js';

export async function startHere(): Promise<Puppet> {
  try {
    return await startPuppet();
  } catch (error) {
    if (error instanceof Unavailable) throw new Problem(`cannot ask this kernel: ${error.message}`);
    throw error;
  }
}

/** What is told when the helper breaks off in the middle; any other error as it is. */
export function explainBroken(error: unknown, during: string): unknown {
  if (!(error instanceof PuppetError)) return error;
  return new Problem(`the helper that holds real tasks has broken off (${during}): ${error.message}`);
}

/** The release that runs, `6.18`. */
export function runningRelease(): string {
  return /^\d+\.\d+/.exec(release())?.[0] ?? release();
}

/** Its rules; a kernel newer than all rules is taken for the newest there is. */
export function runningRules(): Rules {
  try {
    return releaseRules(runningRelease());
  } catch {
    return releaseRules(NEWEST_RELEASE);
  }
}

/** Why this kernel cannot be asked about another release; '' if the rules of both are the same. */
export function otherRelease(asked: string): string {
  const isSame = JSON.stringify(runningRules()) === JSON.stringify(releaseRules(asked));
  return isSame ? '' : `it is about Linux ${asked}, and this is ${runningRelease()}`;
}
