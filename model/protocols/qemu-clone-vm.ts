/**
 * QEMU linux-user's clone(CLONE_VM), as posted: does the guest get what Linux would give it, and does QEMU survive it?
 *
 * Expected: Sometimes broken. QEMU's users rely on it for vfork, posix_spawn and thread-like clones that are no pthreads.
 *
 * Josh Kunz, "linux-user: Support extended clone(CLONE_VM)", qemu-devel, 12 June 2020, never merged. P, the guest's
 * calling thread, borrows the TLS image of a parked thread M and clones a trampoline T, which clones the child C with
 * CLONE_PARENT|CLONE_VFORK, frees C's stack when C lets go of the memory, and dies; M sleeps on T's CHILD_CLEARTID word to
 * free T's stack. Rows (0 to 12, E1 to E6) are those of the step table in docs/qemu-clone-vm.md.
 */
import {
  allocate,
  clone,
  do_exit,
  do_group_exit,
  FRAME,
  futex_wait,
  futex_wake,
  handOver,
  load,
  never,
  ret_from_fork,
  sigprocmask,
  step,
  store,
  use,
  type CloneFlag,
  type FutexResult,
  type Step,
} from '../kernel/index.js';
import type { Design } from './design.js';
import type { May } from './choices.js';
import { asksParent, asksVfork, born, chosen, cloneReturned, exitSignal, sharingFlags } from './guest.js';
import { callerEntry, callerProgram, childEntry, childProgram } from './guest-program.js';
import type { Op } from './op.js';
import {
  assertion,
  completion_await,
  completion_finish,
  cond_broadcast,
  cond_sleep,
  cond_wake,
  crash,
  FLAGS_OF_PTHREAD_CREATE,
  free,
  mutex_lock,
  mutex_unlock,
} from './pthread.js';
import { deliverProgram, handlerWithoutCpu, toGuest } from './qemu-signals.js';
import { locals, namesOf, type K, type QemuState } from './qemu-state.js';

/** Of T: all that P shares, M's TLS image, and the word on which M will sleep. */
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

/** Of C: the guest's own, and these. */
const FLAGS_OF_C: readonly CloneFlag[] = ['CLONE_PARENT', 'CLONE_VFORK', 'CLONE_CHILD_SETTID'];

/** T has a flag of that name too, which is dropped by the plain name. */
const PARTS_OF_C = { CLONE_CHILD_SETTID: 'CLONE_CHILD_SETTID-C' } as const;

const EAGAIN = -11;

/** Where the FS base points when clone was given a null pointer. */
const NO_TLS = 'NULL';

const NO_FAILURE = 'a valid pthread_sigmask does not fail on Linux; name the fault to see this path';

/** How M takes an EAGAIN of its wait. */
export type OnEagain = (k: K) => void;

/** What the programs are made for. */
export interface Scope {
  readonly design: Design;
  /** What the guest may choose. */
  readonly may: May;
  /** May a fault of this name strike? */
  readonly strikes: (fault: string) => boolean;
}

