/** Ctrl-C and SIGTERM: the first ends the search and lets it report, the second ends the program. */

import { constants } from 'node:os';
import { writeHint } from './output.js';

const signals = ['SIGINT', 'SIGTERM'] as const;

/** Runs some work that stops early when the signal it is given fires. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onSignal = (signal: (typeof signals)[number]) => {
    if (controller.signal.aborted) process.exit(128 + constants.signals[signal]);
    controller.abort();
    writeHint('\nstopping; what is known so far follows (once more ends at once)');
  };
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}
