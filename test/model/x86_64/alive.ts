/** Which tasks are left of a helper, and whether real tasks can be driven here at all. */
import { existsSync, readFileSync } from 'node:fs';
import { describe } from 'vitest';
import { Unavailable } from '../../../model/x86_64/build.js';
import { startPuppet } from '../../../model/x86_64/puppet.js';

async function whyNot(): Promise<string> {
  try {
    await (await startPuppet()).end();
    return '';
  } catch (error) {
    if (error instanceof Unavailable) return error.message;
    throw error;
  }
}

const reason = await whyNot();

/** Tests that need real tasks; where there can be none they are skipped, and their title says why. */
export function onKernel(title: string, tests: () => void): void {
  if (reason === '') describe(title, tests);
  else describe.skip(`${title} (skipped: ${reason})`, tests);
}

function isAlive(tid: number): boolean {
  if (!existsSync(`/proc/${tid}/stat`)) return false;
  return !/\) [ZX] /.test(readFileSync(`/proc/${tid}/stat`, 'latin1'));
}

/** Those of the tasks that still live after at most two seconds. */
export async function survivors(tids: readonly number[]): Promise<number[]> {
  for (let left = 100; left > 0 && tids.some(isAlive); left--)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return tids.filter(isAlive);
}
