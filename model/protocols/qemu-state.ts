/** What the emulator keeps beside the kernel's state and the guest's, and what lives in what. */
import type { Cpu } from '../kernel/index.js';
import type { GuestState } from './guest.js';
import type { Op } from './op.js';
import type { LibcState } from './pthread.js';

export interface QemuState extends LibcState, GuestState {
  qemu: {
    [field: string]: unknown;
    /** Tids whose signals the guest must not see. */
    hidden: number[];
    /** A task's slot of the table of pending guest signals, as `siginfo`; '' while it is empty. `+` is the tag of row 12. */
    sigtab: Record<string, string>;
  };
  /** Local variables, by operation. */
  local: Record<string, Locals>;
}

export interface Locals {
  [field: string]: unknown;
  /** `dinfo.sigmask`: what host signals were blocked when the guest called. */
  sigmask: string;
  /** In do_fork: what clone_vm returned. */
  result: number;
  /** In the manager: what it read in `managed_tid`. */
  managed_tid: number;
}

export type K = Cpu<QemuState>;

/** The objects of an operation. `dinfo` and `info` are frames, the others are on the heap. */
const OBJECTS = ['dinfo', 'TaskState', 'info', 'stack_T', 'stack_C', 'mgr', 'tls_M'] as const;

export type Names = Record<(typeof OBJECTS)[number], string>;

export function namesOf(op: Op): Names {
  return Object.fromEntries(OBJECTS.map((name) => [name, op.own(name)])) as Names;
}

export function locals(k: K, op: Op): Locals {
  return k.s.local[op.C]!;
}

/** Locks, condition variables, completions and words, each within its object. */
export const MUTEXES = ['dinfo.lock', 'info.child_ready', 'mgr.fetched', 'mgr.spawned'];
export const CONDITIONS = ['dinfo.cond', 'info.child_ready', 'mgr.fetched', 'mgr.spawned'];
export const COMPLETIONS = ['info.child_ready', 'mgr.fetched', 'mgr.spawned'];
export const WORDS = ['info.result', 'mgr.tls', 'mgr.managed_tid', 'mgr.cleanup'];

/** `mgr.fetched` of the second operation is `mgr2.fetched`. */
export function member(op: Op, name: string): string {
  const [object, field] = name.split('.') as [string, string];
  return `${op.own(object)}.${field}`;
}

/** Where each member lives. Stacks and the TLS image hold nothing the model reads. */
export function objectOf(ops: readonly Op[]): Record<string, string> {
  const members = [...new Set([...MUTEXES, ...CONDITIONS, ...WORDS])];
  return Object.fromEntries(
    ops.flatMap((op) => members.map((name) => [member(op, name), op.own(name.split('.')[0]!)])),
  );
}

/** For each operation the same entries, under its own names. */
export function forEach<V>(ops: readonly Op[], names: readonly string[], value: () => V): Record<string, V> {
  return Object.fromEntries(
    ops.flatMap((op) => names.map((name) => [name.includes('.') ? member(op, name) : op.own(name), value()])),
  );
}

export function objectNames(ops: readonly Op[]): Record<string, string> {
  return forEach(ops, OBJECTS, () => '');
}
