/** The model with a wrong kernel: functions of one of its files do something else. */
import { vi } from 'vitest';

export type Call = (...args: unknown[]) => unknown;

/**
 * What `ask` answers while functions of model/kernel/FILE.ts are replaced; `replace` is given the file as it is. `ask` has to import
 * what it asks, for whatever was imported before has the right kernel.
 */
export async function withWrongKernel<Answer>(
  file: string,
  replace: (real: Record<string, Call>) => object,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const path = `../../model/kernel/${file}.js`;
  vi.resetModules();
  vi.doMock(path, async (original) => {
    const real = await original<Record<string, Call>>();
    return { ...real, ...replace(real) };
  });
  try {
    return await ask();
  } finally {
    vi.doUnmock(path);
    vi.resetModules();
  }
}
