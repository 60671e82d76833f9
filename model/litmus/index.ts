/** The litmus tests that come with the package, and how to read one of one's own. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Litmus } from './litmus.js';
import { parseLitmus } from './parse.js';

export { LitmusError, type Litmus, type Word } from './litmus.js';
export { judge, printCondition, printOutcome, satisfies, type Judgement, type Outcome } from './outcome.js';
export { parseLitmus } from './parse.js';
export { litmusSystem, OUTCOME } from './system.js';

/** They lie beside this file in the sources, and at the same place of the package for what is compiled. */
const FOLDERS = ['./', '../../../model/litmus/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/** Paths of all tests that are shipped, in the order of their names. */
export function shippedLitmus(): string[] {
  for (const folder of FOLDERS) {
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.litmus')) : [];
    if (names.length > 0) return names.toSorted().map((name) => `${folder}${name}`);
  }
  throw new Error('the litmus tests that come with the package are not there');
}

export function readLitmus(path: string): Litmus {
  return parseLitmus(path, readFileSync(path, 'utf8'));
}
