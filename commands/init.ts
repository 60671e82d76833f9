/** `check init FILE`: a protocol to begin with. */
import { constants, copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { codes } from './codes.js';
import { writeHint } from './output.js';
import { Problem } from './problem.js';

/** The example that comes with the package, beside dist/. */
const EXAMPLE = fileURLToPath(new URL('../../examples/join.ts', import.meta.url));

/** Writes the example to a file that is not there yet. */
export function init(file: string): number {
  if (!/\.m?ts$/.test(file))
    throw new Problem(`a protocol is a .ts or .mts file, and '${file}' is not named like one`);
  try {
    copyFileSync(EXAMPLE, file, constants.COPYFILE_EXCL);
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new Problem(code === 'EEXIST' ? `${file} is there already` : `cannot write ${file}: ${code}`);
  }
  writeHint(`hint: npx check ${file}`);
  return codes.fine;
}
