/** clone(2), split where another task can look: K1 to K3, the child's K4, the caller's K5. */
import type { Cpu } from './cpu.js';
import { store } from './memory.js';
import { fatal_signal_pending, signalToTake } from './signal.js';
import { absentTask, type KernelState, type Sig } from './state.js';
import { kernel, step, type Step } from './step.js';

export type CloneFlag =
  | 'CLONE_VM'
  | 'CLONE_FS'
  | 'CLONE_FILES'
  | 'CLONE_SIGHAND'
  | 'CLONE_PTRACE'
  | 'CLONE_VFORK'
  | 'CLONE_PARENT'
  | 'CLONE_THREAD'
  | 'CLONE_SYSVSEM'
  | 'CLONE_SETTLS'
  | 'CLONE_PARENT_SETTID'
  | 'CLONE_CHILD_CLEARTID'
  | 'CLONE_CHILD_SETTID'
  | 'CLONE_IO';

export interface CloneCall<S extends KernelState> {
  readonly child: string;
  /** False where no flags ever hold CLONE_VFORK: the call then has no K5. */
  readonly mayVfork: boolean;
  flags(k: Cpu<S>): readonly CloneFlag[];
  exit_signal(k: Cpu<S>): Sig | '';
  /** The label at which the child begins: its `ret_from_fork`, or user code where nothing is to be set there. */
  readonly entry: string;
  /** Printed: what the child runs on. */
  readonly stack?: string;
  readonly parent_tid?: string;
  readonly child_tid?: string;
  /** The fault that makes the call fail, and where the caller goes then. */
  readonly fault: string;
  readonly failed: string;
  /** Runs in the step in which the child is linked in. */
  linked?(k: Cpu<S>): void;
  /** Runs in the step in which the call returns to the caller. */
  done?(k: Cpu<S>, tid: number): void;
}

/** The steps of the caller. */
export function clone<S extends KernelState>(label: string, row: string, call: CloneCall<S>): Step<S>[] {
  const child = (k: Cpu<S>) => k.task(call.child);
  const has = (k: Cpu<S>, flag: CloneFlag): boolean => call.flags(k).includes(flag);
  return [
    step(label, `${row}, K1`, (k) => {
      const flags = call.flags(k);
      const { parent_tid, child_tid } = call;
      const args = [
        [...flags, call.exit_signal(k) || '0'].join('|'),
        ...(call.stack === undefined ? [] : [`stack=${call.stack}`]),
        ...(parent_tid !== undefined && flags.includes('CLONE_PARENT_SETTID')
          ? [`parent_tid=${parent_tid}`]
          : []),
        ...(child_tid !== undefined ? [`child_tid=${child_tid}`] : []),
      ];
      checkFlags(flags);
      if (k.fault(call.fault)) {
        k.says(`clone(${args.join(', ')}) = -1 EAGAIN`);
        k.goto(call.failed);
        return;
      }
      k.says(`clone(${args.join(', ')}) <unfinished ...>`);
    }),
    kernel(`${label}/K2`, `${row}, K2`, (k) => {
      // CLONE-9: a signal that came meanwhile is taken first, and the call made again.
      if (fatal_signal_pending(k) || signalToTake(k) !== undefined) {
        k.says('<... clone resumed> = ? ERESTARTNOINTR');
        k.goto(label);
        return;
      }
      copy_process(k, call);
      call.linked?.(k);
    }),
    kernel(`${label}/K3`, `${row}, K3`, (k) => {
      const { tid } = child(k);
      if (has(k, 'CLONE_PARENT_SETTID') && call.parent_tid !== undefined) store(k, call.parent_tid, tid);
      child(k).pc = call.entry;
      if (has(k, 'CLONE_VFORK')) {
        // The child can be gone, reaped by itself, before the caller looks again.
        k.t.retval = tid;
        k.says(`clone: ${call.child} can run, wait for it to let go of the memory`);
        return;
      }
      k.says(`<... clone resumed> = ${tid}`);
      if (call.mayVfork) k.skip(1);
      call.done?.(k, tid);
    }),
    ...(call.mayVfork ? [awaitVfork(label, row, call)] : []),
  ];
}

