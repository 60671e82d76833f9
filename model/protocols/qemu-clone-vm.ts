/**
 * QEMU linux-user's clone(CLONE_VM), as posted: does the guest get what Linux would give it, and does QEMU survive it?
 *
 * Expected: Sometimes broken. QEMU's users rely on it for vfork, posix_spawn and thread-like clones that are no pthreads.
 *
 * Josh Kunz, "linux-user: Support extended clone(CLONE_VM)", qemu-devel, 12 June 2020, never merged. P, the
 * guest's calling thread, borrows the TLS image of a parked thread M and clones a trampoline T, which clones the child C
 * with CLONE_PARENT|CLONE_VFORK, frees C's stack when C lets go of the memory, and dies; M sleeps on T's CHILD_CLEARTID
 * word to free T's stack. Rows (0 to 12, E1 to E6) are those of the step table in docs/qemu-clone-vm.md.
 *
 * Flags of T: VM FS FILES IO PTRACE SIGHAND SYSVSEM SETTLS CHILD_SETTID CHILD_CLEARTID, the guest's exit signal.
 * Flags of C: the guest's (VM, perhaps VFORK), PARENT VFORK CHILD_SETTID.
 */
import {
  allocate,
  clone,
  do_exit,
  do_group_exit,
  futex_wait,
  handOver,
  isFatal,
  load,
  never,
  ret_from_fork,
  settle,
  sigprocmask,
  step,
  stepInfo,
  store,
  taskSlot,
  use,
  type CloneFlag,
  type Cpu,
  type FutexResult,
  type Machine,
  type Sig,
  type Step,
} from '../kernel/index.js';
import {
  asksVfork,
  born,
  callerProgram,
  childProgram,
  cloneReturned,
  exitSignal,
  GUEST_CHOICES,
  noticeDropped,
  noticeSent,
  signalTaken,
  type GuestState,
} from './guest.js';
import { readSiginfo, siginfo, type Siginfo } from '../kernel/state.js';
import type { StepInfo } from '../system.js';
import {
  environment,
  environmentSteps,
  EXIT_GROUP_P,
  guestActors,
  kill,
  strayFutexWake,
  type Actor,
} from './environment.js';
import { initialState } from './initial.js';
import { allows, type Protocol, type ProtocolOptions } from './protocol.js';
import {
  assertion,
  completion_await,
  completion_finish,
  cond_broadcast,
  cond_sleep,
  cond_wake,
  free,
  mutex_lock,
  mutex_unlock,
  type LibcState,
} from './pthread.js';

export interface QemuState extends LibcState, GuestState {
  qemu: {
    /** Tids whose signals the guest must not see. */
    hidden: number[];
    /** A task's slot of the table of pending guest signals, as `siginfo`; '' while it is empty. `+` is the tag of row 12. */
    sigtab: Record<string, string>;
    /** `dinfo.sigmask`: what host signals were blocked when the guest called. */
    sigmask: string;
    /** P's local: what clone_vm returned. */
    result: number;
    /** M's local: what it read in `managed_tid`. */
    managed_tid: number;
    [field: string]: unknown;
  };
}

type K = Cpu<QemuState>;

/** What lives in what. Stacks and the TLS image hold nothing the model reads. */
const OBJECT_OF = {
  'dinfo.lock': 'dinfo',
  'dinfo.cond': 'dinfo',
  'info.child_ready': 'info',
  'info.result': 'info',
  'mgr.fetched': 'mgr',
  'mgr.spawned': 'mgr',
  'mgr.managed_tid': 'mgr',
  'mgr.cleanup': 'mgr',
} as const;

const EAGAIN = -11;
const NO_FAILURE =
  'a valid pthread_sigmask does not fail on Linux; ask for the fault by name to see this path';

