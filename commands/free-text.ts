/** How the statistics of free runs read beside the outcomes of the model. */
import { release } from 'node:os';
import { printOutcome } from '../model/litmus/index.js';
import type { Freely } from './free.js';

/** How often an outcome came of the runs; '' if there were none. */
export function howOften({ runs, times }: Freely, index: number): string {
  return runs === 0 ? '' : `; ${times[index]} of ${runs} free runs`;
}

/** What there is to say of a test as a whole. `known`: what has been said of it. */
export function printFree({ reason, unclear, forbidden }: Freely, known: string | undefined): string[] {
  return [
    ...(reason === '' || reason === known ? [] : [`     not run free: ${reason}`]),
    ...(unclear === 0 ? [] : [`     in ${unclear} free runs nobody can tell which of several it was`]),
    ...(forbidden === undefined
      ? []
      : [
          `     Linux ${release()}, running free, came to what the model forbids: ${printOutcome(forbidden)}`,
        ]),
  ];
}

/** One line on all tests. */
export function printFrees(all: readonly Freely[]): string {
  const ran = all.filter(({ runs }) => runs > 0);
  const times = ran.flatMap((free) => free.times);
  const runs = ran.reduce((sum, free) => sum + free.runs, 0);
  const came = times.filter((count) => count > 0).length;
  return `without a tracer, statistics only: ${came} of ${times.length} outcomes of ${ran.length} tests came up in ${runs} runs`;
}

export function jsonFree({ reason, runs, times, unclear, forbidden }: Freely): object {
  return { reason: reason || null, runs, times, unclear, forbidden: forbidden ?? null };
}
