/**
 * Which rules of the kernel a step of the model shows at work, as far as the states before and after it tell: one line a rule.
 *
 * A rule is at work where the kernel would do something else without it. Rules that no line tells apart are not counted.
 */
import type { Applied } from '../checker/run.js';
import { isFatal } from '../model/kernel/signal.js';
import { INIT, isSig, readSiginfo, type KernelState, type Task } from '../model/kernel/state.js';
import type { State } from '../model/system.js';
import { kernelOf } from '../model/x86_64/stops.js';

/** A step: who made it, at which label, and the state before and after. */
interface Made {
  readonly me: string;
  readonly label: string;
  readonly before: KernelState;
  readonly after: KernelState;
  /** The task that moved, before and after. */
  readonly was: Task;
  readonly is: Task;
  /** The task that was born in this step. */
  readonly born: Task | undefined;
}

type AtWork = (made: Made) => boolean;

/** Rules that the steps themselves cite: a step is there for them. */
const CITED: readonly string[] = (
  'K1 K2 K3 K4 K5 K6 K7 K9 K10 W1 ORD-2 VF-1 EXIT-4 EXIT-5 EXIT-7 EXEC-1 EXEC-3 EXEC-4 EXEC-7 EXEC-8 EXEC-9 ' +
  'NOT-4 WAIT-1 WAIT-3 SIG-6 STOP-1 FUT-1'
).split(' ');

/** The rules that a step shows: those it cites, and those of the table that are at work. */
export function rulesShown(before: State, me: string, { row, label, state: after }: Applied): string[] {
  const [was, is] = [kernelOf(before), kernelOf(after)];
  const born = names(was).find(
    (name) => was.task[name]!.state === 'absent' && is.task[name]!.state !== 'absent',
  );
  const made: Made = {
    me,
    label,
    before: was,
    after: is,
    was: was.task[me]!,
    is: is.task[me]!,
    born: born === undefined ? undefined : is.task[born],
  };
  const cited = Array.from(row.matchAll(/[A-Z]\w*(?:-\d+)?/g), ([rule]) =>
    rule.replace(/^(K\d+)[a-e]$/, '$1'),
  );
  return [
    ...cited.filter((rule) => CITED.includes(rule)),
    ...Object.entries(AT_WORK).flatMap(([rule, isAtWork]) => (isAtWork(made) ? [rule] : [])),
  ];
}

/** Can a step show this rule? */
export function isCounted(rule: string): boolean {
  return CITED.includes(rule) || rule in AT_WORK;
}

const names = (s: KernelState): string[] => Object.keys(s.task);
const at =
  (part: string): AtWork =>
  ({ label }) =>
    label.endsWith(`/${part}`);
const says = ({ label }: Made, text: string): boolean => label.includes(text);
const sharers = ({ before, me, was }: Made): string[] =>
  names(before).filter((name) => name !== me && before.task[name]!.mm === was.mm);
const threads = (s: KernelState, leader: string): string[] =>
  names(s).filter((name) => s.task[name]!.state === 'running' && s.task[name]!.group_leader === leader);
const entries = (s: KernelState, name: string): readonly string[] => [
  ...s.task[name]!.pending,
  ...(s.signal[s.task[name]!.group_leader]?.shared_pending ?? []),
];
const children = ({ before, was }: Made): Task[] => was.children.map((name) => before.task[name]!);
/** A process has died, of which its parent, who is a task, is told. */
const isTold = (made: Made): boolean =>
  made.label === 'exit/K9' &&
  made.was.group_leader === made.me &&
  made.was.real_parent !== INIT &&
  threads(made.before, made.me).length === 0;
const parentOf = ({ before, was }: Made): Task => before.task[was.real_parent]!;
const endsGroup = ({ before, after, was }: Made, code: string): boolean =>
  before.signal[was.group_leader]!.group_exit === '' && after.signal[was.group_leader]!.group_exit === code;
/** To whom a kill or tgkill sends which signal, if the step is one. */
const sent = ({ label, before }: Made): { to: string; sig: string } | undefined => {
  const [, to, sig] = /kill\((\w+), (\w+)\)$/.exec(label) ?? [];
  return to === undefined || sig === undefined || before.task[to]?.state === 'absent'
    ? undefined
    : { to, sig };
};
const actionFor = ({ before }: Made, { to, sig }: { to: string; sig: string }): string =>
  before.sighand[before.task[to]!.sighand]?.[sig]?.split('+')[0] ?? 'default';

