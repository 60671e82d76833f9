/**
 * The guest's code, which is the same on every protocol: the caller waits or does not, the child exits, executes a
 * program, dies or stays, others of the guest's tasks look on.
 */
import { clone } from '../kernel/clone.js';
import type { Cpu } from '../kernel/cpu.js';
import { execve } from '../kernel/exec.js';
import { do_exit } from '../kernel/exit.js';
import { close_write_end } from '../kernel/files.js';
import { futex_wait } from '../kernel/futex.js';
import { sigaction } from '../kernel/kill.js';
import { settle } from '../kernel/late.js';
import { load } from '../kernel/memory.js';
import { set_pdeath_signal } from '../kernel/reparent.js';
import { do_group_exit } from '../kernel/signal.js';
import { sigtimedwait } from '../kernel/sigwait.js';
import { readSiginfo } from '../kernel/state.js';
import { rest, step, type Step } from '../kernel/step.js';
import { wait4 } from '../kernel/wait.js';
import type { May } from './choices.js';
import {
  childWaited,
  chosen,
  exitCalled,
  EXIT_SIGNALS,
  signalTaken,
  type Guest,
  type GuestState,
} from './guest.js';
import type { Op } from './op.js';
import { FLAGS_OF_PTHREAD_CREATE } from './pthread.js';

/** Where the caller rests, and everybody else of the guest's who has no more to do. */
export const IDLE = 'guest.idle';

/** The write end of the pipe that the guest has, if it has one. */
export const PIPE = 'pipe';

function close<S extends GuestState>(k: Cpu<S>): void {
  close_write_end(k, PIPE);
  k.move.event('close');
}

export interface CallerCode {
  readonly row: string;
  readonly op: Op;
  readonly may: May;
  /** May a fault of this name strike? */
  readonly strikes: (fault: string) => boolean;
  /** The label at which it clones once more, if it does. */
  readonly again: string | undefined;
}

/** What the caller does once clone has returned. */
export function callerProgram<S extends GuestState>(code: CallerCode): Step<S>[] {
  const { row, op, may, again } = code;
  const then = again !== undefined ? 'guest.again' : may('caller-ends') ? 'guest.ends' : IDLE;
  const guest = (k: Cpu<S>): Guest => k.s.guest[op.C]!;
  return [
    ...(may('caller-closes-pipe')
      ? [
          step<S>('guest.close', row, (k) => {
            if (chosen(k, op, 'pipe') === 'caller-closes-pipe') close(k);
            k.says(guest(k).pipe === 'caller-closes-pipe' ? `close(${PIPE}) = 0` : 'guest code runs');
          }),
        ]
      : []),
    ...(may('CLONE_CHILD_CLEARTID') ? joins<S>(row, op) : []),
    step('guest.run', row, (k) => {
      const waits = chosen(k, op, 'waits');
      if (waits === 'sigtimedwait') {
        k.says('guest code runs, is going to wait for signals');
        k.goto('guest.sigwait');
        return;
      }
      const nobody = waits === 'wait-nothing' || (waits === 'wait-child' && guest(k).result !== 'child');
      k.says(nobody ? 'guest code runs' : 'guest code runs, is going to wait');
      if (nobody) waitsNoMore(k, op, then);
    }),
    ...wait4<S>('guest.wait', row, {
      pid: (k) => (guest(k).waits === 'wait-child' ? guest(k).child_tid : -1),
      wall: (k) => guest(k).waits === 'wait-all',
      done(k, child) {
        if (child !== '') childWaited(k, child);
        if (child === '' || guest(k).waits === 'wait-child') waitsNoMore(k, op, then);
        else k.goto('guest.wait');
      },
    }),
    ...(again === undefined ? lastSteps<S>(code) : [goesOn<S>(row, again)]),
    ...(may('sigtimedwait')
      ? sigtimedwait<S>('guest.sigwait', row, {
          signals: EXIT_SIGNALS,
          done(k, entry) {
            if (entry !== 'EAGAIN' && entry !== 'EINTR') {
              const { si_code, si_pid } = readSiginfo(entry);
              signalTaken(k, si_code, si_pid);
            }
            k.goto('guest.sigwait');
          },
        })
      : []),
  ];
}

/** The caller is done; how it waits nobody will read again. */
function waitsNoMore<S extends GuestState>(k: Cpu<S>, { C }: Op, then: string): void {
  k.s.guest[C]!.waits = '';
  k.goto(then);
}

function goesOn<S extends GuestState>(row: string, again: string): Step<S> {
  return step('guest.again', row, (k) => {
    k.says('guest code runs, is going to clone again');
    k.resume(again);
  });
}

