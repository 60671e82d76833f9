/** clone(2), split where another task can look: K1 to K3, the child's K4, the caller's K5. */
import type { Call } from './calls.js';
import { clone_errno, type CloneFlag } from './clone-args.js';
import type { Cpu } from './cpu.js';
import { copy_files } from './files.js';
import { store } from './memory.js';
import { alloc_pid } from './pids.js';
import { adopt } from './reparent.js';
import { fatal_signal_pending, signal_pending } from './signal.js';
import { absentTask, type KernelState, type Sig } from './state.js';
import { kernel, step, type Step } from './step.js';

export interface CloneCall<S extends KernelState> {
  readonly child: string;
  /** False where no flags ever hold CLONE_VFORK: the call then has no K5. */
  readonly mayVfork: boolean;
  flags(k: Cpu<S>): readonly CloneFlag[];
  exit_signal(k: Cpu<S>): Sig | '';
  /** The label at which the child begins: its `ret_from_fork`, or user code where nothing is to be set there. */
  readonly entry: string;
  /** Made by clone3, which is strict about its arguments. */
  readonly clone3?: boolean;
  /** Printed: what the child runs on. CLONE-2: without it, the caller's stack. */
  readonly stack?: string;
  /** CLONE-10: the TLS image that CLONE_SETTLS gives the child. */
  readonly tls?: string;
  readonly parent_tid?: string;
  readonly child_tid?: string;
  /** The fault that makes the call fail, and where the caller goes then. */
  readonly fault: string;
  readonly failed: string;
  /** The kernel refuses the call: the caller goes where it goes for any failure. Without it that is an error of the program. */
  refused?(k: Cpu<S>, errno: string): void;
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
        [...flags, call.exit_signal(k)].filter((part) => part !== '').join('|'),
        ...(call.stack === undefined ? [] : [`stack=${call.stack}`]),
        ...(parent_tid !== undefined && flags.includes('CLONE_PARENT_SETTID')
          ? [`parent_tid=${parent_tid}`]
          : []),
        ...(child_tid !== undefined ? [`child_tid=${child_tid}`] : []),
      ];
      const errno = clone_errno(k, flags, call.exit_signal(k), call.clone3);
      if (errno !== '') {
        if (call.refused === undefined) throw new Error(`clone(${args.join(', ')}) = -1 ${errno}`);
        k.says(`clone(${args.join(', ')}) = -1 ${errno}`);
        k.calls(callOf(k, call));
        k.returns(errno);
        k.goto(call.failed);
        call.refused(k, errno);
        return;
      }
      if (k.fault(call.fault)) {
        k.says(`clone(${args.join(', ')}) = -1 EAGAIN`);
        k.goto(call.failed);
        return;
      }
      k.calls(callOf(k, call));
      k.says(`clone(${args.join(', ')}) <unfinished ...>`);
    }),
    kernel(`${label}/K2`, `${row}, K2`, (k) => {
      // CLONE-9: a signal that came meanwhile is taken first, and the call made again.
      if (fatal_signal_pending(k) || signal_pending(k)) {
        k.says('<... clone resumed> = ? ERESTARTNOINTR');
        k.goto(label);
        return;
      }
      copy_process(k, call);
      call.linked?.(k);
    }),
    kernel(`${label}/K3`, `${row}, K3`, (k) => {
      const { tid } = child(k);
      // ORD-1: by the caller, before the child can run.
      if (has(k, 'CLONE_PARENT_SETTID') && call.parent_tid !== undefined) store(k, call.parent_tid, tid);
      child(k).pc = call.entry;
      if (has(k, 'CLONE_VFORK')) {
        // The child can be gone, reaped by itself, before the caller looks again.
        k.t.retval = tid;
        k.says(`clone: ${call.child} can run, wait for it to let go of the memory`);
        return;
      }
      k.says(`<... clone resumed> = ${tid}`);
      k.returns(call.child);
      if (call.mayVfork) k.skip(1);
      call.done?.(k, tid);
    }),
    ...(call.mayVfork ? [awaitVfork(label, row, call)] : []),
  ];
}

function callOf<S extends KernelState>(k: Cpu<S>, call: CloneCall<S>): Call {
  const { child, tls = '', parent_tid = '', child_tid = '' } = call;
  return {
    name: 'clone',
    child,
    flags: call.flags(k),
    exit_signal: call.exit_signal(k),
    tls,
    parent_tid,
    child_tid,
  };
}