/** do_fork and clone_vm, as the guest's calling thread runs them. */
export function caller({ design, may, strikes }: Scope, op: Op, next?: string): Step<QemuState>[] {
  const { dinfo, info, mgr, stack_T, stack_C, tls_M, TaskState } = namesOf(op);
  const set = design.has('block-signals') ? '~[]' : '[]';
  return [
    step('do_fork.dinfo', '0', (k) => {
      allocate(k, dinfo, FRAME);
      k.s.mutex[`${dinfo}.lock`] = k.me;
      allocate(k, TaskState);
      k.says('do_fork: zero dinfo, lock its mutex, allocate the TaskState of the child');
    }),
    ...design.part('clone_lock', [
      step('do_fork.clone_lock', '0', (k: K) => mutex_lock(k, 'clone_lock')),
      step('do_fork.copy_cpu', '0', (k: K) => mutex_unlock(k, 'clone_lock')),
    ]),
    step('do_fork.block_signals', '0', (k) => {
      // What is saved is the host's mask: the guest's, unless a handler of QEMU's ran since guest code last did.
      locals(k, op).sigmask = k.t.blocked;
      if (design.has('block-signals')) sigprocmask(k, 'all');
      k.says(`rt_sigprocmask(SIG_BLOCK, ${set}, dinfo.sigmask = ${locals(k, op).sigmask}) = 0`);
    }),
    step('clone_vm.stack_T', '1', (k) => {
      allocate(k, info, FRAME);
      if (failsToAllocate(k, stack_T, 'alloc-stack-T')) k.goto('clone_vm.failed');
    }),
    step('clone_vm.stack_C', '1', (k) => {
      if (failsToAllocate(k, stack_C, 'alloc-stack-C')) k.goto('E1.free_stack_T');
    }),
    step('clone_vm.mgr', '2', (k) => {
      allocate(k, mgr);
      k.says(`mgr = calloc(1, sizeof(*mgr)); rt_sigprocmask(SIG_BLOCK, ${set}) = 0`);
    }),
    ...clone<QemuState>('pthread_create', '2', {
      child: op.M,
      mayVfork: false,
      flags: () => FLAGS_OF_PTHREAD_CREATE,
      exit_signal: () => '',
      entry: 'manager.publish',
      stack: tls_M,
      tls: tls_M,
      fault: 'clone-M',
      failed: 'E2.free_mgr',
      done(k) {
        // The thread is detached: libc is to free its stack and TLS image, and the thread itself `mgr`.
        allocate(k, tls_M, op.M);
        handOver(k, mgr, op.M);
      },
    }),
    ...design.part('completion-fetched', completion_await<QemuState>('await_fetched', '2', `${mgr}.fetched`)),
    step('restore_mask_M', '2', (k) => {
      if (k.fault('sigmask-M')) {
        k.says(`rt_sigprocmask(SIG_SETMASK, ${k.t.blocked}) = -1`);
        k.goto('E3.finish_spawned/lock');
      } else k.says(`rt_sigprocmask(SIG_SETMASK, ${k.t.blocked}) = 0`);
    }),
    step('clone_vm.cleanup', '4', (k) => {
      store(k, `${mgr}.cleanup`, 1);
      handOver(k, stack_T, op.M);
      k.says(`${mgr}.cleanup = ${stack_T}`);
    }),
    step('clone_vm.block_signals', '4', (k) => {
      use(k, info);
      if (k.fault('sigmask-T')) {
        k.says(`rt_sigprocmask(SIG_BLOCK, ${set}, info.sigmask) = -1`);
        k.goto('E4.free_stack_T');
      } else k.says(`rt_sigprocmask(SIG_BLOCK, ${set}, info.sigmask) = 0`);
    }),
    ...clone<QemuState>('clone_T', '5', {
      child: op.T,
      mayVfork: false,
      flags: (k) => [...design.flags(FLAGS_OF_T), ...(asksParent(k, op) ? (['CLONE_PARENT'] as const) : [])],
      exit_signal: (k) => (design.has('exit-signal') ? exitSignal(k, op) : ''),
      entry: 'trampoline.settid',
      stack: stack_T,
      tls: tls_M,
      child_tid: `${mgr}.managed_tid`,
      fault: 'clone-T',
      failed: 'E4.free_stack_T',
      linked(k) {
        k.move.event('tls-given');
        // P passes on what it finds in `mgr.tls`.
        const T = k.task(op.T);
        if (T.fsbase === tls_M && load(k, `${mgr}.tls`) === 0) T.fsbase = NO_TLS;
      },
      done: (k) => handOver(k, stack_C, op.T),
    }),
    ...design.part(
      'completion-child_ready',
      completion_await<QemuState>('await_child_ready', '6', `${info}.child_ready`),
    ),
    ...design.part(
      'completion-spawned',
      completion_finish<QemuState>('finish_spawned', '6', `${mgr}.spawned`),
    ),
    step('clone_vm.return', '6', (k) => {
      const result = load(k, `${info}.result`);
      locals(k, op).result = result;
      free(k, info);
      k.says(`rt_sigprocmask(SIG_SETMASK, ${k.t.blocked}) = 0; clone_vm returns info.result = ${result}`);
      if (result < 0 || asksVfork(k, op)) k.goto('do_fork.restore_mask');
    }),
    step('do_fork.wait', '6b', (k) => cond_sleep(k, `${dinfo}.cond`, `${dinfo}.lock`)),
    step('do_fork.wake', '6b', (k) => cond_wake(k, `${dinfo}.cond`, `${dinfo}.lock`)),
    step('do_fork.restore_mask', '6b', (k) => {
      const { sigmask } = locals(k, op);
      k.says(`rt_sigprocmask(SIG_SETMASK, dinfo.sigmask = ${sigmask}) = 0`);
      sigprocmask(k, sigmask);
    }),
    step('do_fork.return', '6b', (k) => {
      const { result } = locals(k, op);
      mutex_unlock(k, `${dinfo}.lock`);
      free(k, dinfo);
      // The pointer to the TaskState of a child that never was is lost here.
      if (result < 0) handOver(k, TaskState, 'nobody');
      k.says(`pthread_mutex_destroy(dinfo.lock); clone returns ${result} to the guest`);
      locals(k, op).result = 0;
      locals(k, op).sigmask = '';
      cloneReturned(k, op, result);
      toGuest(k, k.label(callerEntry(may)));
    }),
    ...callerProgram<QemuState>({
      row: 'guest',
      op,
      may,
      strikes,
      again: next === undefined ? undefined : `do_fork.dinfo${next}`,
    }),
    ...deliverProgram(),

    step('E1.free_stack_T', 'E1', (k) => {
      free(k, stack_T);
      k.says(`free(${stack_T})`);
      k.goto('clone_vm.failed');
    }),
    step('E2.free_mgr', 'E2', (k) => {
      free(k, mgr);
      k.says(`free(${mgr})`);
    }),
    step('E2.free_stacks', 'E2', (k) => {
      free(k, stack_C);
      free(k, stack_T);
      k.says(`free(${stack_C}), free(${stack_T})`);
    }),
    step('clone_vm.failed', 'E1', (k) => {
      locals(k, op).result = EAGAIN;
      free(k, info);
      k.says('clone_vm returns -1');
      k.goto('do_fork.restore_mask');
    }),
    ...never(NO_FAILURE, [
      ...design.part(
        'completion-spawned',
        completion_finish<QemuState>('E3.finish_spawned', 'E3', `${mgr}.spawned`),
      ),
      step('E3.failed', 'E3', (k: K) => {
        k.says('create_manager returns NULL');
        k.goto('E2.free_stacks');
      }),
    ]),
    step('E4.free_stack_T', 'E4', (k) => {
      free(k, stack_T);
      k.says(`free(${stack_T})`);
    }),
    step('E4.free_stack_C', 'E4', (k) => {
      free(k, stack_C);
      k.says(`free(${stack_C})`);
    }),
    ...design.part(
      'completion-spawned',
      completion_finish<QemuState>('E4.finish_spawned', 'E4', `${mgr}.spawned`),
    ),
    step('E4.failed', 'E4', (k) => {
      k.says('clone_vm fails');
      k.goto('clone_vm.failed');
    }),
  ];
}

