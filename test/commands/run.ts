/** Runs the built command as a user would. `npm run build` comes first. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const program = fileURLToPath(new URL('../../dist/check.js', import.meta.url));

/** Nobody is left behind where a test has been given up: no command of the tests takes so long. */
const LIMIT = { timeout: 280_000, killSignal: 'SIGKILL' } as const;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Sends these signals, one after the other, each so many milliseconds after the one before; the first so long after the
   * command has said something on stderr, for a machine with other work takes its time to start it.
   */
  readonly signals?: readonly { readonly after: number; readonly name: NodeJS.Signals }[];
}

export async function run(
  args: readonly string[],
  { env = {}, signals = [] }: RunOptions = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...bare(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...LIMIT,
  });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => out.push(chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => err.push(chunk));
  child.stderr.once('data', () => {
    let wait = 0;
    for (const { after, name } of signals) setTimeout(() => child.kill(name), (wait += after)).unref();
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout: out.join(''), stderr: err.join('') };
}

/** Runs a line of shell in which `$CHECK` is the command, for pipes and redirections. */
export async function shell(line: string): Promise<Ended> {
  const child = spawn('bash', ['-c', line], {
    env: { ...bare(), CHECK: `${process.execPath} ${program}` },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...LIMIT,
  });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => out.push(chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => err.push(chunk));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout: out.join(''), stderr: err.join('') };
}

/** What decides about colour must not leak in from whoever runs the tests. */
function bare(): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _force, NO_COLOR: _no, ...rest } = process.env;
  return rest;
}
