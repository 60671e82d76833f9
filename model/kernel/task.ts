/** A task as a slot of the system: it takes signals on its way to user mode, else makes the next step of its program. */
import type { Slot, StepInfo } from '../system.js';
import { Cpu, type Machine } from './cpu.js';
import { exit_steps } from './exit.js';
import { task_work_run } from './files.js';
import { use } from './memory.js';
import { fatal_signal_pending, get_signal, signalOf, signalToTake } from './signal.js';
import type { KernelState } from './state.js';
import type { Step } from './step.js';
import { participate, tellsResume, tellsStop } from './stop.js';

/** The label of the step that takes a signal on the way to user mode. */
export const GET_SIGNAL = 'get_signal';

/** A task as a slot: its program, and the kernel's ways to end it. */
export function taskSlot<S extends KernelState>(
  name: string,
  program: readonly Step<S>[],
  machine: Machine<S>,
): Slot<S> {
  const steps = [...program, ...exit_steps<S>()];
  const at = new Map(steps.map((one, index) => [one.label, index]));
  if (at.size !== steps.length) throw new Error(`the program of ${name} has two steps with one label`);

  function run(k: Cpu<S>, index: number): void {
    const one = steps[index]!;
    k.move.at(one.label, one.row);
    if (one.mode !== 'kernel') for (const object of machine.standsOn(k)) standsOn(k, object, one);
    one.run(k);
    if (!k.jumped) k.t.pc = steps[index + 1 + k.skipped]!.label;
  }

  return {
    name,
    kind: 'task',
    step(s, move) {
      const k = new Cpu(s, name, move, machine);
      const { pc } = k.t;
      if (pc === '') return move.block();
      const index = at.get(pc);
      if (index === undefined) throw new Error(`${name} has no step ${pc}`);
      const { mode, suffix } = steps[index]!;
      k.suffix = suffix ?? '';
      if (mode !== 'kernel') {
        if (fatal_signal_pending(k)) return run(k, at.get('exit/K6')!);
        const way = onTheWay(k);
        if (way !== undefined) {
          move.at(way.label, way.row);
          return way.run(k);
        }
        const entry = signalToTake(k);
        if (entry !== undefined) {
          move.at(GET_SIGNAL, 'SIG-6');
          return get_signal(k, entry);
        }
      }
      return run(k, index);
    },
  };
}

/** User code runs on its stack and its TLS image. Where one is gone it matters little what it was about to do. */
function standsOn<S extends KernelState>(k: Cpu<S>, object: string, about: Step<S>): void {
  if (k.s.object[object] === '') {
    k.move.at('runs', about.row);
    k.says(`runs (${about.label}) without its ${object}`);
  }
  use(k, object);
}

interface Detour<S extends KernelState> {
  readonly label: string;
  readonly row: string;
  run(k: Cpu<S>): void;
}

/** What comes before any signal on the way to user mode: putting right what was put off, stopping, telling of a stop. */
function onTheWay<S extends KernelState>(k: Cpu<S>): Detour<S> | undefined {
  if (k.t.task_works.length > 0) return { label: 'task_work_run', row: 'EXEC-5', run: task_work_run };
  switch (k.t.jobctl) {
    case 'stopped':
      return k.block();
    case 'telling':
      return { label: 'do_notify_parent_cldstop', row: 'STOP-1', run: tellsStop };
    case 'stop':
      return { label: 'do_signal_stop', row: 'STOP-1', run: participate };
    case '':
      break;
  }
  if (signalOf(k, k.t).untold !== '')
    return { label: 'do_notify_parent_cldstop', row: 'STOP-2', run: tellsResume };
  return undefined;
}

/** What a task never has, so that the kernel never does it for that task. */
export interface Never {
  readonly cleartid?: true;
  readonly vforked?: true;
  /** A task has these only where a program says so. */
  readonly has?: readonly ('robust_list' | 'files')[];
}

/** What the coverage report knows of a program. */
export function stepInfo<S extends KernelState>(
  slot: string,
  program: readonly Step<S>[],
  never: Never = {},
): StepInfo[] {
  return [...program, ...exit_steps<S>()].map(({ label, row, neverTaken }) => {
    const reason = neverTaken ?? reasonFor(label, never);
    return { slot, label, row, ...(reason === undefined ? {} : { neverTaken: reason }) };
  });
}

function reasonFor(label: string, never: Never): string | undefined {
  if (never.cleartid === true && /\/K7[bc]$/.test(label)) return 'this task has no CHILD_CLEARTID word';
  if (never.vforked === true && label.endsWith('/K7d')) return 'nobody waits in vfork for this task';
  if (label.endsWith('/K7a') && never.has?.includes('robust_list') !== true)
    return 'this task has no robust list';
  if (label === 'exit/K8' && never.has?.includes('files') !== true) return 'this task has no descriptors';
  return undefined;
}
