// Runs a command and says what it took: user CPU and wall seconds, peak resident memory in MB. Needs GNU time.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The first of these tools that is not here, or undefined. */
export function missingTool(tools) {
  return tools.find((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);
}

/** Refuses any exit status that is not in `statuses`. `cut` is set, and the rest of the figures not, after `seconds`. */
export function measure(command, args, { cwd, seconds, statuses = [0] }) {
  const folder = mkdtempSync(join(tmpdir(), 'clonecheck-time-'));
  const file = join(folder, 'figures');
  const timed = ['-o', file, '-f', '%U %e %M', 'timeout', String(seconds), command, ...args];
  const run = spawnSync('time', timed, { cwd, encoding: 'utf8', maxBuffer: 2 ** 30 });
  const figures = readFileSync(file, 'utf8').trim().split('\n').at(-1).split(' ').map(Number);
  rmSync(folder, { recursive: true });
  if (run.status === 124) return { cut: true };
  if (!statuses.includes(run.status))
    throw new Error(`${command} ${args.join(' ')} ended with ${run.status}:\n${run.stdout}${run.stderr}`);
  const [user, wall, kilobytes] = figures;
  return { user, wall, memory: kilobytes / 1024, stdout: run.stdout };
}

/** The middle one; of an even number the mean of the two in the middle. */
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(at)] : (sorted[at - 1] + sorted[at]) / 2;
}