/** process_pending_signals: what QEMU does with a signal before guest code runs again. */
function deliverProgram(): Step<QemuState>[] {
  return [
    step('deliver.lock', '12', (k) => mutex_lock(k, 'hidden_lock')),
    step('deliver.lookup', '12', (k) => {
      const { si_pid } = sigtab(k);
      const { hidden } = k.s.qemu;
      if (hidden.includes(si_pid)) {
        k.s.qemu.hidden = hidden.filter((tid) => tid !== si_pid);
        noticeDropped(k, si_pid, 'lost');
        k.s.qemu.sigtab[k.me] = '-';
      }
      mutex_unlock(k, 'hidden_lock');
      k.says(`is ${si_pid} hidden? ${hidden.includes(si_pid) ? 'yes: drop its signal, forget it' : 'no'}`);
    }),
    step('deliver.guest', '12', (k) => {
      if (k.s.qemu.sigtab[k.me] !== '-') deliver(k);
      else k.says('process_pending_signals: nothing left to deliver');
      k.s.qemu.sigtab[k.me] = '';
      if (k.jumped) return;
      sigprocmask(k, 'guest');
      k.goto(k.t.ret);
      k.t.ret = '';
    }),
  ];
}

/** do_fork and clone_vm, as the guest's calling thread runs them. */
const P: Step<QemuState>[] = [
  step('do_fork.dinfo', '0', (k) => {
    allocate(k, 'dinfo');
    k.s.mutex['dinfo.lock'] = k.me;
    allocate(k, 'TaskState');
    k.says('do_fork: zero dinfo, lock its mutex, allocate the TaskState of the child');
  }),
  step('do_fork.clone_lock', '0', (k) => mutex_lock(k, 'clone_lock')),
  step('do_fork.copy_cpu', '0', (k) => mutex_unlock(k, 'clone_lock')),
  step('do_fork.block_signals', '0', (k) => {
    // What is saved is the host's mask: the guest's, unless a handler of QEMU's ran since guest code last did.
    k.s.qemu.sigmask = k.t.blocked;
    sigprocmask(k, 'all');
    k.says(`rt_sigprocmask(SIG_BLOCK, ~[], dinfo.sigmask = ${k.s.qemu.sigmask}) = 0`);
  }),
  step('clone_vm.stack_T', '1', (k) => {
    allocate(k, 'info');
    if (failsToAllocate(k, 'stack_T', 'alloc-stack-T')) k.goto('clone_vm.failed');
  }),
  step('clone_vm.stack_C', '1', (k) => {
    if (failsToAllocate(k, 'stack_C', 'alloc-stack-C')) k.goto('E1.free_stack_T');
  }),
  step('clone_vm.mgr', '2', (k) => {
    allocate(k, 'mgr');
    k.says('mgr = calloc(1, sizeof(*mgr)); all signals are blocked already');
  }),
  ...clone<QemuState>('pthread_create', '2', {
    child: 'M',
    mayVfork: false,
    flags: () => [
      'CLONE_VM',
      'CLONE_FS',
      'CLONE_FILES',
      'CLONE_SIGHAND',
      'CLONE_THREAD',
      'CLONE_SYSVSEM',
      'CLONE_SETTLS',
    ],
    exit_signal: () => '',
    entry: 'manager.publish',
    stack: 'tls_M',
    fault: 'clone-M',
    failed: 'E2.free_mgr',
    done(k) {
      // The thread is detached: libc is to free its stack and TLS image, and the thread itself `mgr`.
      allocate(k, 'tls_M', 'M');
      handOver(k, 'mgr', 'M');
    },
  }),
  ...completion_await<QemuState>('await_fetched', '2', 'mgr.fetched'),
  step('restore_mask_M', '2', (k) => {
    if (k.fault('sigmask-M')) {
      k.says('rt_sigprocmask(SIG_SETMASK, ~[]) = -1');
      k.goto('E3.finish_spawned/lock');
    } else k.says('rt_sigprocmask(SIG_SETMASK, ~[]) = 0');
  }),
  step('clone_vm.cleanup', '4', (k) => {
    store(k, 'mgr.cleanup', 1);
    handOver(k, 'stack_T', 'M');
    k.says('mgr.cleanup = stack_T');
  }),
  step('clone_vm.block_signals', '4', (k) => {
    use(k, 'info');
    if (k.fault('sigmask-T')) {
      k.says('rt_sigprocmask(SIG_BLOCK, ~[], info.sigmask) = -1');
      k.goto('E4.free_stack_T');
    } else k.says('rt_sigprocmask(SIG_BLOCK, ~[], info.sigmask) = 0');
  }),
  ...clone<QemuState>('clone_T', '5', {
    child: 'T',
    mayVfork: false,
    flags: () => FLAGS_OF_T,
    exit_signal: exitSignal,
    entry: 'trampoline.settid',
    stack: 'stack_T',
    child_tid: 'mgr.managed_tid',
    fault: 'clone-T',
    failed: 'E4.free_stack_T',
    done: (k) => handOver(k, 'stack_C', 'T'),
  }),
  ...completion_await<QemuState>('await_child_ready', '6', 'info.child_ready'),
  ...completion_finish<QemuState>('finish_spawned', '6', 'mgr.spawned'),
  step('clone_vm.return', '6', (k) => {
    k.s.qemu.result = load(k, 'info.result');
    free(k, 'info');
    k.says(`rt_sigprocmask(SIG_SETMASK, ~[]) = 0; clone_vm returns info.result = ${k.s.qemu.result}`);
    if (k.s.qemu.result < 0 || asksVfork(k)) k.goto('do_fork.restore_mask');
  }),
  step('do_fork.wait', '6b', (k) => cond_sleep(k, 'dinfo.cond', 'dinfo.lock')),
  step('do_fork.wake', '6b', (k) => cond_wake(k, 'dinfo.cond', 'dinfo.lock')),
  step('do_fork.restore_mask', '6b', (k) => {
    k.says(`rt_sigprocmask(SIG_SETMASK, dinfo.sigmask = ${k.s.qemu.sigmask}) = 0`);
    sigprocmask(k, k.s.qemu.sigmask);
  }),
  step('do_fork.return', '6b', (k) => {
    const { result } = k.s.qemu;
    mutex_unlock(k, 'dinfo.lock');
    free(k, 'dinfo');
    // The pointer to the TaskState of a child that never was is lost here.
    if (result < 0) handOver(k, 'TaskState', 'nobody');
    k.says(`pthread_mutex_destroy(dinfo.lock); clone returns ${result} to the guest`);
    k.s.qemu.result = 0;
    k.s.qemu.sigmask = '';
    cloneReturned(k, result);
    toGuest(k, 'guest.run');
  }),
  ...callerProgram<QemuState>('guest'),

  ...deliverProgram(),

  step('E1.free_stack_T', 'E1', (k) => {
    free(k, 'stack_T');
    k.says('free(stack_T)');
    k.goto('clone_vm.failed');
  }),
  step('E2.free_mgr', 'E2', (k) => {
    free(k, 'mgr');
    k.says('free(mgr)');
  }),
  step('E2.free_stacks', 'E2', (k) => {
    free(k, 'stack_C');
    free(k, 'stack_T');
    k.says('free(stack_C), free(stack_T)');
  }),
  step('clone_vm.failed', 'E1', (k) => {
    k.s.qemu.result = EAGAIN;
    free(k, 'info');
    k.says('clone_vm returns -1');
    k.goto('do_fork.restore_mask');
  }),
  ...never(NO_FAILURE, [
    ...completion_finish<QemuState>('E3.finish_spawned', 'E3', 'mgr.spawned'),
    step('E3.failed', 'E3', (k: K) => {
      k.says('create_manager returns NULL');
      k.goto('E2.free_stacks');
    }),
  ]),
  step('E4.free_stack_T', 'E4', (k) => {
    free(k, 'stack_T');
    k.says('free(stack_T)');
  }),
  step('E4.free_stack_C', 'E4', (k) => {
    free(k, 'stack_C');
    k.says('free(stack_C)');
  }),
  ...completion_finish<QemuState>('E4.finish_spawned', 'E4', 'mgr.spawned'),
  step('E4.failed', 'E4', (k) => {
    k.says('clone_vm fails');
    k.goto('clone_vm.failed');
  }),
];