/** The TLS manager: a detached thread of P's process that lends its TLS image to T and C. */
export function manager({ design }: Scope, op: Op, eagain: OnEagain): Step<QemuState>[] {
  const { mgr, stack_T, tls_M } = namesOf(op);
  return [
    step('manager.publish', '3', (k) => {
      store(k, `${mgr}.tls`, 1);
      k.says('mgr.tls = the TLS image of this thread');
    }),
    ...design.part(
      'completion-fetched',
      completion_finish<QemuState>('finish_fetched', '3', `${mgr}.fetched`),
    ),
    ...design.part('completion-spawned', completion_await<QemuState>('await_spawned', '3', `${mgr}.spawned`)),
    step('manager.read_tid', '11', (k) => {
      const tid = load(k, `${mgr}.managed_tid`);
      locals(k, op).managed_tid = tid;
      k.says(`reads managed_tid = ${tid}`);
      if (tid === 0) k.goto('manager.free_stack_T');
    }),
    ...futex_wait<QemuState>('manager.wait', '11', {
      word: `${mgr}.managed_tid`,
      key: 'shared',
      expected: (k) => locals(k, op).managed_tid,
      done(k, result) {
        // An interrupted wait returns by way of the handler, and that does not return in this thread.
        if (result === 'EINTR') handlerWithoutCpu(k);
        else if (result === 'EAGAIN') eagain(k);
        else assertsZero(k, result);
        locals(k, op).managed_tid = 0;
      },
    }),
    step('manager.free_stack_T', '11', (k) => {
      if (load(k, `${mgr}.cleanup`) === 1) free(k, stack_T);
      k.says(`free(${mgr}.cleanup)`);
    }),
    step('manager.free_mgr', '11', (k) => {
      free(k, mgr);
      k.says(`free(${mgr})`);
    }),
    step('manager.return', '11', (k) => {
      free(k, tls_M);
      k.says('returns: libc takes back its stack and TLS image; exit(0) = ?');
      do_exit(k);
    }),
  ];
}

