/**
 * Tables of descriptors, shared or copied, and when a description is really gone. The only kind of file is the write
 * end of a pipe, as its reader can tell whether anybody still has it.
 */
import type { Cpu } from './cpu.js';
import { unusedName } from './names.js';
import type { KernelState } from './state.js';

const CLOEXEC = '+cloexec';

/** Opens the write end of a pipe. */
export function open_write_end<S extends KernelState>(k: Cpu<S>, pipe: string, cloexec: boolean): void {
  const entry = cloexec ? pipe + CLOEXEC : pipe;
  k.s.files[k.t.files] = [...k.s.files[k.t.files]!, entry].toSorted();
}

/** close(2), for every sharer of the table. */
export function close_write_end<S extends KernelState>(k: Cpu<S>, pipe: string): void {
  k.calls({ name: 'close' });
  k.s.files[k.t.files] = k.s.files[k.t.files]!.filter((entry) => nameOf(entry) !== pipe);
}

/** Does anybody still have the write end open, be it only because its release is deferred? */
export function hasWriter<S extends KernelState>(k: Cpu<S>, pipe: string): boolean {
  return k.machine.tasks.some(
    (name) =>
      k.s.files[name]?.some((entry) => nameOf(entry) === pipe) === true ||
      k.task(name).task_works.includes(pipe),
  );
}

/** The table of a new task: its creator's own, or a copy. */
export function copy_files<S extends KernelState>(k: Cpu<S>, child: string, shared: boolean): string {
  const { files } = k.t;
  if (files === '' || shared) return files;
  k.s.files[child] = [...k.s.files[files]!];
  return child;
}

/** K8: the table goes with its last user, and deferred releases are made up for: both before the task is a zombie. */
export function exit_files<S extends KernelState>(k: Cpu<S>): void {
  const { t, me } = k;
  const others = k.machine.tasks.some((name) => name !== me && k.task(name).files === t.files);
  if (!others) k.s.files[t.files] = [];
  t.files = '';
  t.task_works = [];
}

/** EXEC-2: exec has a table of its own first, and then closes what is marked so. */
export function close_on_exec<S extends KernelState>(k: Cpu<S>): void {
  const { t, me } = k;
  if (t.files === '') return;
  const entries = k.s.files[t.files]!;
  if (k.machine.tasks.some((name) => name !== me && k.task(name).files === t.files))
    t.files = unusedName(k, 'files', me);
  const closed = entries.filter((entry) => entry.endsWith(CLOEXEC)).map(nameOf);
  k.s.files[t.files] = entries.filter((entry) => !entry.endsWith(CLOEXEC));
  // EXEC-5: the last release of a description waits until the task is on its way to user mode.
  if (k.rules.deferredFput) t.task_works = closed;
}

/** Makes the releases that were put off. */
export function task_work_run<S extends KernelState>(k: Cpu<S>): void {
  k.says(`task_work_run: releases ${k.t.task_works.join(', ')}`);
  k.t.task_works = [];
}

function nameOf(entry: string): string {
  return entry.replace(CLOEXEC, '');
}