const FLAGS_OF_T: readonly CloneFlag[] = [
  'CLONE_VM',
  'CLONE_FS',
  'CLONE_FILES',
  'CLONE_IO',
  'CLONE_PTRACE',
  'CLONE_SIGHAND',
  'CLONE_SYSVSEM',
  'CLONE_SETTLS',
  'CLONE_CHILD_SETTID',
  'CLONE_CHILD_CLEARTID',
];

/** The TLS manager: a detached thread of P's process that lends its TLS image to T and C. */
function manager(eagain: (k: K) => void): Step<QemuState>[] {
  return [
    step('manager.publish', '3', (k) => {
      use(k, 'mgr');
      k.says('mgr.tls = the TLS image of this thread');
    }),
    ...completion_finish<QemuState>('finish_fetched', '3', 'mgr.fetched'),
    ...completion_await<QemuState>('await_spawned', '3', 'mgr.spawned'),
    step('manager.read_tid', '11', (k) => {
      k.s.qemu.managed_tid = load(k, 'mgr.managed_tid');
      k.says(`reads managed_tid = ${k.s.qemu.managed_tid}`);
      if (k.s.qemu.managed_tid === 0) k.goto('manager.free_stack_T');
    }),
    ...futex_wait<QemuState>('manager.wait', '11', {
      word: 'mgr.managed_tid',
      key: 'shared',
      expected: (k) => k.s.qemu.managed_tid,
      done(k, result) {
        if (result === 'EAGAIN') eagain(k);
        else asserts(k, result);
        k.s.qemu.managed_tid = 0;
      },
    }),
    step('manager.free_stack_T', '11', (k) => {
      if (load(k, 'mgr.cleanup') === 1) free(k, 'stack_T');
      k.says('free(mgr.cleanup)');
    }),
    step('manager.free_mgr', '11', (k) => {
      free(k, 'mgr');
      k.says('free(mgr)');
    }),
    step('manager.return', '11', (k) => {
      free(k, 'tls_M');
      k.says('returns: libc takes back its stack and TLS image; exit(0) = ?');
      do_exit(k);
    }),
  ];
}

