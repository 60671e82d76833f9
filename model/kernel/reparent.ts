/** Who becomes the parent of whom, and who is told when a parent dies (kernel: forget_original_parent, find_new_reaper). */
import type { Cpu } from './cpu.js';
import { do_notify_parent, groupIsEmpty, release_task } from './notify.js';
import { members, send_signal, threads } from './signal.js';
import { INIT, type KernelState, type Sig } from './state.js';

/** Makes `name`, a leader, the youngest child of a thread. */
export function adopt<S extends KernelState>(k: Cpu<S>, name: string, parent: string): void {
  k.task(name).real_parent = parent;
  if (parent !== INIT) k.task(parent).children = [...k.task(parent).children, name];
}

/** Takes a leader off its parent's list. */
export function disown<S extends KernelState>(k: Cpu<S>, name: string): void {
  const { real_parent, group_leader } = k.task(name);
  if (group_leader !== name || real_parent === INIT) return;
  const parent = k.task(real_parent);
  parent.children = parent.children.filter((child) => child !== name);
}

/**
 * The children of a dying thread go to a sibling thread, a subreaper or init (REP-1); the PDEATHSIG of each of their
 * threads fires, each time a parent thread dies (REP-2, REP-3), though the process may live on (REP-7).
 */
export function forget_original_parent<S extends KernelState>(k: Cpu<S>): void {
  const { children, group_leader } = k.t;
  if (children.length === 0) return;
  const reaper = find_new_reaper(k);
  const sameProcess = reaper !== INIT && k.task(reaper).group_leader === group_leader;
  k.t.children = [];
  for (const name of children) {
    adopt(k, name, reaper);
    // PAR-5: what such a child clones with CLONE_PARENT from now on is a child of the new parent.
    for (const thread of members(k, name)) {
      k.task(thread).real_parent = reaper;
      pdeath(k, thread);
    }
    if (sameProcess) continue;
    // NOT-5, REP-8: another process adopts it, so SIGCHLD it is, and a zombie is announced again.
    const child = k.task(name);
    child.exit_signal = 'SIGCHLD';
    if (child.state === 'zombie' && groupIsEmpty(k, name) && do_notify_parent(k, name)) release_task(k, name);
  }
}

/** REP-4: for the process, in the name of the dying parent's process. */
function pdeath<S extends KernelState>(k: Cpu<S>, thread: string): void {
  const { pdeath_signal } = k.task(thread);
  if (pdeath_signal !== '') send_signal(k, pdeath_signal, 'SI_USER', k.task(k.t.group_leader).tid, thread);
}

function find_new_reaper<S extends KernelState>(k: Cpu<S>): string {
  const sibling = threads(k, k.t.group_leader).find((name) => name !== k.me);
  if (sibling !== undefined) return sibling;
  if (!k.rules.subreaper) return INIT;
  for (let name = k.t.real_parent; name !== INIT; name = k.task(name).real_parent) {
    const { group_leader } = k.task(name);
    const [alive] = threads(k, group_leader);
    if (k.s.signal[group_leader]!.is_child_subreaper && alive !== undefined) return alive;
  }
  return INIT;
}

/**
 * prctl(PR_SET_PDEATHSIG). REP-6: it asks nothing about a parent that is dead already. REP-5: clone and a change of
 * credentials take it back.
 */
export function set_pdeath_signal<S extends KernelState>(k: Cpu<S>, sig: Sig | ''): void {
  k.t.pdeath_signal = sig;
}

/** prctl(PR_SET_CHILD_SUBREAPER). */
export function set_child_subreaper<S extends KernelState>(k: Cpu<S>): void {
  k.s.signal[k.t.group_leader]!.is_child_subreaper = true;
}
