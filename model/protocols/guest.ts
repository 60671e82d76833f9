/**
 * The guest: what it chose, and what it saw. The latter are ghosts, which only properties read.
 *
 * Its processes are that of the calling threads, its own parent G where a guest may ask for CLONE_PARENT, and those of
 * its children.
 */
import type { CloneFlag } from '../kernel/clone-args.js';
import type { Cpu, Fate } from '../kernel/cpu.js';
import { late, settle } from '../kernel/late.js';
import { FIRST_TID } from '../kernel/pids.js';
import { readSiginfo, type KernelState, type Sig } from '../kernel/state.js';
import { answers, type May, type Question } from './choices.js';
import type { Op } from './op.js';

/** The signals a guest may ask for, which are those it ignores, blocks or handles here. */
export const EXIT_SIGNALS: readonly Sig[] = ['SIGCHLD', 'SIGUSR1', 'SIGRTMIN'];

/** The parent of the calling process: another process of the guest's. */
export const PARENT = 'G';

/** Who leads the calling process where the calling thread does not. */
export const LEADER = 'L';

/** The memory that the guest's clone shares. Named like no task, so that who executes a program never comes by this name. */
export const MEMORY = 'vm';

/** What the guest chose for one clone, by question, and what became of it. */
export interface Guest {
  [field: string]: unknown;
  /** The calling thread, the leader of its process, and the helpers that make the clone. They never change. */
  caller: string;
  process: string;
  helpers: readonly string[];
  vfork: string;
  exit_signal: string;
  waits: string;
  child: string;
  parent: string;
  files: string;
  handlers: string;
  parent_settid: string;
  child_settid: string;
  child_cleartid: string;
  pdeathsig: string;
  sigaction: string;
  pipe: string;
  /** How the calling thread, the child's program, the child's thread go on. */
  after: string;
  image: string;
  thread: string;
  /** What the caller has read in the CHILD_CLEARTID word. */
  read: number;
  /** What clone gave: the tid of the child it made, an error, or something else. */
  result: '' | 'child' | 'error' | 'wrong';
  /** The tid of the guest's child; 0 while there has been none. */
  child_tid: number;
  /** The tid of the child's child; 0 while there has been none. */
  grandchild_tid: number;
  /** What became of the notice of the child's death. */
  notice: '' | 'pending' | 'taken' | 'twice' | 'lost';
  /** The signal of a notice that is pending or lost. */
  notice_sig: Sig | '';
  /** How often wait reported the child. */
  waited: '' | 'once' | 'twice';
  /** The child has called exit(2). */
  exited: boolean;
}

export interface GuestState extends KernelState {
  /** One for each clone, by the name of the child. */
  guest: Record<string, Guest>;
  /** How those wait who have nothing to do with the clone, by task. */
  onlooker: Record<string, { waits: string }>;
  /** Ghosts of the guest's processes as a whole. */
  seen: {
    /** Who is no child of a guest's process, and yet it took an exit notification that names it. Sorted. */
    notices: string[];
    /** Who is no child of a guest's process, and yet was reported to it by wait. Sorted. */
    waits: string[];
  };
}

export function newGuest(op: Op, asked: readonly string[]): Guest {
  return {
    caller: op.P,
    process: op.leader,
    helpers: op.helpers,
    vfork: late(answers('vfork', asked)),
    exit_signal: late(answers('exit_signal', asked)),
    waits: late(answers('waits', asked)),
    child: late(answers('child', asked)),
    parent: late(answers('parent', asked)),
    files: late(answers('files', asked)),
    handlers: late(answers('handlers', asked)),
    parent_settid: late(answers('parent_settid', asked)),
    child_settid: late(answers('child_settid', asked)),
    child_cleartid: late(answers('child_cleartid', asked)),
    pdeathsig: late(answers('pdeathsig', asked)),
    sigaction: late(answers('sigaction', asked)),
    pipe: late(answers('pipe', asked)),
    after: late(answers('caller', asked)),
    image: late(['exits', 'stays']),
    thread: late(['exits', 'stays']),
    read: 0,
    result: '',
    child_tid: 0,
    grandchild_tid: 0,
    notice: '',
    notice_sig: '',
    waited: '',
    exited: false,
  };
}

/** A process's table of handlers: one answer for each signal, still open. */
export function guestDispositions(asked: readonly string[]): Record<string, string> {
  const actions = answers('disposition', asked).map((name) =>
    name === 'SA_NOCLDWAIT' ? 'handler+SA_NOCLDWAIT' : name,
  );
  return Object.fromEntries(EXIT_SIGNALS.map((sig) => [sig, late(actions)]));
}

/** The guest's signal mask, still open: nothing, or every signal it could ask for. */
export function guestMask(asked: readonly string[]): string {
  return late(answers('mask', asked).map((name) => (name === 'blocked' ? EXIT_SIGNALS.join(' ') : '')));
}

/** The questions of which a clone has an answer of its own. */
type Choice = Exclude<Question, 'disposition' | 'mask' | 'caller'> | 'after' | 'image' | 'thread';

export function chosen<S extends GuestState>(k: Cpu<S>, { C }: Op, choice: Choice): string {
  return settle(k.move, k.s.guest[C]! as unknown as Record<Choice, string>, choice);
}