const AT_WORK: Readonly<Record<string, AtWork>> = {
  'CLONE-2': at('K3'),
  'CLONE-9': (made) => at('K2')(made) && made.born === undefined,
  'CLONE-11': ({ born, was }) => born !== undefined && was.altstack && !born.altstack,
  'CLONE-12': ({ born, was, before }) =>
    born !== undefined && ((before.sigset[was.blocked] ?? '') !== '' || was.pending.length > 0),
  'CLONE-13': (made) => made.born !== undefined && says(made, 'CLONE_SIGHAND') && !says(made, 'CLONE_THREAD'),
  'ORD-1': (made) => at('K3')(made) && says(made, 'CLONE_PARENT_SETTID'),
  'ORD-3': (made) => at('K5')(made) && says(made, 'CLONE_CHILD_SETTID'),
  'PAR-1': ({ born, was, me }) => born?.real_parent === me && was.group_leader !== me,
  'PAR-2': (made) =>
    made.born?.exit_signal !== 'thread' && made.born !== undefined && says(made, 'CLONE_PARENT|'),
  'PAR-4': ({ born }) => born?.exit_signal === 'thread',
  'PAR-6': ({ born, was, me }) =>
    born !== undefined &&
    born.real_parent === was.real_parent &&
    born.group_leader !== was.group_leader &&
    was.real_parent !== me &&
    was.real_parent !== INIT,
  'VF-2': ({ before, after }) =>
    names(before).some(
      (name) =>
        before.task[name]!.pc.endsWith('/K5') &&
        after.task[name]!.pc.endsWith('/K5') &&
        entries(after, name).length > entries(before, name).length,
    ),
  'VF-3': (made) => at('K5')(made) && made.is.pc === 'exit/K6',
  'VF-5': ({ label, before, me, is }) =>
    label.endsWith('/K5') &&
    is.pc !== 'exit/K6' &&
    names(before).some(
      (name) => before.task[name]!.state === 'exiting' && before.task[name]!.real_parent === me,
    ),
  'EXIT-1': (made) =>
    endsGroup(made, 'CLD_EXITED') &&
    sharers(made).some(
      (name) => made.before.task[name]!.group_leader !== made.was.group_leader && made.was.mm !== '',
    ),
  'EXIT-2': ({ label, was, before }) =>
    label === 'exit/K6' &&
    was.exit_code === 'CLD_EXITED' &&
    before.signal[was.group_leader]!.group_exit !== '' &&
    before.signal[was.group_leader]!.exit_status !== was.exit_status,
  'EXIT-3': (made) =>
    made.label === 'exit/K6' && made.was.group_leader !== made.me && endsGroup(made, 'CLD_EXITED'),
  'EXIT-6': ({ label, was }) => label === 'exit/K7b' && was.exit_code !== 'CLD_EXITED',
  'EXIT-8': ({ label, was }) => label === 'exit/K9' && was.exit_signal === 'thread',
  'EXIT-9': (made) =>
    made.label === 'exit/K9' && made.was.group_leader === made.me && threads(made.before, made.me).length > 0,
  'EXIT-10': (made) =>
    endsGroup(made, 'CLD_DUMPED') &&
    sharers(made).some((name) => made.before.task[name]!.group_leader !== made.was.group_leader),
  'EXIT-13': (made) => {
    const one = sent(made);
    return (
      one !== undefined &&
      one.sig !== '0' &&
      made.before.signal[made.before.task[one.to]!.group_leader]!.group_exit !== ''
    );
  },
  'EXEC-6': (made) => at('new_image')(made) && made.is.pc === 'exit/K6',
  'EXEC-10': (made) => at('K7e')(made) && made.label !== 'exit/K7e' && sharers(made).length > 0,
  'NOT-1': (made) => isTold(made) && threads(made.before, parentOf(made).group_leader).length > 1,
  'NOT-2': (made) =>
    isTold(made) &&
    made.was.exit_signal !== 'SIGCHLD' &&
    made.was.parent_exec_id !== parentOf(made).self_exec_id,
  'NOT-5': ({ label, was, before, after, me }) =>
    label === 'exit/K9' &&
    was.children.some(
      (name) =>
        after.task[name]!.real_parent !== me &&
        before.task[name]!.exit_signal !== after.task[name]!.exit_signal,
    ),
  'NOT-6': (made) =>
    isTold(made) && entries(made.after, made.was.real_parent).some((entry) => entry.includes('CLD_')),
  'NOT-8': (made) =>
    isTold(made) &&
    entries(made.before, made.was.real_parent).some(
      (entry) => readSiginfo(entry).sig === (made.was.exit_signal === '' ? '' : 'SIGCHLD'),
    ),
  'REP-1': ({ label, was }) => label === 'exit/K9' && was.children.length > 0,
  'REP-2': (made) =>
    made.label === 'exit/K9' &&
    children(made).some(({ pdeath_signal }) => pdeath_signal !== '') &&
    threads(made.before, made.was.group_leader).length > 0,
  'REP-4': (made) =>
    made.label === 'exit/K9' &&
    made.was.group_leader !== made.me &&
    children(made).some(({ pdeath_signal }) => pdeath_signal !== ''),
  'REP-5': (made) => made.was.pdeath_signal !== '' && (made.born !== undefined || at('new_image')(made)),
  'WAIT-2': (made) =>
    at('do_wait')(made) &&
    !says(made, '__WALL') &&
    children(made).some(({ exit_signal }) => exit_signal !== 'SIGCHLD'),
  'WAIT-4': (made) =>
    at('do_wait')(made) &&
    made.is.claimed !== '' &&
    children(made).filter(({ state }) => state === 'zombie').length > 1,
  'WAIT-6': (made) =>
    at('do_wait')(made) && says(made, 'WNOWAIT') && children(made).some(({ state }) => state === 'zombie'),
  'WAIT-8': ({ label, is, before, me }) =>
    label.endsWith('/do_wait') && is.claimed === '' && entries(before, me).length > 0,
  'WAIT-10': ({ label, is, before, me }) =>
    label.endsWith('/do_wait') &&
    is.claimed !== '' &&
    names(before).some(
      (name) =>
        name !== me &&
        before.task[name]!.pc.endsWith('/do_wait') &&
        before.task[name]!.group_leader === is.group_leader,
    ),
  'SIG-1': (made) => {
    const one = sent(made);
    return (
      one !== undefined &&
      one.sig !== 'SIGRTMIN' &&
      entries(made.before, one.to).some((entry) => entry.startsWith(`${one.sig} `)) &&
      entries(made.after, one.to).length === entries(made.before, one.to).length
    );
  },
  'SIG-2': ({ label, was, before, me }) =>
    label === 'get_signal' && was.pending.length > 0 && entries(before, me).length > was.pending.length,
  'SIG-4': (made) => {
    const one = sent(made);
    return one !== undefined && actionFor(made, one) === 'ignore';
  },
  'SIG-5': (made) => {
    const one = sent(made);
    if (one === undefined || !isSig(one.sig) || !isFatal(one.sig) || one.sig === 'SIGKILL') return false;
    const { group_leader } = made.before.task[one.to]!;
    return (
      made.before.signal[group_leader]!.group_exit === '' &&
      made.after.signal[group_leader]!.group_exit !== ''
    );
  },
  'SIG-7': (made) => {
    const one = sent(made);
    return (
      one !== undefined &&
      ['SIGKILL', 'SIGSTOP'].includes(one.sig) &&
      (made.before.sigset[made.before.task[one.to]!.blocked] ?? '').includes(one.sig)
    );
  },
  'STOP-2': (made) => {
    const one = sent(made);
    return one?.sig === 'SIGCONT' && made.before.signal[made.before.task[one.to]!.group_leader]!.stop !== '';
  },
  'STOP-3': ({ label, before, after }) =>
    label.endsWith('/do_wait') &&
    names(before).some((name) => before.signal[name]!.waitable && !after.signal[name]!.waitable),
  'STOP-4': (made) => {
    const one = sent(made);
    return one?.sig === 'SIGKILL' && made.before.task[one.to]!.jobctl === 'stopped';
  },
  'FUT-2': ({ label, before, me }) =>
    label.endsWith('/wakes') &&
    Object.values(before.futex)
      .flat()
      .some((waiter) => waiter.startsWith(`${me} `)),
  'FUT-3': ({ label, before, me }) =>
    label.endsWith('/wakes') &&
    label.includes('futex(') &&
    !Object.values(before.futex)
      .flat()
      .some((waiter) => waiter.startsWith(`${me} `)),
  'FUT-4': ({ label, after }) => label.includes('FUTEX_WAKE') && Object.values(after.futex).flat().length > 0,
  'FUT-5': (made) => made.label === 'exit/K7c' && made.before.futex[made.was.clear_child_tid]!.length > 0,
};