/** As posted: one wait, and whatever is not 0 is a failed assertion. */
function asserts(k: K, result: FutexResult): void {
  assertion(k, result === '0', 'futex(managed_tid, FUTEX_WAIT) == 0');
}

/** The trampoline: the child's elder sibling, which waits in vfork until C lets go of the memory. */
const T: Step<QemuState>[] = [
  ret_from_fork('trampoline.settid', '5', 'mgr.managed_tid'),
  step('trampoline.copy_info', '7', (k) => {
    use(k, 'info');
    k.says('copies what it needs from info');
    if (exitSignal(k) === '') k.goto('clone_C');
  }),
  step('trampoline.hide/lock', '7', (k) => mutex_lock(k, 'hidden_lock')),
  step('trampoline.hide', '7', (k) => {
    k.s.qemu.hidden = [...k.s.qemu.hidden, k.t.tid].toSorted((a, b) => a - b);
    mutex_unlock(k, 'hidden_lock');
    k.says(`hides its own tid ${k.t.tid}: pthread_mutex_unlock(hidden_lock)`);
  }),
  ...clone<QemuState>('clone_C', '7', {
    child: 'C',
    mayVfork: true,
    flags: () => ['CLONE_VM', 'CLONE_PARENT', 'CLONE_VFORK', 'CLONE_CHILD_SETTID'],
    exit_signal: exitSignal,
    entry: 'child.settid',
    stack: 'stack_C',
    child_tid: 'info.result',
    fault: 'clone-C',
    failed: 'E5.result',
    linked(k) {
      born(k, 'C');
      handOver(k, 'TaskState', 'C');
    },
  }),
  step('trampoline.free_stack_C', '9', (k) => {
    free(k, 'stack_C');
    k.says('free(stack_C)');
    if (!asksVfork(k)) k.goto('trampoline.exit');
  }),
  ...completion_finish<QemuState>('trampoline.finish', '9', 'info.child_ready'),
  step('trampoline.exit', '9', (k) => {
    k.says('exit(0) = ?');
    do_exit(k);
  }),
  step('E5.result', 'E5', (k) => {
    store(k, 'info.result', EAGAIN);
    k.says(`info.result = ${EAGAIN}`);
  }),
  ...completion_finish<QemuState>('E5.finish', 'E5', 'info.child_ready'),
  step('E5.exit', 'E5', (k) => {
    k.says('exit(0) = ?');
    do_exit(k);
  }),
];

