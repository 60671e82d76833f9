/** House rules that a machine can keep: who imports whom, and what a package must hold. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What each floor may import besides itself. `model/system.ts` is the one file of the model that the checker sees. */
const BELOW: Record<string, readonly string[]> = {
  'check.ts': ['commands', 'exports', 'traces', 'checker', 'properties', 'model'],
  commands: ['exports', 'traces', 'checker', 'properties', 'model'],
  exports: ['checker'],
  traces: ['checker', 'model/system.ts'],
  checker: ['model/system.ts'],
  properties: ['model'],
  model: [],
};

function sources(floor: string): string[] {
  const path = join(root, floor);
  if (floor.endsWith('.ts')) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(path, name));
}

function imports(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, target]) =>
    relative(root, resolve(dirname(file), target!.replace(/\.js$/, '.ts'))),
  );
}

describe('imports run downwards only', () => {
  test.each(Object.keys(BELOW))('%s', (floor) => {
    const allowed = [floor, ...BELOW[floor]!];
    const wrong = sources(floor).flatMap((file) =>
      imports(file)
        .filter((target) => !allowed.some((one) => target === one || target.startsWith(`${one}/`)))
        .map((target) => `${relative(root, file)} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('the package', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, string>;
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };

  test('exports files that are there', () => {
    for (const path of Object.values(manifest.exports)) expect(existsSync(join(root, path))).toBe(true);
  });

  test('pins every version', () => {
    for (const version of Object.values({ ...manifest.dependencies, ...manifest.devDependencies }))
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
