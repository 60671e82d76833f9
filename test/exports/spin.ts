/** Asks SPIN what it finds in an export. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why SPIN cannot be asked here; undefined if it can. */
export const missing: string | undefined = ['spin', 'cc'].find(
  (tool) => spawnSync(tool, [tool === 'spin' ? '-V' : '--version']).status !== 0,
);

export interface Found {
  readonly states: number;
  /** Failed assertions. */
  readonly failures: number;
  /** States in which nobody can move, the environment included. */
  readonly deadlocks: number;
}

/** SPIN's counts, without its reductions. */
export function askSpin(promela: string): Found {
  const folder = mkdtempSync(join(tmpdir(), 'clonecheck-spin-'));
  try {
    const run = (command: string, ...args: string[]) =>
      execFileSync(command, args, { cwd: folder, encoding: 'utf8' });
    writeFileSync(join(folder, 'model.pml'), promela);
    run('spin', '-o1', '-o2', '-o3', '-a', 'model.pml');
    run('cc', '-O0', '-DSAFETY', '-DNOREDUCE', '-o', 'pan', 'pan.c');
    const pan = (flag: string) => run('./pan', flag, '-c0', '-m1000000', '-w18');
    const [asserting, ending] = [pan('-E'), pan('-A')];
    return {
      states: number(asserting, /(\d+) states, stored/),
      failures: number(asserting, /errors: (\d+)/),
      deadlocks: number(ending, /errors: (\d+)/),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function number(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  if (found === undefined || /error: max search depth/.test(text))
    throw new Error(`pan did not come to its end:\n${text}`);
  return Number(found);
}