/** The guest's child, from its first instruction in QEMU to its end. */
const C: Step<QemuState>[] = [
  ret_from_fork('child.settid', '7', 'info.result'),
  step('child.start', '8', (k) => {
    k.says(asksVfork(k) ? 'vfork: the parent goes on later' : 'the parent may go on');
    if (asksVfork(k)) k.goto('child.mask');
  }),
  ...completion_finish<QemuState>('child.finish', '8', 'info.child_ready'),
  step('child.mask', '8', (k) => {
    use(k, 'info');
    if (k.fault('sigmask-C')) {
      k.says('rt_sigprocmask(SIG_SETMASK, info.sigmask) = -1');
      k.goto('E6.exit');
    } else k.says('rt_sigprocmask(SIG_SETMASK, info.sigmask) = 0');
  }),
  step('clone_run.mask', '8b', (k) => {
    use(k, 'dinfo');
    k.says(`rt_sigprocmask(SIG_SETMASK, dinfo.sigmask = ${k.s.qemu.sigmask}) = 0`);
    sigprocmask(k, k.s.qemu.sigmask);
    if (asksVfork(k)) k.goto('clone_run.guest');
  }),
  step('clone_run.lock', '8b', (k) => mutex_lock(k, 'dinfo.lock')),
  step('clone_run.broadcast', '8b', (k) => {
    cond_broadcast(k, 'dinfo.cond');
    mutex_unlock(k, 'dinfo.lock');
    k.says('pthread_cond_broadcast(dinfo.cond), pthread_mutex_unlock(dinfo.lock)');
  }),
  step('clone_run.guest', '8b', (k) => {
    k.says('guest code begins');
    toGuest(k, 'guest.child');
  }),
  ...deliverProgram(),
  ...childProgram<QemuState>({
    row: 'guest',
    exit: (k) => {
      k.says('exit(0): the guest calls, QEMU takes over');
      k.goto('exit.block_signals');
    },
    exit_group(k) {
      k.says('exit_group(0) = ?');
      do_group_exit(k, 'CLD_EXITED');
    },
  }),
  step('exit.block_signals', '8c', (k) => {
    sigprocmask(k, 'all');
    k.says('rt_sigprocmask(SIG_BLOCK, ~[]) = 0');
  }),
  step('exit.clone_lock', '8c', (k) => mutex_lock(k, 'clone_lock')),
  step('exit.unrealize', '8c assumed', (k) => mutex_unlock(k, 'clone_lock')),
  step('exit.free_TaskState', '8c', (k) => {
    free(k, 'TaskState');
    k.says('free(TaskState)');
  }),
  step('exit.unlock_again', '8c assumed', (k) => mutex_unlock(k, 'clone_lock')),
  step('exit.exit', '8c', (k) => {
    k.says('exit_group(0) = ?');
    do_group_exit(k, 'CLD_EXITED');
  }),
  ...never(NO_FAILURE, [
    step('E6.exit', 'E6', (k: K) => {
      k.says('_exit(1)');
      do_group_exit(k, 'CLD_EXITED');
    }),
  ]),
];

function failsToAllocate(k: K, object: string, fault: string): boolean {
  if (k.fault(fault)) {
    k.says(`posix_memalign(&${object}) = ENOMEM`);
    return true;
  }
  allocate(k, object);
  k.says(`posix_memalign(&${object}, 16, 0x40000) = 0`);
  return false;
}

/** Back to guest code, by way of the delivery of what is pending for the guest. */
function toGuest(k: K, label: string): void {
  const entry = k.s.qemu.sigtab[k.me]!;
  if (entry === '') {
    k.goto(label);
    return;
  }
  k.t.ret = label;
  k.goto(entry.startsWith('+') ? 'deliver.lock' : 'deliver.guest');
}

function sigtab(k: K): Siginfo {
  return readSiginfo(k.s.qemu.sigtab[k.me]!.replace('+', ''));
}

/** The values of si_code, of which row 12 takes the bits. */
const SI_CODE: Record<string, number> = {
  CLD_EXITED: 1,
  CLD_KILLED: 2,
  CLD_DUMPED: 3,
  CLD_STOPPED: 5,
  CLD_CONTINUED: 6,
  SI_USER: 0,
  SI_TKILL: -6,
  SI_KERNEL: 0x80,
};
const TAGGED = 1 | 2 | 3;

