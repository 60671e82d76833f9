/**
 * The guest: what its program may choose, what it saw, and its code, which is the same on every protocol:
 * the caller waits or does not, the child exits, executes a program, dies or stays.
 */
import type { Cpu, Fate } from '../kernel/cpu.js';
import { execve } from '../kernel/exec.js';
import { late, settle } from '../kernel/late.js';
import { do_group_exit } from '../kernel/signal.js';
import { readSiginfo, type KernelState, type Sig } from '../kernel/state.js';
import { rest, step, type Step } from '../kernel/step.js';
import { wait4 } from '../kernel/wait.js';
import type { Op } from './op.js';
import type { Described, Profile } from './protocol.js';

/** The questions a guest answers, each at the moment somebody reads the answer. */
const QUESTIONS = {
  vfork: {
    'no-vfork': 'the guest does not ask for CLONE_VFORK',
    vfork: 'the guest asks for CLONE_VFORK',
  },
  exit_signal: {
    'exit-signal-0': 'the guest asks for no exit signal',
    SIGCHLD: 'the guest asks for SIGCHLD as exit signal',
    SIGUSR1: 'the guest asks for another standard signal as exit signal',
    SIGRTMIN: 'the guest asks for a real-time signal as exit signal',
  },
  disposition: {
    default: 'the guest leaves the signal at its default',
    ignore: 'the guest ignores the signal',
    handler: 'the guest has a handler for the signal',
  },
  mask: {
    unblocked: 'the guest does not block the signal',
    blocked: 'the guest blocks the signal',
  },
  waits: {
    'wait-nothing': 'the guest waits for nothing',
    'wait-child': 'the guest waits for the child by its tid',
    'wait-any': 'the guest waits for any child until there is none',
    'wait-all': 'the guest waits for any child with __WALL until there is none',
  },
  child: {
    'child-exits': 'the child ends by exit(2)',
    'child-exit-groups': 'the child ends by exit_group(2)',
    'child-execs': 'the child executes a program, which exits or stays',
    'child-exec-fails': 'the child fails to execute a program and exits',
    'child-exec-fails-late': 'the child fails to execute a program after the point of no return',
    'child-faults': 'the child dies of a fault of its own (SIGSEGV)',
    'child-stays': 'the child stays',
  },
} as const;
type Question = keyof typeof QUESTIONS;

export const GUEST_CHOICES: readonly Described[] = Object.values(QUESTIONS).flatMap((answers) =>
  Object.entries(answers).map(([name, sentence]) => ({ name, sentence })),
);

/** Guests like those one meets, few enough to be explored with every fault. Together they use every choice. */
export const GUEST_PROFILES: readonly Profile[] = [
  {
    name: 'posix_spawn',
    sentence: 'a guest that starts a program as posix_spawn(3) does, and waits for it',
    choices: ['vfork', 'SIGCHLD', 'default', 'blocked', 'wait-child', 'child-execs', 'child-exec-fails'],
  },
  {
    name: 'reaper',
    sentence: 'a guest that is told of deaths by SIGCHLD, and reaps whatever there is',
    choices: ['no-vfork', 'SIGCHLD', 'handler', 'unblocked', 'wait-any', 'child-exits'],
  },
  {
    name: 'vfork-exit',
    sentence: 'a guest whose child ends before the caller runs again; a handler is told, nobody waits',
    choices: ['vfork', 'SIGCHLD', 'handler', 'unblocked', 'wait-nothing', 'child-exit-groups'],
  },
  {
    name: 'crashing-child',
    sentence: 'a guest that asks for SIGUSR1 and has no handler for it; its child dies of SIGSEGV',
    choices: ['no-vfork', 'SIGUSR1', 'default', 'ignore', 'unblocked', 'wait-child', 'child-faults'],
  },
  {
    name: 'realtime',
    sentence: 'a guest that asks for a real-time signal; its child dies in the middle of exec',
    choices: ['vfork', 'SIGRTMIN', 'handler', 'unblocked', 'wait-nothing', 'child-exec-fails-late'],
  },
  {
    name: 'lasting-child',
    sentence: 'a guest that asks for no exit signal, waits with __WALL, and has a child that stays',
    choices: ['no-vfork', 'exit-signal-0', 'default', 'unblocked', 'wait-all', 'child-stays'],
  },
];

/** The answers that are left open by the names the user gave. */
export function answers(question: Question, asked: readonly string[]): string[] {
  const all = Object.keys(QUESTIONS[question]);
  const named = all.filter((name) => asked.includes(name));
  return named.length > 0 ? named : all;
}

/** The signals a guest may ask for, which are those it ignores, blocks or handles here. */
export const EXIT_SIGNALS: readonly Sig[] = ['SIGCHLD', 'SIGUSR1', 'SIGRTMIN'];