/** K5: the caller sleeps until the child lets go of the memory. */
function awaitVfork<S extends KernelState>(label: string, row: string, call: CloneCall<S>): Step<S> {
  const child = (k: Cpu<S>) => k.task(call.child);
  return kernel(`${label}/K5`, `${row}, K5 VF-1`, (k) => {
    // VF-2, VF-3: only a fatal signal ends the wait early, and then the caller never returns to user code.
    if (k.rules.vforkWaitKillable && fatal_signal_pending(k)) {
      if (child(k).vfork_waiter === k.me) child(k).vfork_waiter = '';
      k.says('clone: killed in the wait for the child');
      k.goto('exit/K6');
      return;
    }
    // VF-5: it may go on from K7d on, when the child is no zombie yet. VF-4: dead if both are true. ORD-3: the child has run
    // by then, and stored its tid.
    if (child(k).vfork_waiter === k.me) k.block();
    k.move.event('vfork-return');
    const tid = k.t.retval;
    k.t.retval = 0;
    k.says(`<... clone resumed> = ${tid}`);
    k.returns(call.child);
    call.done?.(k, tid);
  });
}

/** K4: what the child does on its first way to user mode: it stores its own tid (ORD-2), if that was `asked` for. */
export function ret_from_fork<S extends KernelState>(
  label: string,
  row: string,
  child_tid: string,
  asked: (k: Cpu<S>) => boolean = () => true,
): Step<S> {
  return kernel(label, `${row}, K4 ORD-2`, (k) => {
    if (!asked(k)) {
      k.says('schedule_tail: nothing to store');
      return;
    }
    store(k, child_tid, k.t.tid);
    k.says(`schedule_tail: *${child_tid} = ${k.t.tid}`);
  });
}

/** K2: the child is linked in, under the task-list lock. From here on it can be seen, and cannot run yet. */
function copy_process<S extends KernelState>(k: Cpu<S>, call: CloneCall<S>): void {
  const { t } = k;
  const flags = call.flags(k);
  const name = call.child;
  if (k.task(name).state !== 'absent') throw new Error(`the slot ${name} is taken`);
  const thread = flags.includes('CLONE_THREAD');
  if (thread && k.machine.processes?.includes(name) === true)
    throw new Error(`${name} is made a thread, and was to be a process`);
  const parent = flags.includes('CLONE_PARENT');
  // A new table, a new memory bear the task's own name, which nobody can have taken before; see `unusedName`.
  const sighand = flags.includes('CLONE_SIGHAND') ? t.sighand : name;
  const isTold = !thread || call.parent_tid !== undefined || call.child_tid !== undefined;
  const tid = alloc_pid(k, name, isTold);
  k.s.task[name] = {
    ...absentTask(),
    state: 'running',
    tid,
    group_leader: thread ? t.group_leader : name,
    // PAR-1: the calling thread; PAR-2, PAR-4: the caller's own parent, and its leader's exit signal. So a sibling has
    // the signal that its creator has (PAR-3), whatever was asked for.
    real_parent: parent || thread ? t.real_parent : k.me,
    parent_exec_id: parent || thread ? t.parent_exec_id : t.self_exec_id,
    exit_signal: thread ? 'thread' : parent ? k.task(t.group_leader).exit_signal : call.exit_signal(k),
    self_exec_id: t.self_exec_id,
    mm: flags.includes('CLONE_VM') ? t.mm : name,
    sighand,
    files: copy_files(k, name, flags.includes('CLONE_FILES')),
    fsbase: flags.includes('CLONE_SETTLS') ? (call.tls ?? '') : t.fsbase,
    // CLONE-11: a stack shared with a caller that runs on would be used twice.
    altstack: t.altstack && (!flags.includes('CLONE_VM') || flags.includes('CLONE_VFORK')),
    // CLONE-12: the blocked set is inherited, pending signals are not; PDEATHSIG is reset (REP-5).
    blocked: t.blocked,
    clear_child_tid: flags.includes('CLONE_CHILD_CLEARTID') ? (call.child_tid ?? '') : '',
    vfork_waiter: flags.includes('CLONE_VFORK') ? k.me : '',
  };
  // CLONE-12: without CLONE_SIGHAND the table is copied; CLONE-13: with it, it is one table for two processes.
  if (!flags.includes('CLONE_SIGHAND')) {
    const cleared = flags.includes('CLONE_CLEAR_SIGHAND');
    k.s.sighand[sighand] = copy_sighand(k.s.sighand[t.sighand]!, cleared);
  }
  // PAR-6: a sibling is a child of the parent, and of nobody else.
  if (!thread) adopt(k, name, k.task(name).real_parent);
  const { real_parent, exit_signal } = k.task(name);
  if (thread) k.says(`copy_process: ${name}[${tid}] is a thread of ${t.group_leader}`);
  else
    k.says(`copy_process: ${name}[${tid}] is a child of ${real_parent}, exit signal ${exit_signal || '0'}`);
}

function copy_sighand(table: Readonly<Record<string, string>>, cleared: boolean): Record<string, string> {
  return Object.fromEntries(
    Object.entries(table).map(([sig, action]) => [
      sig,
      cleared && action.startsWith('handler') ? 'default' : action,
    ]),
  );
}
