/** The one place that writes results: to stdout, and to the file of `--out`. */

import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Problem } from './problem.js';

/** A file that will take the result. */
export interface Target {
  write(text: string): Promise<void>;
  /** Leaves the file as it was. Harmless after `write`. */
  abandon(): void;
}

/**
 * Makes sure that a file can be written before hours of search are spent on it. The text goes to a temporary file
 * beside it, which takes the name at the end, so that no reader finds half a report. A device is written as it is.
 */
export function openTarget(path: string): Target {
  try {
    const kind = statSync(path, { throwIfNoEntry: false });
    if (kind?.isDirectory()) throw new Error('it is a directory');
    if (kind !== undefined) accessSync(path, constants.W_OK);
    return kind === undefined || kind.isFile()
      ? fileTarget(path, kind !== undefined, kind?.mode)
      : deviceTarget(path);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Writes the result to stdout. A reader that went away is no error: the verdict's exit code still tells. */
export async function writeOut(text: string): Promise<void> {
  const error = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => {
    process.stdout.write(text, resolve);
  });
  if (error && error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED')
    throw unwritable('stdout', error);
}

/** A word to the person at the terminal. */
export function writeHint(text: string): void {
  process.stderr.write(`${text}\n`);
}

function fileTarget(path: string, exists: boolean, mode = 0o666): Target {
  // A link stays a link: what it points to is replaced.
  const file = exists ? realpathSync(path) : path;
  const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  closeSync(openSync(temporary, 'wx', mode));
  const abandon = () => rmSync(temporary, { force: true });
  process.once('exit', abandon);
  return {
    async write(text) {
      try {
        await writeFile(temporary, text);
        renameSync(temporary, file);
      } catch (error) {
        throw unwritable(path, error);
      }
    },
    abandon,
  };
}

function deviceTarget(path: string): Target {
  return {
    async write(text) {
      try {
        await writeFile(path, text);
      } catch (error) {
        throw unwritable(path, error);
      }
    },
    abandon: () => {},
  };
}

function unwritable(path: string, error: unknown): Problem {
  return new Problem(`cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`);
}
