/** Tids as Linux gives them: the next one that was never given, whoever is made; or any that was given back. */
import type { Cpu } from '../../../model/kernel/cpu.js';
import type { KernelState } from '../../../model/kernel/state.js';
import type { System } from '../../../model/system.js';

/** All tids there are, by whether they were given back; and the next that was never given. */
type Pids = KernelState['pids'] & { next: number };

/** A system whose steps use the two functions below instead of those of the same names. */
export function inOrder(asked: System): System {
  const initial = asked.initial as KernelState;
  const tasks = Object.values(initial.task);
  const first = tasks[0]!.tid;
  const free = Object.fromEntries(tasks.map((_, position) => [first + position, false]));
  const next = first + tasks.filter(({ state }) => state !== 'absent').length;
  return { ...asked, initial: { ...initial, pids: { free, next } } };
}

export function alloc_pid(k: Cpu): number {
  const pids = k.s.pids as Pids;
  const { free, next } = pids;
  const returned = Object.keys(free)
    .map(Number)
    .filter((tid) => free[tid] === true);
  const candidates = next in free ? [next, ...returned] : returned;
  const tid = candidates[k.move.choose(candidates.length)]!;
  if (tid === next) pids.next++;
  else free[tid] = false;
  return tid;
}

export function free_pid(k: Cpu, tid: number): void {
  k.s.pids.free[tid] = true;
}
