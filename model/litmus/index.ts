/** The litmus tests that come with the package, and how to read one of one's own. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Litmus } from './litmus.js';
import { parseLitmus } from './parse.js';

export { LitmusError, type Litmus, type Word } from './litmus.js';
export { judge, printCondition, printOutcome, satisfies, type Judgement, type Outcome } from './outcome.js';
export { parseLitmus } from './parse.js';
export { litmusSystem, OUTCOME } from './system.js';

/** They lie beside this file, in the sources and in what is installed. */
export const LITMUS_FOLDER = fileURLToPath(new URL('./', import.meta.url));

/** Paths of all tests that are shipped, in the order of their names. */
export function shippedLitmus(): string[] {
  return readdirSync(LITMUS_FOLDER)
    .filter((name) => name.endsWith('.litmus'))
    .toSorted()
    .map((name) => `${LITMUS_FOLDER}${name}`);
}

export function readLitmus(path: string): Litmus {
  return parseLitmus(path, readFileSync(path, 'utf8'));
}