export function asksVfork<S extends GuestState>(k: Cpu<S>, op: Op): boolean {
  return chosen(k, op, 'vfork') === 'vfork';
}

/** Does the guest want its child to be its sibling? */
export function asksParent<S extends GuestState>(k: Cpu<S>, op: Op): boolean {
  return chosen(k, op, 'parent') === 'CLONE_PARENT';
}

export function exitSignal<S extends GuestState>(k: Cpu<S>, op: Op): Sig | '' {
  const name = chosen(k, op, 'exit_signal');
  return name === 'exit-signal-0' ? '' : (name as Sig);
}

/** What else the guest asks for, apart from CLONE_VFORK: what the child is to share with the caller, and whose child it is. */
export function sharingFlags<S extends GuestState>(k: Cpu<S>, op: Op): CloneFlag[] {
  const wanted = [chosen(k, op, 'parent'), chosen(k, op, 'files'), chosen(k, op, 'handlers')];
  return (['CLONE_PARENT', 'CLONE_FILES', 'CLONE_SIGHAND'] as const).filter((flag) => wanted.includes(flag));
}

/** The words of the guest's memory that its clone names. */
export function tidWords(op: Op, may: May): string[] {
  return [
    ...(may('CLONE_PARENT_SETTID') ? [op.own('ptid')] : []),
    ...(may('CLONE_CHILD_SETTID') || may('CLONE_CHILD_CLEARTID') ? [op.own('ctid')] : []),
  ];
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

/** Ghost: the child calls exit(2), which ends one thread. */
export function exitCalled<S extends GuestState>(k: Cpu<S>, { C }: Op): void {
  k.s.guest[C]!.exited = true;
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
  const lost = fate === 'merged' && !guestKnows(k, pending, toldOf(guest));
  guest.notice = fate === 'queued' ? 'pending' : lost ? 'lost' : '';
  guest.notice_sig = guest.notice === '' ? '' : sig;
}

/** The process that learns of the child's death, by its leader. */
export function toldOf(guest: Guest): string {
  return guest.parent === 'CLONE_PARENT' ? PARENT : guest.process;
}

function guestKnows<S extends GuestState>(k: Cpu<S>, entry: string, process: string): boolean {
  const { si_code, si_pid } = readSiginfo(entry);
  return (
    !isDeathNotice(si_code) || awaiting(k, si_pid, process) !== undefined || isOtherChild(k, si_pid, process)
  );
}

/** The clone whose child a notice to this process names. Where a tid was used again, the one whose notice is still out. */
function awaiting<S extends GuestState>(k: Cpu<S>, si_pid: number, process: string): Guest | undefined {
  const named = Object.values(k.s.guest).filter(
    (guest) => guest.child_tid === si_pid && toldOf(guest) === process,
  );
  return named.find(({ notice }) => notice === 'pending') ?? named.at(-1);
}

/**
 * Is it a child of this process that no clone in question made? The caller's process, whose leader is the first task, is
 * one of G's.
 */
function isOtherChild<S extends GuestState>(k: Cpu<S>, tid: number, process: string): boolean {
  if (process === PARENT) return tid === FIRST_TID;
  return k.s.guest[process]?.grandchild_tid === tid;
}

/** Does a signal with this si_code tell of a death? */
export function isDeathNotice(si_code: string): boolean {
  return ['CLD_EXITED', 'CLD_KILLED', 'CLD_DUMPED'].includes(si_code);
}

/** Ghost: the handler of one of the guest's processes runs. */
export function signalTaken<S extends GuestState>(k: Cpu<S>, si_code: string, si_pid: number): void {
  if (!isDeathNotice(si_code)) return;
  const process = k.t.group_leader;
  const guest = awaiting(k, si_pid, process);
  if (guest !== undefined) {
    guest.notice = guest.notice === 'taken' || guest.notice === 'twice' ? 'twice' : 'taken';
    guest.notice_sig = '';
  } else if (!isOtherChild(k, si_pid, process))
    k.s.seen.notices = including(k.s.seen.notices, bearerOf(k, si_pid));
}

/** Ghost: wait told this process of a child. */
export function childWaited<S extends GuestState>(k: Cpu<S>, child: string): void {
  const process = k.t.group_leader;
  const guest = k.s.guest[child];
  if (guest !== undefined && toldOf(guest) === process) guest.waited = guest.waited === '' ? 'once' : 'twice';
  else if (!isOtherChild(k, k.task(child).tid, process)) k.s.seen.waits = including(k.s.seen.waits, child);
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
  const guest = isDeathNotice(si_code) ? awaiting(k, si_pid, k.t.group_leader) : undefined;
  if (guest === undefined) return;
  guest.notice = because === 'lost' ? 'lost' : '';
  if (because === 'ignored') guest.notice_sig = '';
}

/** Ghost: this kernel leaves the word of a child alone that dies so; nobody can count on it. */
export function cleartidSpared<S extends GuestState>(k: Cpu<S>, name: string): void {
  const guest = k.s.guest[name];
  if (guest !== undefined) guest.child_cleartid = '';
}
