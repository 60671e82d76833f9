/** The helper in C, compiled on demand into the user's cache folder. Its sources come with the package. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Why no real task can be driven here, and what to do about it; one line. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

export interface Binaries {
  /** The server that holds the tasks. */
  readonly puppet: string;
  /** The program that tasks execute. */
  readonly image: string;
  /** One whose only segment lies outside of what a program can have, so that execve fails past the point of no return. */
  readonly late: string;
}

/** What tasks run by themselves has no libc, and so nothing that guards its stack. */
const FLAGS = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-fno-stack-protector'];
const IMAGE_FLAGS = ['-nostdlib', '-static', '-no-pie'];
/** It never runs, so what it would run need not be there. */
const LATE_FLAGS = [
  ...IMAGE_FLAGS,
  '-Wl,-Ttext=0x7ffffffff000',
  '-Wl,--build-id=none',
  '-Wl,--defsym=run_column=0x7ffffffff000',
];
const SERVER = [
  'main.c',
  'memory.c',
  'begin.c',
  'hold.c',
  'settle.c',
  'drive.c',
  'loose.c',
  'free.c',
  'proc.c',
];
const IMAGE = ['image.c', 'free.c'];
const SECONDS = 60;

const run = promisify(execFile);

/** They lie beside this file in the sources, and at the same place of the package for what is compiled. */
const FOLDERS = ['./puppet/', '../../../model/x86_64/puppet/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/**
 * The compiled helper, from the cache or compiled now. The name of its folder is a hash of all it is made from, and the
 * folder is renamed into place when it is complete, so that two runs at a time do not disturb each other.
 */
export async function build(environment: NodeJS.ProcessEnv = process.env): Promise<Binaries> {
  const sources = FOLDERS.find((folder) => existsSync(join(folder, 'main.c')));
  if (sources === undefined) throw new Error('the C sources that come with the package are not there');
  const compiler = await versionOf(environment);
  const hash = createHash('sha256').update(JSON.stringify([FLAGS, LATE_FLAGS, SERVER, IMAGE, compiler]));
  for (const name of readdirSync(sources).toSorted()) hash.update(readFileSync(join(sources, name)));
  const cache = join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'clonecheck');
  const folder = join(cache, `puppet-${hash.digest('hex').slice(0, 16)}`);
  if (!existsSync(folder)) await compile(sources, cache, folder, environment);
  return { puppet: join(folder, 'puppet'), image: join(folder, 'image'), late: join(folder, 'late') };
}

async function versionOf(env: NodeJS.ProcessEnv): Promise<string> {
  try {
    const { stdout } = await run('cc', ['--version'], { env, timeout: SECONDS * 1000 });
    return stdout;
  } catch (error) {
    if (isMissing(error))
      throw new Unavailable(
        'there is no C compiler "cc"; install one (Debian: apt-get install gcc libc6-dev)',
      );
    throw new Unavailable(`the C compiler does not run: ${lineOf(error)}`);
  }
}

async function compile(
  sources: string,
  cache: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  let draft: string | undefined;
  try {
    mkdirSync(cache, { recursive: true });
    draft = mkdtempSync(join(cache, 'draft-'));
  } catch (error) {
    throw new Unavailable(`${lineOf(error)}; set XDG_CACHE_HOME to a folder that can be written`);
  }
  try {
    const options = { cwd: sources, env, timeout: SECONDS * 1000 };
    await run('cc', [...FLAGS, '-o', join(draft, 'puppet'), ...SERVER], options);
    await run('cc', [...FLAGS, ...IMAGE_FLAGS, '-o', join(draft, 'image'), ...IMAGE], options);
    await run('cc', [...FLAGS, ...LATE_FLAGS, '-o', join(draft, 'late'), 'image.c'], options);
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another run may have been faster.
    if (!existsSync(folder)) throw new Unavailable(`cc cannot compile the helper: ${lineOf(error)}`);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** What a failed command or call says, in one line: of a compiler the first error. */
export function lineOf(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  const lines = (stderr || (error instanceof Error ? error.message : String(error))).trim().split('\n');
  return lines.find((line) => line.includes('error')) ?? lines.at(-1)!;
}