/** What the guest chose for one clone and what became of it: the latter are ghosts, read by properties only. */
export interface Guest {
  [field: string]: unknown;
  /** The calling thread. Never changes. */
  caller: string;
  vfork: string;
  exit_signal: string;
  waits: string;
  child: string;
  image: string;
  /** What clone gave: the tid of the child it made, an error, or something else. */
  result: '' | 'child' | 'error' | 'wrong';
  /** The tid of the guest's child; 0 while there has been none. */
  child_tid: number;
  /** What became of the notice of the child's death. */
  notice: '' | 'pending' | 'taken' | 'twice' | 'lost';
  /** The signal of a notice that is pending or lost. */
  notice_sig: Sig | '';
  /** How often wait reported the child. */
  waited: '' | 'once' | 'twice';
}

export interface GuestState extends KernelState {
  /** One for each clone, by the name of the child. */
  guest: Record<string, Guest>;
  /** Ghosts of the guest's process as a whole. */
  seen: {
    /** Who is no child of the guest's, and yet an exit notification that names it was taken. Sorted. */
    notices: string[];
    /** Who is no child of the guest's, and yet was reported by wait. Sorted. */
    waits: string[];
  };
}

export function newGuest(caller: string, asked: readonly string[]): Guest {
  return {
    caller,
    vfork: late(answers('vfork', asked)),
    exit_signal: late(answers('exit_signal', asked)),
    waits: late(answers('waits', asked)),
    child: late(answers('child', asked)),
    image: late(['exits', 'stays']),
    result: '',
    child_tid: 0,
    notice: '',
    notice_sig: '',
    waited: '',
  };
}

/** The guest's table of handlers: one answer for each signal, still open. */
export function guestDispositions(asked: readonly string[]): Record<string, string> {
  return Object.fromEntries(EXIT_SIGNALS.map((sig) => [sig, late(answers('disposition', asked))]));
}

/** The guest's signal mask, still open: nothing, or every signal it could ask for. */
export function guestMask(asked: readonly string[]): string {
  return late(answers('mask', asked).map((name) => (name === 'blocked' ? EXIT_SIGNALS.join(' ') : '')));
}

type Choice = 'vfork' | 'exit_signal' | 'waits' | 'child' | 'image';

function chosen<S extends GuestState>(k: Cpu<S>, { C }: Op, choice: Choice): string {
  return settle(k.move, k.s.guest[C]! as unknown as Record<Choice, string>, choice);
}

export function asksVfork<S extends GuestState>(k: Cpu<S>, op: Op): boolean {
  return chosen(k, op, 'vfork') === 'vfork';
}

export function exitSignal<S extends GuestState>(k: Cpu<S>, op: Op): Sig | '' {
  const name = chosen(k, op, 'exit_signal');
  return name === 'exit-signal-0' ? '' : (name as Sig);
}

/** Ghost: the guest's child has come into being. */
export function born<S extends GuestState>(k: Cpu<S>, { C }: Op): void {
  k.move.event('child-born');
  k.s.guest[C]!.child_tid = k.task(C).tid;
}

/** Ghost: clone returned this to the guest; a tid, or less than zero. */
export function cloneReturned<S extends GuestState>(k: Cpu<S>, op: Op, result: number): void {
  k.move.event('clone-returned');
  if (asksVfork(k, op) && result > 0) k.move.event('vfork-returned');
  const guest = k.s.guest[op.C]!;
  guest.result = result < 0 ? 'error' : result === guest.child_tid ? 'child' : 'wrong';
}

/**
 * Ghost: the kernel sent the notice of a death. What merges into the notice of another child of the guest, or into a
 * stranger's kill(2), the guest still sees (NOT-8); what merges into the notice of somebody else is lost to it.
 */
export function noticeSent<S extends GuestState>(
  k: Cpu<S>,
  child: string,
  sig: Sig,
  fate: Fate,
  pending: string,
): void {
  const guest = k.s.guest[child];
  if (guest === undefined) return;
  k.move.event('child-notice');
  const lost = fate === 'merged' && !guestKnows(k, pending);
  guest.notice = fate === 'queued' ? 'pending' : lost ? 'lost' : '';
  guest.notice_sig = guest.notice === '' ? '' : sig;
}

function guestKnows<S extends GuestState>(k: Cpu<S>, entry: string): boolean {
  const { si_code, si_pid } = readSiginfo(entry);
  return !isDeathNotice(si_code) || awaiting(k, si_pid) !== undefined;
}

/** The child of the guest that a notice names. Where a tid was used again, the one whose notice is still out. */
function awaiting<S extends GuestState>(k: Cpu<S>, si_pid: number): Guest | undefined {
  const named = Object.values(k.s.guest).filter(({ child_tid }) => child_tid === si_pid);
  return named.find(({ notice }) => notice === 'pending') ?? named.at(-1);
}

/** Does a signal with this si_code tell of a death? */
export function isDeathNotice(si_code: string): boolean {
  return ['CLD_EXITED', 'CLD_KILLED', 'CLD_DUMPED'].includes(si_code);
}