/** QEMU's host handler (row 12): it fills the thread's slot and leaves all host signals blocked. */
function host_signal_handler(k: K, sig: Sig, si_code: string, si_pid: number): void {
  // The program that C has executed is not this QEMU: what kills by default kills.
  if (k.t.mm !== 'P') {
    do_group_exit(k, 'CLD_KILLED');
    return;
  }
  if (k.s.qemu.sigtab[k.me] !== '') throw new Error(`${k.me} got ${sig} with host signals blocked`);
  k.s.qemu.sigtab[k.me] = `${(SI_CODE[si_code]! & TAGGED) !== 0 ? '+' : ''}${siginfo(sig, si_code, si_pid)}`;
  k.t.blocked = 'all';
  if (k.t.pc.startsWith('guest.')) toGuest(k, k.t.pc);
}

/** The guest's own disposition decides; a default that ends the process ends QEMU by the same signal. */
function deliver(k: K): void {
  const { sig, si_code, si_pid } = sigtab(k);
  const table = k.s.sighand[k.t.sighand]!;
  const wanted = table[sig] === undefined ? 'default' : settle(k.move, table, sig);
  k.says(`process_pending_signals: ${sig} from ${si_pid}, the guest's disposition is ${wanted}`);
  if (wanted === 'handler') signalTaken(k, si_code, si_pid);
  else if (wanted === 'default' && isFatal(sig)) do_group_exit(k, 'CLD_KILLED');
  else noticeDropped(k, si_pid, 'ignored');
}

function machine(options: ProtocolOptions): Machine<QemuState> {
  const standsOn: Record<string, readonly string[]> = {
    M: ['tls_M'],
    T: ['stack_T', 'tls_M'],
    C: ['stack_C', 'tls_M'],
  };
  return {
    tasks: ['P', 'M', 'T', 'C'],
    objectOf: OBJECT_OF,
    standsOn: (k) => (k.t.mm === 'P' ? (standsOn[k.me] ?? []) : []),
    allows: (k, fault) => allows(options, k.s.faults, fault),
    // Row 12a: QEMU has a handler of its own for what ends a process by default.
    disposition: (sig, wanted) => (wanted === 'default' && isFatal(sig) ? 'handler' : wanted),
    notified: noticeSent,
    discarded: (k, _sig, si_pid) => noticeDropped(k, si_pid, 'ignored'),
    handler: host_signal_handler,
  };
}

const CONDS = ['dinfo.cond', 'info.child_ready', 'mgr.fetched', 'mgr.spawned'] as const;

/** A condition variable wakes its sleeper though nobody called, which POSIX allows. */
const STRAY_COND: Actor<QemuState> = {
  name: 'stray-cond',
  sentence: 'a condition variable wakes its sleeper for no reason',
  strike(k) {
    const slept = CONDS.filter((cond) => k.s.cond[cond]!.length > 0);
    if (slept.length === 0) k.block();
    const cond = slept[k.move.choose(slept.length)]!;
    k.s.cond[cond] = [];
    k.says(`${cond} wakes its sleeper for no reason`);
  },
};

const ACTORS: readonly Actor<QemuState>[] = [
  ...guestActors<QemuState>(),
  kill('T', 'the trampoline'),
  strayFutexWake('mgr.managed_tid'),
  STRAY_COND,
];

function build(
  name: string,
  options: ProtocolOptions,
  eagain: (k: K) => void,
): ReturnType<Protocol['build']> {
  const here = machine(options);
  const M = manager(eagain);
  const locks = ['clone_lock', 'hidden_lock', 'dinfo.lock', 'info.child_ready', 'mgr.fetched', 'mgr.spawned'];
  const objects = ['dinfo', 'TaskState', 'info', 'stack_T', 'stack_C', 'mgr', 'tls_M'];
  const all = <V>(names: readonly string[], value: V): Record<string, V> =>
    Object.fromEntries(names.map((one) => [one, value]));
  const state: QemuState = {
    ...initialState({ tasks: here.tasks, asked: options.guest, start: 'do_fork.dinfo' }),
    word: all(['info.result', 'mgr.managed_tid', 'mgr.cleanup'], 0),
    futex: { 'mgr.managed_tid': [] },
    object: all(objects, ''),
    mutex: all(locks, ''),
    cond: Object.fromEntries(CONDS.map((one) => [one, []])),
    set: all(['info.child_ready', 'mgr.fetched', 'mgr.spawned'], 0),
    qemu: { hidden: [], sigmask: '', sigtab: { P: '', C: '' }, result: 0, managed_tid: 0 },
  };
  const programs = { P, M, T, C };
  return {
    name,
    initial: state,
    slots: [
      ...Object.entries(programs).map(([task, program]) => taskSlot(task, program, here)),
      ...environment(ACTORS, options, here),
    ],
    properties: [],
    steps: [
      ...stepInfo('P', P, { cleartid: true, vforked: true }),
      ...stepInfo('M', M, { cleartid: true, vforked: true }),
      ...stepInfo('T', T, { vforked: true }),
      ...stepInfo('C', C, { cleartid: true }).map((one) =>
        isDelivery(one) ? withoutSignals(one, options) : one,
      ),
      ...environmentSteps(ACTORS, options),
    ],
    faults: (s) => (s as QemuState).faults,
  };
}

