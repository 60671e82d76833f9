/** Which tasks are left of a helper, and whether real tasks can be driven here at all. */
import { readFileSync } from 'node:fs';
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

/** A task, by its tid and when it was born: tids come round again while tests run side by side. */
interface Seen {
  readonly tid: number;
  readonly born: string;
}

/** The state of a task, a letter, and when it was born; undefined if there is none. */
function look(tid: number): { state: string; born: string } | undefined {
  try {
    // The name in brackets may hold anything. Behind it are the state, and as the 20th after that the birth, in ticks.
    const [state = '', ...rest] = readFileSync(`/proc/${tid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { state, born: rest[18]! };
  } catch {
    return undefined;
  }
}

/** Tasks that live, so that it can be asked later whether they still do. */
export function seen(tids: readonly number[]): Seen[] {
  return tids.flatMap((tid) => {
    const { born } = look(tid) ?? {};
    return born === undefined ? [] : [{ tid, born }];
  });
}

function isAlive({ tid, born }: Seen): boolean {
  const now = look(tid);
  return now?.born === born && !'ZX'.includes(now.state);
}

/** Those of the tasks that still live after at most two seconds. */
export async function survivors(tasks: readonly Seen[]): Promise<Seen[]> {
  for (let left = 100; left > 0 && tasks.some(isAlive); left--)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return tasks.filter(isAlive);
}
