/** Creating, ending, executing and waiting for tasks. */
import { clone, ret_from_fork, type CloneCall } from '../kernel/clone.js';
import { CLONE_FLAGS, type CloneFlag } from '../kernel/clone-args.js';
import { execve } from '../kernel/exec.js';
import { do_exit } from '../kernel/exit.js';
import { pidfd_poll } from '../kernel/pidfd.js';
import { set_child_subreaper, set_pdeath_signal } from '../kernel/reparent.js';
import { do_group_exit } from '../kernel/signal.js';
import { isSig, SIGNALS } from '../kernel/state.js';
import { step, type Step } from '../kernel/step.js';
import { wait4, WAIT_FLAGS } from '../kernel/wait.js';
import type { LitmusState, Operation } from './litmus.js';
import { show } from './outcome.js';
import { flagsNamed, taskNamed, wordNamed, type Call, type K, type Place } from './place.js';

/** Numbers the older call takes for an exit signal and that no signal has (CLONE-6): none is ever sent. */
const NO_SIGNAL = ['0', '100'];

/** Options of a call, `tls=A`. */
function optionsOf(place: Place, args: readonly string[], known: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    args.map((arg) => {
      const [name, value] = arg.split('=');
      if (!known.includes(name!) || value === undefined)
        return place.refuse(`"${arg}" is none of ${known.map((one) => `${one}=...`).join(', ')}`);
      return [name!, value] as const;
    }),
  );
}

function cloneSteps(place: Place, clone3: boolean): Step<LitmusState>[] {
  const [name, text = '', ...rest] = place.operation.args;
  const child = taskNamed(place, name);
  const asked = flagsNamed(place, text, [...CLONE_FLAGS, ...(clone3 ? [] : [...SIGNALS, ...NO_SIGNAL])]);
  const flags = asked.filter((flag): flag is CloneFlag => flag.startsWith('CLONE_'));
  const options = optionsOf(place, rest, [
    'parent_tid',
    'child_tid',
    'tls',
    ...(clone3 ? ['exit_signal'] : []),
  ]);
  const signals = clone3
    ? [options['exit_signal'] ?? '0']
    : asked.filter((flag) => !flag.startsWith('CLONE_'));
  if (signals.length > 1) place.refuse(`two exit signals, ${signals.join(' and ')}`);
  const exit_signal = signals.find((sig) => !NO_SIGNAL.includes(sig)) ?? '';
  if (exit_signal !== '' && !isSig(exit_signal)) return place.refuse(`there is no signal "${exit_signal}"`);
  for (const word of [options['parent_tid'], options['child_tid']])
    if (word !== undefined) wordNamed(place, word);
  const call: CloneCall<LitmusState> = {
    child,
    mayVfork: flags.includes('CLONE_VFORK'),
    clone3,
    flags: () => flags,
    exit_signal: () => exit_signal,
    entry: entryOf(place.litmus.columns.find(({ task }) => task === child)!.operations, flags),
    ...(options['parent_tid'] === undefined ? {} : { parent_tid: options['parent_tid'] }),
    ...(options['child_tid'] === undefined ? {} : { child_tid: options['child_tid'] }),
    ...(options['tls'] === undefined ? {} : { tls: options['tls'] }),
    fault: '',
    failed: place.next,
    refused: (k, errno) => place.result(k, errno),
    linked(k) {
      // The blocked set is a set of its own, by value.
      k.s.sigset[child] = k.s.sigset[place.task]!;
      k.task(child).blocked = child;
      k.s.bearer[k.task(child).tid] = child;
    },
    done: (k, tid) => place.result(k, show(k.s, tid)),
  };
  return clone(place.label, 'litmus', call);
}

/** A child that is to store its own tid begins with that. */
function entryOf(operations: readonly Operation[], flags: readonly CloneFlag[]): string {
  if (flags.includes('CLONE_CHILD_SETTID')) return 'ret_from_fork';
  return operations.length === 0 ? 'end' : labelOf(operations, 0);
}

/** Labels are numbered, as a program may do the same thing twice. */
export function labelOf(operations: readonly Operation[], index: number): string {
  const operation = operations[index];
  return operation === undefined ? 'end' : `${index + 1} ${operation.text}`;
}

/** The first step of a child whose creator said CLONE_CHILD_SETTID. */
export function settid(child_tid: string): Step<LitmusState> {
  return ret_from_fork('ret_from_fork', 'litmus', child_tid);
}

function simple(place: Place, run: (k: K) => void): Step<LitmusState>[] {
  return [step(place.label, 'litmus', run)];
}

function statusArg(place: Place): string {
  const [status = '0', ...more] = place.operation.args;
  if (!/^\d$/.test(status) || more.length > 0) place.refuse(`"${status}" is no status of one digit`);
  return status;
}

function waitSteps(place: Place): Step<LitmusState>[] {
  const [whom = '', text = ''] = place.operation.args;
  const child = whom === '-1' ? '' : taskNamed(place, whom);
  const asked = flagsNamed(place, text, WAIT_FLAGS);
  return wait4(place.label, 'litmus', {
    pid: (k) => (child === '' ? -1 : tidOf(k, child)),
    wall: () => asked.includes('__WALL'),
    flags: asked.filter((flag) => flag !== '__WALL'),
    interruptible: true,
    done(k, found, report, status) {
      place.result(k, found === '' ? report : show(k.s, k.task(found).tid));
      const { result } = place.operation;
      if (result === '' || found === '') return;
      k.s.register[`${place.task}.${result}_status`] = report;
      if (status !== '') k.s.register[`${place.task}.${result}_signal`] = status;
    },
  });
}