/** As posted: one wait, and whatever is not 0 is a failed assertion. */
export function assertsZero(k: K, result: FutexResult): void {
  assertion(k, result === '0', 'futex(managed_tid, FUTEX_WAIT) == 0');
}

/** The trampoline: the child's elder sibling, which waits in vfork until C lets go of the memory. */
export function trampoline({ design }: Scope, op: Op): Step<QemuState>[] {
  const { info, mgr, stack_C, TaskState } = namesOf(op);
  return [
    ...design.part('CLONE_CHILD_SETTID', [
      ret_from_fork<QemuState>('trampoline.settid', '5', `${mgr}.managed_tid`),
    ]),
    step('trampoline.copy_info', '7', (k) => {
      if (k.t.fsbase === NO_TLS) {
        crash(k, 'TLS', 'there is no TLS image at address 0');
        return;
      }
      use(k, info);
      k.says('copies what it needs from info');
      if (exitSignal(k, op) === '') k.goto('clone_C');
    }),
    ...design.part('hide-trampoline', [
      step('trampoline.hide/lock', '7', (k: K) => mutex_lock(k, 'hidden_lock')),
      step('trampoline.hide', '7', (k: K) => {
        const { hidden } = k.s.qemu;
        if (!hidden.includes(k.t.tid)) k.s.qemu.hidden = [...hidden, k.t.tid].toSorted((a, b) => a - b);
        mutex_unlock(k, 'hidden_lock');
        k.says(`hides its own tid ${k.t.tid}: pthread_mutex_unlock(hidden_lock)`);
      }),
    ]),
    ...clone<QemuState>('clone_C', '7', {
      child: op.C,
      mayVfork: true,
      flags: (k) => flagsOfC(design, k, op),
      exit_signal: (k) => exitSignal(k, op),
      entry: 'child.settid',
      stack: stack_C,
      child_tid: `${info}.result`,
      fault: 'clone-C',
      failed: 'E5.result',
      linked(k) {
        born(k, op);
        handOver(k, TaskState, op.C);
      },
    }),
    step('trampoline.free_stack_C', '9', (k) => {
      free(k, stack_C);
      k.says(`free(${stack_C})`);
      if (!asksVfork(k, op)) k.goto('trampoline.exit');
    }),
    ...design.part(
      'completion-child_ready',
      completion_finish<QemuState>('trampoline.finish', '9', `${info}.child_ready`),
    ),
    step('trampoline.exit', '9', (k) => {
      k.says('exit(0) = ?');
      do_exit(k);
    }),
    step('E5.result', 'E5', (k) => {
      store(k, `${info}.result`, EAGAIN);
      k.says(`info.result = ${EAGAIN}`);
    }),
    ...design.part(
      'completion-child_ready',
      completion_finish<QemuState>('E5.finish', 'E5', `${info}.child_ready`),
    ),
    step('E5.exit', 'E5', (k) => {
      k.says('exit(0) = ?');
      do_exit(k);
    }),
  ];
}

/**
 * The guest's own flags but those that QEMU emulates, and QEMU's. What QEMU asks for anyway need not be asked of the
 * guest, whose choice stays open.
 */
function flagsOfC(design: Design, k: K, op: Op): readonly CloneFlag[] {
  const added = design.flags(FLAGS_OF_C, PARTS_OF_C);
  const guest = [
    ...(!added.includes('CLONE_VFORK') && asksVfork(k, op) ? (['CLONE_VFORK'] as const) : []),
    ...sharingFlags(k, op),
  ];
  return ['CLONE_VM', ...guest.filter((flag) => !added.includes(flag)), ...added];
}

