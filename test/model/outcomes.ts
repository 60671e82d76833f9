/** All ends that a small system can come to, found by the plainest search there is. */
import { choicesOf, isFinal } from '../../checker/run.js';
import type { GuestState } from '../../model/protocols/guest.js';
import type { System } from '../../model/system.js';

/** What is left when no task can move: what the guest saw, who lives, what its memory and its descriptors hold. */
export function outcomes(asked: System): string[] {
  const seen = new Set<string>();
  const ends = new Set<string>();
  const todo = [asked.initial];
  for (let state = todo.pop(); state !== undefined; state = todo.pop()) {
    const here = state;
    if (isFinal(asked, here)) ends.add(JSON.stringify(observed(here as unknown as GuestState)));
    const next = asked.slots.flatMap((_, slot) => choicesOf(asked, here, slot).map((move) => move.state));
    for (const after of next) {
      const key = JSON.stringify(after);
      if (seen.has(key)) continue;
      seen.add(key);
      todo.push(after);
    }
  }
  return [...ends].toSorted();
}

function observed({ guest, seen, task, word, files }: GuestState): unknown {
  return {
    clones: Object.values(guest).map(({ result, notice, waited, thread }) => ({
      result,
      notice,
      waited,
      thread,
    })),
    seen,
    tasks: Object.entries(task).map(([name, { state, pc, jobctl, exit_code, files: table }]) => [
      name,
      state,
      pc,
      jobctl,
      exit_code,
      files[table] ?? [],
    ]),
    word,
  };
}