/** The tid that a task bears or bore; -2, which nobody has, before it was ever there. */
function tidOf(k: K, name: string): number {
  const known = Object.keys(k.s.bearer).find((tid) => k.s.bearer[tid] === name);
  return known === undefined ? -2 : Number(known);
}

export const tasks: Readonly<Record<string, Call>> = {
  clone: {
    usage: 'r = clone(C, CLONE_VM|SIGCHLD, parent_tid=x, child_tid=y, tls=A)',
    returns: true,
    steps: (place) => cloneSteps(place, false),
  },
  clone3: {
    usage: 'r = clone3(C, CLONE_VM, exit_signal=SIGCHLD, parent_tid=x, child_tid=y, tls=A)',
    returns: true,
    steps: (place) => cloneSteps(place, true),
  },
  exit: {
    usage: 'exit(0)',
    returns: false,
    steps(place) {
      const status = statusArg(place);
      return simple(place, (k) => {
        k.says(`exit(${status}) = ?`);
        do_exit(k, status);
      });
    },
  },
  exit_group: {
    usage: 'exit_group(0)',
    returns: false,
    steps(place) {
      const status = statusArg(place);
      return simple(place, (k) => {
        k.says(`exit_group(${status}) = ?`);
        do_group_exit(k, 'CLD_EXITED', status);
      });
    },
  },
  fault: {
    usage: 'fault()',
    returns: false,
    steps: (place) =>
      simple(place, (k) => {
        k.says('--- SIGSEGV {si_code=SEGV_MAPERR} ---');
        do_group_exit(k, 'CLD_DUMPED', 'SIGSEGV');
      }),
  },
  execve: {
    usage: 'execve(), execve() fails, execve() fails late, execve(setuid)',
    returns: true,
    steps(place) {
      const how = place.operation.after;
      const [program] = place.operation.args;
      if (!['', 'fails', 'fails late'].includes(how) || (program !== undefined && program !== 'setuid'))
        place.refuse(`"${place.operation.text}" says nothing the model knows`);
      const outcome = how === '' ? 'works' : how === 'fails' ? 'fails' : 'fails-late';
      const steps = execve<LitmusState>(place.label, 'litmus', {
        outcome: () => outcome,
        failed: place.next,
        mayHaveThreads: true,
        privileged: program === 'setuid',
      });
      const [first, ...others] = steps;
      const called = (k: K) => {
        first!.run(k);
        if (how === 'fails') place.result(k, 'ENOENT');
      };
      return [{ ...first!, run: called }, ...others];
    },
  },
  wait4: { usage: 'r = wait4(-1, WNOHANG|__WALL) or r = wait4(C)', returns: true, steps: waitSteps },
  waitid: { usage: 'r = waitid(C, WNOHANG|__WALL)', returns: true, steps: waitSteps },
  prctl: {
    usage: 'prctl(PR_SET_PDEATHSIG, SIGUSR1) or prctl(PR_SET_CHILD_SUBREAPER, 1)',
    returns: false,
    steps(place) {
      const [option, value = ''] = place.operation.args;
      if (option === 'PR_SET_CHILD_SUBREAPER') {
        return simple(place, (k) => {
          k.says('prctl(PR_SET_CHILD_SUBREAPER, 1) = 0');
          set_child_subreaper(k);
        });
      }
      const sig = value === '0' ? '' : value;
      if (option !== 'PR_SET_PDEATHSIG' || (sig !== '' && !isSig(sig)))
        return place.refuse(`"${place.operation.text}" says nothing the model knows`);
      return simple(place, (k) => {
        k.says(`prctl(PR_SET_PDEATHSIG, ${value}) = 0`);
        set_pdeath_signal(k, sig);
      });
    },
  },
  setresuid: {
    usage: 'setresuid()',
    returns: false,
    steps: (place) =>
      simple(place, (k) => {
        k.says('setresuid(1000, 1000, 1000) = 0');
        set_pdeath_signal(k, '');
      }),
  },
  getpid: {
    usage: 'r = getpid()',
    returns: true,
    steps: (place) =>
      simple(place, (k) => {
        k.says('getpid()');
        place.result(k, show(k.s, k.task(k.t.group_leader).tid));
      }),
  },
  getppid: {
    usage: 'r = getppid()',
    returns: true,
    steps: (place) =>
      simple(place, (k) => {
        const { real_parent } = k.t;
        k.says('getppid()');
        place.result(
          k,
          real_parent === 'init' ? 'init' : show(k.s, k.task(k.task(real_parent).group_leader).tid),
        );
      }),
  },
  poll: {
    usage: 'r = poll(C), of a pidfd of C',
    returns: true,
    steps(place) {
      const whom = taskNamed(place, place.operation.args[0]);
      return simple(place, (k) => {
        const ready = pidfd_poll(k, whom);
        k.says(`poll([pidfd of ${whom}]) = ${ready}`);
        place.result(k, ready);
      });
    },
  },
};