function isDelivery({ label }: StepInfo): boolean {
  return label.startsWith('deliver.');
}

/** C, unlike P, is sent signals by faults only. */
function withoutSignals(one: StepInfo, options: ProtocolOptions): StepInfo {
  const sent = options.faults.some(({ name }) => name === 'term-C');
  return sent ? one : { ...one, neverTaken: 'without a fault nobody sends the child a signal' };
}

const described: Omit<Protocol, 'name' | 'summary' | 'description' | 'build'> = {
  faults: [
    { name: 'alloc-stack-T', sentence: 'the stack of the trampoline cannot be allocated (row 1)' },
    { name: 'alloc-stack-C', sentence: 'the stack of the child cannot be allocated (row E1)' },
    { name: 'clone-M', sentence: 'the TLS manager cannot be created (row E2)' },
    { name: 'clone-T', sentence: 'the clone of the trampoline fails (row E4)' },
    { name: 'clone-C', sentence: 'the clone of the child fails (row E5)' },
    EXIT_GROUP_P,
    ...ACTORS,
    {
      name: 'sigmask-M',
      sentence: 'the mask cannot be restored after the manager started (row E3)',
      impossible: true,
    },
    {
      name: 'sigmask-T',
      sentence: 'signals cannot be blocked before the trampoline (row E4)',
      impossible: true,
    },
    { name: 'sigmask-C', sentence: 'the mask of the child cannot be set (row E6)', impossible: true },
  ],
  guest: GUEST_CHOICES,
  defaultFaults: ['alloc-stack-T', 'alloc-stack-C', 'clone-M', 'clone-T', 'clone-C'],
  properties: [
    'no-failed-assertion',
    'no-use-after-free',
    'no-double-free',
    'no-bad-lock',
    'no-leak',
    'no-hang',
    'single-exit-signal',
    'only-own-children-waitable',
    'exit-signal-as-requested',
    'parent-is-caller',
    'vfork-suspends-caller',
    'guest-mask-kept',
    'clone-result',
  ],
};

export const qemuCloneVm: Protocol = {
  ...described,
  name: 'qemu-clone-vm',
  summary: "QEMU linux-user's clone(CLONE_VM) with a TLS manager and a trampoline, as posted in June 2020",
  description: [
    'The guest calls clone(CLONE_VM) inside QEMU. P, the calling thread, parks a thread M for its TLS image, clones a',
    'trampoline T onto it, and T clones the child C with CLONE_PARENT|CLONE_VFORK. T frees the stack of C, M that of T.',
    'Josh Kunz, "linux-user: Support extended clone(CLONE_VM)", qemu-devel, 12 June 2020; never merged.',
  ].join('\n'),
  build: (options) => build('qemu-clone-vm', options, (k) => asserts(k, 'EAGAIN')),
};

export const qemuCloneVmEagainFixed: Protocol = {
  ...described,
  name: 'qemu-clone-vm-eagain-fixed',
  summary: "the same with the repair its author announced: the manager's wait is a loop that accepts EAGAIN",
  description: [
    'As qemu-clone-vm, but M reads managed_tid again when FUTEX_WAIT returns EAGAIN, instead of failing an assertion.',
    'The author wrote that he had such a patch; its text is not public, so the loop is ours.',
  ].join('\n'),
  build: (options) => build('qemu-clone-vm-eagain-fixed', options, (k) => k.goto('manager.read_tid')),
};