/** The guest's child, from its first instruction in QEMU to its end. */
export function child({ design, may }: Scope, op: Op): Step<QemuState>[] {
  const { dinfo, info, TaskState } = namesOf(op);
  return [
    ...design.part('CLONE_CHILD_SETTID-C', [ret_from_fork<QemuState>('child.settid', '7', `${info}.result`)]),
    step('child.start', '8', (k) => {
      use(k, info);
      k.says(asksVfork(k, op) ? 'vfork: the parent goes on later' : 'the parent may go on');
      if (asksVfork(k, op)) k.goto('child.mask');
    }),
    ...design.part(
      'completion-child_ready',
      completion_finish<QemuState>('child.finish', '8', `${info}.child_ready`),
    ),
    step('child.mask', '8', (k) => {
      use(k, info);
      if (k.fault('sigmask-C')) {
        k.says('rt_sigprocmask(SIG_SETMASK, info.sigmask) = -1');
        k.goto('E6.exit');
      } else k.says('rt_sigprocmask(SIG_SETMASK, info.sigmask) = 0');
    }),
    ...storesTids(op, may),
    step('clone_run.mask', '8b', (k) => {
      use(k, dinfo);
      const { sigmask } = locals(k, op);
      k.says(`rt_sigprocmask(SIG_SETMASK, dinfo.sigmask = ${sigmask}) = 0`);
      sigprocmask(k, sigmask);
      if (asksVfork(k, op)) k.goto('clone_run.guest');
    }),
    step('clone_run.lock', '8b', (k) => mutex_lock(k, `${dinfo}.lock`)),
    step('clone_run.broadcast', '8b', (k) => {
      cond_broadcast(k, `${dinfo}.cond`);
      mutex_unlock(k, `${dinfo}.lock`);
      k.says(`pthread_cond_broadcast(${dinfo}.cond), pthread_mutex_unlock(${dinfo}.lock)`);
    }),
    step('clone_run.guest', '8b', (k) => {
      k.says('guest code begins');
      toGuest(k, childEntry(may));
    }),
    ...deliverProgram(),
    ...childProgram<QemuState>(op, {
      row: 'guest',
      may,
      exit(k) {
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
    ...design.part('clone_lock', [
      step('exit.clone_lock', '8c', (k: K) => mutex_lock(k, 'clone_lock')),
      step('exit.unrealize', '8c assumed', (k: K) => mutex_unlock(k, 'clone_lock')),
    ]),
    ...(may('CLONE_CHILD_CLEARTID') ? clearsTid(op) : []),
    step('exit.free_TaskState', '8c', (k) => {
      free(k, TaskState);
      k.says(`free(${TaskState})`);
    }),
    ...design.part('clone_lock', [
      step('exit.unlock_again', '8c assumed', (k: K) => mutex_unlock(k, 'clone_lock')),
    ]),
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
}

/** The guest's own words, which QEMU stores in its stead. */
function storesTids(op: Op, may: May): Step<QemuState>[] {
  const { dinfo } = namesOf(op);
  const questions = { ptid: 'parent_settid', ctid: 'child_settid' } as const;
  const flags = { ptid: 'CLONE_PARENT_SETTID', ctid: 'CLONE_CHILD_SETTID' } as const;
  return (['ptid', 'ctid'] as const)
    .filter((word) => may(flags[word]))
    .map((word) =>
      step(`clone_run.${word}`, '8b', (k: K) => {
        use(k, dinfo);
        const asked = chosen(k, op, questions[word]) === flags[word];
        if (asked) store(k, op.own(word), k.t.tid);
        k.says(asked ? `*${op.own(word)} = ${k.t.tid}` : `the guest has no ${flags[word]}`);
      }),
    );
}

/** What the kernel would do at any end, QEMU does at this one, for all sleepers. */
function clearsTid(op: Op): Step<QemuState>[] {
  const word = op.own('ctid');
  return [
    step('exit.cleartid', '8c', (k: K) => {
      if (chosen(k, op, 'child_cleartid') !== 'CLONE_CHILD_CLEARTID') {
        k.says('the guest has no CLONE_CHILD_CLEARTID');
        k.skip(1);
        return;
      }
      store(k, word, 0);
      k.says(`*${word} = 0`);
    }),
    step('exit.wake', '8c', (k: K) => {
      const woken = futex_wake(k, word, Infinity, 'shared');
      k.says(`futex(${word}, FUTEX_WAKE, INT_MAX) = ${woken}`);
    }),
  ];
}

function failsToAllocate(k: K, object: string, fault: string): boolean {
  if (k.fault(fault)) {
    k.says(`posix_memalign(&${object}) = ENOMEM`);
    return true;
  }
  allocate(k, object);
  k.says(`posix_memalign(&${object}, 16, 0x40000) = 0`);
  return false;
}
