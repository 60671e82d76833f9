/** Progress on stderr: one line that is redrawn on a terminal, a line every few seconds elsewhere. */

import { formatProgress, type Progress } from '../traces/progress.js';

const everySeconds = 5;

export interface Reporter {
  report(now: Progress): void;
  /** Takes the redrawn line away, so that what follows begins on a clean one. */
  done(): void;
}

/** A reporter for this stderr, or none that says anything under `--quiet`. */
export function reporter(quiet: boolean, stream: NodeJS.WriteStream = process.stderr): Reporter {
  if (quiet) return { report: () => {}, done: () => {} };
  return stream.isTTY && process.env['TERM'] !== 'dumb' ? redrawn(stream) : lines(stream);
}

function redrawn(stream: NodeJS.WriteStream): Reporter {
  const clear = '\r\u001b[K';
  let drawn = false;
  return {
    report(now) {
      stream.write(clear + formatProgress(now).slice(0, (stream.columns || 80) - 1));
      drawn = true;
    },
    done() {
      if (drawn) stream.write(clear);
      drawn = false;
    },
  };
}

function lines(stream: NodeJS.WriteStream): Reporter {
  let last = 0;
  return {
    report(now) {
      if (now.seconds < last) last = 0;
      if (now.seconds - last < everySeconds) return;
      last = now.seconds;
      stream.write(`${formatProgress(now)}\n`);
    },
    done: () => {},
  };
}