/** Ghost: the guest's handler runs. */
export function signalTaken<S extends GuestState>(k: Cpu<S>, si_code: string, si_pid: number): void {
  if (!isDeathNotice(si_code)) return;
  const guest = awaiting(k, si_pid);
  if (guest === undefined) {
    k.s.seen.notices = including(k.s.seen.notices, bearerOf(k, si_pid));
    return;
  }
  guest.notice = guest.notice === 'taken' || guest.notice === 'twice' ? 'twice' : 'taken';
  guest.notice_sig = '';
}

/** Whose tid this is, while its zombie is there. */
function bearerOf<S extends GuestState>(k: Cpu<S>, tid: number): string {
  return k.machine.tasks.find((name) => k.task(name).tid === tid) ?? 'somebody';
}

function including(names: readonly string[], name: string): string[] {
  return names.includes(name) ? [...names] : [...names, name].toSorted();
}

/** Ghost: a signal was dropped on its way. `because` tells whether the guest wanted it so. */
export function noticeDropped<S extends GuestState>(
  k: Cpu<S>,
  si_code: string,
  si_pid: number,
  because: 'ignored' | 'lost',
): void {
  const guest = isDeathNotice(si_code) ? awaiting(k, si_pid) : undefined;
  if (guest === undefined) return;
  guest.notice = because === 'lost' ? 'lost' : '';
  if (because === 'ignored') guest.notice_sig = '';
}

/** What the caller does once clone has returned; `again` is the label at which it clones once more, if it does. */
export function callerProgram<S extends GuestState>(
  row: string,
  op: Op,
  again: string | undefined,
): Step<S>[] {
  const guest = (k: Cpu<S>): Guest => k.s.guest[op.C]!;
  return [
    step('guest.run', row, (k) => {
      const waits = chosen(k, op, 'waits');
      const nobody = waits === 'wait-nothing' || (waits === 'wait-child' && guest(k).result !== 'child');
      k.says(nobody ? 'guest code runs' : 'guest code runs, is going to wait');
      if (nobody) atRest(k, op);
    }),
    ...wait4<S>('guest.wait', row, {
      pid: (k) => (guest(k).waits === 'wait-child' ? guest(k).child_tid : -1),
      wall: (k) => guest(k).waits === 'wait-all',
      done(k, child) {
        if (child !== '') {
          const reported = k.s.guest[child];
          if (reported === undefined) k.s.seen.waits = including(k.s.seen.waits, child);
          else reported.waited = reported.waited === '' ? 'once' : 'twice';
        }
        if (child === '' || guest(k).waits === 'wait-child') atRest(k, op);
        else k.goto('guest.wait');
      },
    }),
    again === undefined
      ? {
          ...rest<S>('guest.idle', row),
          run(k) {
            if (!k.fault('exit_group-P')) k.block();
            k.says('exit_group(0) = ?');
            do_group_exit(k, 'CLD_EXITED');
          },
        }
      : step('guest.idle', row, (k) => {
          k.says('guest code runs, is going to clone again');
          k.resume(again);
        }),
  ];
}

/** The caller is done; how it waits nobody will read again. */
function atRest<S extends GuestState>(k: Cpu<S>, { C }: Op): void {
  k.s.guest[C]!.waits = '';
  k.goto('guest.idle');
}

export interface ChildCode<S extends GuestState> {
  readonly row: string;
  /** What an exit(2) and an exit_group(2) of the guest become. */
  exit(k: Cpu<S>): void;
  exit_group(k: Cpu<S>): void;
}

/** What the child does. */
export function childProgram<S extends GuestState>(op: Op, code: ChildCode<S>): Step<S>[] {
  const guest = (k: Cpu<S>): Guest => k.s.guest[op.C]!;
  return [
    step('guest.child', code.row, (k) => {
      const child = chosen(k, op, 'child');
      // What it chose matters on only where it executes a program.
      if (!child.startsWith('child-exec')) guest(k).child = '';
      switch (child) {
        case 'child-exits':
          return code.exit(k);
        case 'child-exit-groups':
          k.says('guest code runs, is going to end');
          return k.goto('guest.exit_group');
        case 'child-faults':
          k.says('--- SIGSEGV {si_code=SEGV_MAPERR} ---');
          return do_group_exit(k, 'CLD_DUMPED');
        case 'child-stays':
          k.says('guest code runs, for ever');
          return k.goto('guest.stays');
        default:
          return k.says('guest code runs, is going to exec');
      }
    }),
    ...execve<S>('guest.execve', code.row, {
      outcome(k) {
        const how = { 'child-exec-fails': 'fails', 'child-exec-fails-late': 'fails-late' } as const;
        return how[guest(k).child as keyof typeof how] ?? 'works';
      },
      failed: 'guest.exit_group',
    }),
    step('guest.image', code.row, (k) => {
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
    step('guest.exit_group', code.row, (k) => {
      guest(k).child = '';
      code.exit_group(k);
    }),
    rest('guest.stays', code.row),
  ];
}
