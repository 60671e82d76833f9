/** A protocol of one's own: a file given by its path, bundled in memory, so that TypeScript and further files need no build. */
import { statSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import type { Message, Plugin } from 'esbuild';
import type { Protocol } from '../model/protocols/index.js';
import { properties } from '../properties/index.js';
import { Problem } from './problem.js';

/** What `import ... from 'clonecheck'` means in such a file: this very installation. */
const LIBRARY = new URL('../model/index.js', import.meta.url).href;

const loaded = new Map<string, Protocol>();

/** By the URL that a module was imported from, which is how stacks name it. */
const maps = new Map<string, SourceMap>();

/** Is this the path of a file, rather than the name of a protocol? */
export function isPath(name: string): boolean {
  return /[/\\]|\.[cm]?[jt]s$/.test(name);
}

/** Loads those names that are paths, each once; `loadedProtocol` knows them then. */
export async function loadProtocols(names: readonly string[]): Promise<void> {
  for (const name of names.filter(isPath)) if (!loaded.has(name)) loaded.set(name, await load(name));
}

/** The protocol in a file that was loaded. */
export function loadedProtocol(path: string): Protocol | undefined {
  return loaded.get(path);
}

async function load(path: string): Promise<Protocol> {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    throw new Problem(`there is no file ${path}`);
  const { text, map } = await bundle(path);
  const url = `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`;
  maps.set(url, map);
  const module = (await import(url).catch((error: unknown) => {
    throw new Problem(`${path} threw while it was loaded: ${told(error)}`);
  })) as { readonly default?: unknown };
  const found = module.default;
  if (!isProtocol(found))
    throw new Problem(`${path} holds no protocol: it needs 'export default defineProtocol({ ... })'`);
  refuseOthersPromises(path, found);
  return found;
}

/** One module, and the way from its lines back to those of the files it was made from. */
async function bundle(path: string): Promise<{ text: string; map: SourceMap }> {
  // Most runs are about protocols of the library, and need not wait for the bundler.
  const { build } = await import('esbuild');
  const result = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    outfile: 'protocol.mjs',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'external',
    logLevel: 'silent',
    plugins: [library],
  }).catch((error: unknown) => {
    const [first] = (error as { errors?: Message[] }).errors ?? [];
    throw new Problem(first === undefined ? `${path} cannot be bundled: ${told(error)}` : placed(first));
  });
  const [map, module] = result.outputFiles;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- esbuild writes what Node reads
  return { text: module!.text, map: new SourceMap(JSON.parse(map!.text) as SourceMapPayload) };
}

const library: Plugin = {
  name: 'clonecheck',
  setup(bundler) {
    bundler.onResolve({ filter: /^clonecheck$/ }, () => ({ path: LIBRARY, external: true }));
  },
};

function placed({ text, location }: Message): string {
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`;
}

/** An error while a protocol of one's own was built or run, as the user is told of it; any other error as it is. */
export function blamed(name: string, error: unknown): unknown {
  if (!isPath(name) || error instanceof Problem) return error;
  return new Problem(`${name}: ${told(error)}`);
}

/** What an error says, and in which line of the user's files it was thrown. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [message = error.name] = error.message.split('\n');
  const place = placeOf(error.cause instanceof Error ? error.cause : error);
  return place === '' ? message : `${message} (${place})`;
}

/** The innermost line of the user's files in its stack; '' if there is none. */
function placeOf({ stack = '' }: Error): string {
  for (const [, url = '', line = '', column = ''] of stack.matchAll(/(data:[^\s()]+):(\d+):(\d+)/g)) {
    const found = maps.get(url)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (found !== undefined && 'originalSource' in found)
      return `${found.originalSource}:${found.originalLine + 1}:${found.originalColumn + 1}`;
  }
  return '';
}

function isProtocol(value: unknown): value is Protocol {
  return typeof value === 'object' && value !== null && 'defaultFaults' in value && 'build' in value;
}

/** Other promises ask what became of a guest's clone, and a protocol of one's own has no guest. */
function refuseOthersPromises(path: string, { properties: names }: Protocol): void {
  const shared = properties.filter(({ kind }) => kind === 'step').map(({ name }) => name);
  const wrong = names.find((name) => !shared.includes(name));
  if (wrong !== undefined)
    throw new Problem(
      `${path}: '${wrong}' is not among the promises that any protocol can name: ${shared.join(', ')}`,
    );
}