/** K5: the caller sleeps until the child lets go of the memory. */
function awaitVfork<S extends KernelState>(label: string, row: string, call: CloneCall<S>): Step<S> {
  const child = (k: Cpu<S>) => k.task(call.child);
  return kernel(`${label}/K5`, `${row}, K5 VF-1`, (k) => {
    // VF-2, VF-3: only a fatal signal ends the wait early, and then the caller never returns to user code.
    if (fatal_signal_pending(k)) {
      if (child(k).vfork_waiter === k.me) child(k).vfork_waiter = '';
      k.says('clone: killed in the wait for the child');
      k.goto('exit/K6');
      return;
    }
    if (child(k).vfork_waiter === k.me) k.block();
    k.move.event('vfork-return');
    const tid = k.t.retval;
    k.t.retval = 0;
    k.says(`<... clone resumed> = ${tid}`);
    call.done?.(k, tid);
  });
}

/** K4: what the child does on its first way to user mode: it stores its own tid (ORD-2). */
export function ret_from_fork<S extends KernelState>(label: string, row: string, child_tid: string): Step<S> {
  return kernel(label, `${row}, K4 ORD-2`, (k) => {
    store(k, child_tid, k.t.tid);
    k.says(`schedule_tail: *${child_tid} = ${k.t.tid}`);
  });
}

/** K2: the child is linked in, under the task-list lock. From here on it can be seen, and cannot run yet. */
function copy_process<S extends KernelState>(k: Cpu<S>, call: CloneCall<S>): void {
  const { t } = k;
  const flags = call.flags(k);
  const name = call.child;
  const [tid, ...free] = k.s.pids.free;
  if (tid === undefined) throw new Error('the pool of pids is empty');
  if (k.task(name).state !== 'absent') throw new Error(`the slot ${name} is taken`);
  const thread = flags.includes('CLONE_THREAD');
  const parent = flags.includes('CLONE_PARENT');
  k.s.pids.free = free;
  k.s.task[name] = {
    ...absentTask(),
    state: 'running',
    tid,
    group_leader: thread ? t.group_leader : name,
    // PAR-1: the calling thread; PAR-2, PAR-4: the caller's own parent, and its leader's exit signal.
    real_parent: parent || thread ? t.real_parent : k.me,
    parent_exec_id: parent || thread ? t.parent_exec_id : t.self_exec_id,
    exit_signal: thread ? 'thread' : parent ? k.task(t.group_leader).exit_signal : call.exit_signal(k),
    self_exec_id: t.self_exec_id,
    mm: flags.includes('CLONE_VM') ? t.mm : name,
    sighand: flags.includes('CLONE_SIGHAND') ? t.sighand : name,
    // CLONE-12: the blocked set is inherited, pending signals are not, PDEATHSIG is reset.
    blocked: t.blocked,
    clear_child_tid: flags.includes('CLONE_CHILD_CLEARTID') ? (call.child_tid ?? '') : '',
    vfork_waiter: flags.includes('CLONE_VFORK') ? k.me : '',
  };
  // CLONE-12: without CLONE_SIGHAND the table is copied.
  if (!flags.includes('CLONE_SIGHAND')) k.s.sighand[name] = { ...k.s.sighand[t.sighand]! };
  const { real_parent, exit_signal } = k.task(name);
  if (thread) k.says(`copy_process: ${name}[${tid}] is a thread of ${t.group_leader}`);
  else
    k.says(`copy_process: ${name}[${tid}] is a child of ${real_parent}, exit signal ${exit_signal || '0'}`);
}

/** CLONE-3, as far as a program of the model could get it wrong. */
function checkFlags(flags: readonly CloneFlag[]): void {
  // Handlers are addresses, so they need the memory they point into; a group shares its handlers.
  if (flags.includes('CLONE_SIGHAND') && !flags.includes('CLONE_VM'))
    throw new Error('EINVAL: CLONE_SIGHAND needs CLONE_VM');
  if (flags.includes('CLONE_THREAD') && !flags.includes('CLONE_SIGHAND'))
    throw new Error('EINVAL: CLONE_THREAD needs CLONE_SIGHAND');
}