/** What the caller does after its last clone, where it does anything; then it rests. */
function lastSteps<S extends GuestState>({ row, op, may, strikes }: CallerCode): Step<S>[] {
  return [
    ...(may('caller-ends')
      ? [
          step<S>('guest.ends', row, (k) => {
            if (chosen(k, op, 'after') === 'caller-ends') {
              k.says('exit(0) = ?');
              do_exit(k);
            } else k.says('guest code runs');
          }),
        ]
      : []),
    rest(IDLE, row),
    ...(strikes('exit_group-P')
      ? [
          step<S>('guest.exit_group', row, (k) => {
            k.says('exit_group(0) = ?');
            do_group_exit(k, 'CLD_EXITED');
          }),
        ]
      : []),
    ...(strikes('execve-P')
      ? [
          ...execve<S>('guest.execve', row, {
            outcome: () => 'works',
            failed: IDLE,
            mayHaveThreads: true,
          }),
          rest<S>('guest.image', row),
        ]
      : []),
  ];
}

/** The caller sleeps until the child's CHILD_CLEARTID word is 0, as pthread_join does. */
function joins<S extends GuestState>(row: string, op: Op): Step<S>[] {
  const guest = (k: Cpu<S>): Guest => k.s.guest[op.C]!;
  const word = op.own('ctid');
  return [
    step('guest.join', row, (k) => {
      if (guest(k).child_cleartid !== 'CLONE_CHILD_CLEARTID' || guest(k).result !== 'child') {
        k.says('guest code runs');
        k.goto('guest.run');
        return;
      }
      guest(k).read = load(k, word);
      k.says(`reads ${word} = ${guest(k).read}`);
      if (guest(k).read === 0) k.goto('guest.run');
    }),
    ...futex_wait<S>('guest.join/wait', row, {
      word,
      key: 'shared',
      expected: (k) => guest(k).read,
      done(k) {
        guest(k).read = 0;
        k.goto('guest.join');
      },
    }),
  ];
}

/** The label at which the caller goes on when clone has returned. */
export function callerEntry(may: May): string {
  if (may('caller-closes-pipe')) return 'guest.close';
  return may('CLONE_CHILD_CLEARTID') ? 'guest.join' : 'guest.run';
}

/** A task of the guest's that has nothing to do with the clone: it takes signals, and waits for any child or for nobody. */
export function onlookerProgram<S extends GuestState>(row: string, name: string): Step<S>[] {
  return [
    step('guest.run', row, (k) => {
      const waits = settle(k.move, k.s.onlooker[name]!, 'waits');
      k.says(waits === 'wait-nothing' ? 'guest code runs' : 'guest code runs, is going to wait');
      k.s.onlooker[name]!.waits = '';
      if (waits === 'wait-nothing') k.goto(IDLE);
    }),
    ...wait4<S>('guest.wait', row, {
      pid: () => -1,
      wall: () => false,
      done(k, child) {
        if (child !== '') childWaited(k, child);
        k.goto(child === '' ? IDLE : 'guest.wait');
      },
    }),
    rest(IDLE, row),
  ];
}

export interface ChildCode<S extends GuestState> {
  readonly row: string;
  readonly may: May;
  /** What an exit(2) and an exit_group(2) of the guest become. */
  exit(k: Cpu<S>): void;
  exit_group(k: Cpu<S>): void;
}

/** What the child does. */
export function childProgram<S extends GuestState>(op: Op, code: ChildCode<S>): Step<S>[] {
  const { row, may } = code;
  const guest = (k: Cpu<S>): Guest => k.s.guest[op.C]!;
  const exit = (k: Cpu<S>): void => {
    if (may('child-starts-thread')) exitCalled(k, op);
    code.exit(k);
  };
  return [
    ...prepares<S>(row, op, may),
    step('guest.child', row, (k) => {
      const child = chosen(k, op, 'child');
      // What it chose matters on only where it executes a program.
      if (!child.startsWith('child-exec')) guest(k).child = '';
      switch (child) {
        case 'child-exits':
          return exit(k);
        case 'child-exit-groups':
          k.says('guest code runs, is going to end');
          return k.goto('guest.exit_group');
        case 'child-faults':
          k.says('--- SIGSEGV {si_code=SEGV_MAPERR} ---');
          return do_group_exit(k, 'CLD_DUMPED');
        case 'child-stays':
          k.says('guest code runs, for ever');
          return k.goto('guest.stays');
        case 'child-starts-thread':
          k.says('guest code runs, is going to start a thread');
          return k.goto('guest.pthread_create');
        case 'child-forks':
          k.says('guest code runs, is going to fork');
          return k.goto('guest.fork');
        default:
          return k.says('guest code runs, is going to exec');
      }
    }),
    ...execve<S>('guest.execve', row, {
      outcome(k) {
        const how = { 'child-exec-fails': 'fails', 'child-exec-fails-late': 'fails-late' } as const;
        return how[guest(k).child as keyof typeof how] ?? 'works';
      },
      failed: 'guest.exit_group',
    }),
    step('guest.image', row, (k) => {
      const image = chosen(k, op, 'image');
      guest(k).child = '';
      guest(k).image = '';
      if (image === 'stays') {
        k.says('the new program runs, for ever');
        k.goto('guest.stays');
        return;
      }
      k.says('exit_group(0) = ?');
      do_group_exit(k, 'CLD_EXITED');
    }),
    step('guest.exit_group', row, (k) => {
      guest(k).child = '';
      code.exit_group(k);
    }),
    rest('guest.stays', row),
    ...(may('child-starts-thread') ? startsThread<S>(row, op, exit) : []),
    ...(may('child-forks') ? forks<S>(row, op) : []),
  ];
}

/** What the child does first, where it may do that at all. */
function prepares<S extends GuestState>(row: string, op: Op, may: May): Step<S>[] {
  return [
    ...(may('PDEATHSIG')
      ? [
          step<S>('guest.prctl', row, (k) => {
            const asks = chosen(k, op, 'pdeathsig') === 'PDEATHSIG';
            if (asks) set_pdeath_signal(k, 'SIGKILL');
            k.says(asks ? 'prctl(PR_SET_PDEATHSIG, SIGKILL) = 0' : 'guest code runs');
          }),
        ]
      : []),
    ...(may('resets-handlers')
      ? [
          step<S>('guest.sigaction', row, (k) => {
            const resets = chosen(k, op, 'sigaction') === 'resets-handlers';
            if (resets) for (const sig of EXIT_SIGNALS) sigaction(k, sig, 'default');
            k.says(resets ? 'rt_sigaction(..., SIG_DFL) = 0' : 'guest code runs');
          }),
        ]
      : []),
    ...(may('child-closes-pipe')
      ? [
          step<S>('guest.close', row, (k) => {
            const closes = chosen(k, op, 'pipe') === 'child-closes-pipe';
            if (closes) close(k);
            k.says(closes ? `close(${PIPE}) = 0` : 'guest code runs');
          }),
        ]
      : []),
  ];
}

/** The label at which the child's guest code begins. */
export function childEntry(may: May): string {
  if (may('PDEATHSIG')) return 'guest.prctl';
  if (may('resets-handlers')) return 'guest.sigaction';
  return may('child-closes-pipe') ? 'guest.close' : 'guest.child';
}

function startsThread<S extends GuestState>(row: string, op: Op, exit: (k: Cpu<S>) => void): Step<S>[] {
  return [
    ...clone<S>('guest.pthread_create', row, {
      child: op.N,
      mayVfork: false,
      flags: () => FLAGS_OF_PTHREAD_CREATE,
      exit_signal: () => '',
      entry: 'guest.thread',
      tls: `tls_${op.N}`,
      fault: 'clone-N',
      failed: 'guest.exit',
      linked: (k) => k.move.event('thread-started'),
    }),
    step('guest.exit', row, exit),
  ];
}

function forks<S extends GuestState>(row: string, op: Op): Step<S>[] {
  return clone<S>('guest.fork', row, {
    child: op.D,
    mayVfork: false,
    flags: () => [],
    exit_signal: () => 'SIGCHLD',
    entry: 'guest.grandchild',
    fault: 'clone-D',
    failed: 'guest.stays',
    linked(k) {
      k.s.guest[op.C]!.grandchild_tid = k.task(op.D).tid;
    },
    done: (k) => k.goto('guest.stays'),
  });
}

/** The thread that the child starts. */
export function threadProgram<S extends GuestState>(row: string, op: Op): Step<S>[] {
  return [
    step('guest.thread', row, (k) => {
      const thread = chosen(k, op, 'thread');
      k.s.guest[op.C]!.thread = '';
      if (thread === 'stays') {
        k.says('guest code runs, for ever');
        k.goto('guest.stays');
        return;
      }
      k.says('exit(0) = ?');
      do_exit(k);
    }),
    rest('guest.stays', row),
  ];
}

/** The child's own child, a process with a copy of the memory. */
export function grandchildProgram<S extends GuestState>(row: string): Step<S>[] {
  return [
    step('guest.grandchild', row, (k) => {
      k.says('exit_group(0) = ?');
      do_group_exit(k, 'CLD_EXITED');
    }),
  ];
}
