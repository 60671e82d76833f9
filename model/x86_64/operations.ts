/** What a real task is made to do for each operation of a litmus test, and how the result reads there. */
import { CLONE_FLAGS } from '../kernel/clone-args.js';
import { isSig, type Sig } from '../kernel/state.js';
import { WAIT_FLAGS } from '../kernel/wait.js';
import { isOneOf, type Litmus, type Operation } from '../litmus/litmus.js';
import { ACTIONS } from '../litmus/signal-calls.js';
import { NotDriven, type Action } from './machine.js';
import {
  CLONE_NUMBERS,
  errnoOf,
  LAYOUT,
  maskOf,
  SIGNAL_NUMBERS,
  signalName,
  SYS,
  WAIT_NUMBERS,
} from './numbers.js';
import { allSignals, sigaction } from './setup.js';
import type { Surroundings } from './surroundings.js';
import * as syscalls from './syscalls.js';
import { NOBODY, readStatus, sum } from './syscalls.js';

/** An operation on its way to a real task. */
interface Doing {
  readonly machine: Surroundings;
  readonly litmus: Litmus;
  readonly task: string;
  readonly operation: Operation;
}

type Make = (doing: Doing) => Promise<Action> | Action;

const TLS_SIZE = 64;

export function wordAddress(litmus: Litmus, word: string): number {
  return LAYOUT.words + Object.keys(litmus.words).indexOf(word) * LAYOUT.wordSize;
}

/** Where the TLS image of this name would be; nobody uses it. */
export function tlsAddress(litmus: Litmus, name: string): number {
  const args = litmus.columns.flatMap(({ operations }) => operations.flatMap((operation) => operation.args));
  const names = args.filter((arg) => arg.startsWith('tls=')).map((arg) => arg.slice('tls='.length));
  return LAYOUT.tls + names.indexOf(name) * TLS_SIZE;
}

/** What a task is to do for an operation. Throws `NotDriven` if no real task can do it. */
export async function actionOf(
  machine: Surroundings,
  litmus: Litmus,
  task: string,
  operation: Operation,
): Promise<Action> {
  const make = MAKES[operation.name];
  if (make === undefined) throw new NotDriven(`no real task can be made to ${operation.name}()`);
  return { ...(await make({ machine, litmus, task, operation })), line: operation.line };
}

/** Why a test cannot be driven, as far as its text tells; '' if it may. */
export function obstacle(litmus: Litmus): string {
  for (const { task, operations } of litmus.columns) {
    if (litmus.attributes[task]?.some(({ words }) => words[0] === 'init') === true)
      return 'an init needs a pid namespace of its own';
    for (const { name, args } of operations) {
      if (name === 'oom_kill') return 'no program can make the kernel run out of memory for one task only';
      if (name === 'setresuid' || args[0] === 'setuid') return 'it takes privilege, which is not asked for';
      if (args.includes('timeout')) return 'a timeout can end at any moment, and is not waited for';
      if (MAKES[name] === undefined) return `no real task can be made to ${name}()`;
    }
  }
  if (litmus.pipes.length > 0) return 'pipes are not driven';
  if ((litmus.sigpending ?? 0) > 0) return 'the limit counts the signals of the whole user';
  return '';
}

function valueOf({ machine, litmus }: Doing, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  return litmus.columns.some(({ task }) => task === text) ? (machine.birth(text) ?? 0) : Number.NaN;
}

function tidOf({ machine }: Doing, name: string): number {
  const task = machine.task(name);
  return task?.tid || NOBODY;
}

/** A result is an error, or what `read` makes of the number. */
function result({ task, operation }: Doing, read: (ret: number) => string): NonNullable<Action['results']> {
  return (ret) =>
    operation.result === '' ? {} : { [`${task}.${operation.result}`]: errnoOf(ret) ?? read(ret) };
}

function named({ machine }: Doing): (tid: number) => string {
  return (tid) => machine.nameOf(tid);
}

function call(doing: Doing, numbers: readonly (number | bigint)[], read: (ret: number) => string): Action {
  return { command: `call ${numbers.join(' ')}`, results: result(doing, read) };
}

function optionsOf({ operation }: Doing): Record<string, string> {
  return Object.fromEntries(operation.args.slice(2).map((arg) => arg.split('=') as [string, string]));
}

function clone(doing: Doing): Action {
  const { machine, litmus, operation } = doing;
  const [child = '', text = ''] = operation.args;
  const { tls, parent_tid, child_tid } = optionsOf(doing);
  const names = text === '' ? [] : text.split('|');
  const signal = names
    .filter((name) => !isOneOf(CLONE_FLAGS, name))
    .reduce((_, name) => (isSig(name) ? SIGNAL_NUMBERS[name] : Number(name)), 0);
  const address = (word: string | undefined) => (word === undefined ? 0 : wordAddress(litmus, word));
  // The older call puts a pidfd where it would put the tid.
  const parent = parent_tid === undefined ? machine.buffer(doing.task) : address(parent_tid);
  const numbers = syscalls.clone({
    flags: names.filter((name) => isOneOf(CLONE_FLAGS, name)),
    signal,
    stack: machine.nextStack(),
    parent_tid: parent,
    child_tid: address(child_tid),
    tls: tls === undefined ? 0 : tlsAddress(litmus, tls),
  });
  return { ...call(doing, numbers, named(doing)), creates: child };
}

async function clone3(doing: Doing): Promise<Action> {
  const { machine, litmus, task, operation } = doing;
  const [child = '', text = ''] = operation.args;
  const { exit_signal, tls, parent_tid, child_tid } = optionsOf(doing);
  const flags = sum(
    text.split('|').filter((name) => isOneOf(CLONE_FLAGS, name)),
    CLONE_NUMBERS,
  );
  const address = (word: string | undefined) => (word === undefined ? 0 : wordAddress(litmus, word));
  const signal = isSig(exit_signal ?? '') ? SIGNAL_NUMBERS[exit_signal as Sig] : Number(exit_signal ?? 0);
  const at = machine.buffer(task);
  const stack = machine.nextStack() + 64 - LAYOUT.stackSize;
  const size = LAYOUT.stackSize - 64;
  // struct clone_args, 64 bytes: flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls.
  const pidfd = at + 128;
  const longs = [flags, pidfd, address(child_tid), address(parent_tid), signal, stack, size];
  await machine.pokeLongs(at, [...longs, tls === undefined ? 0 : tlsAddress(litmus, tls)]);
  return { ...call(doing, [SYS.clone3, at, 64], named(doing)), creates: child };
}

function wait(doing: Doing): Action {
  const { machine, task, operation } = doing;
  const [whom = '', text = ''] = operation.args;
  const flags = text.split('|').filter((name) => isOneOf(WAIT_FLAGS, name));
  const options = sum(flags, WAIT_NUMBERS);
  const status = machine.buffer(task);
  // By the tid it was born with, which another may bear now.
  const pid = whom === '-1' ? -1 : (machine.birth(whom) ?? NOBODY);
  const registers = async (ret: number, at: number, read: (value: number) => [string, string]) => {
    const { result: register } = operation;
    if (register === '') return {};
    const name = `${task}.${register}`;
    if (ret <= 0) return { [name]: errnoOf(ret) ?? '0' };
    const [report, number] = read(await machine.puppet.peek(at));
    return {
      [name]: machine.nameOf(ret),
      [`${name}_status`]: report,
      ...(number === '' ? {} : { [`${name}_signal`]: number }),
    };
  };
  if (!flags.includes('WNOWAIT'))
    return {
      command: `call ${SYS.wait4} ${pid} ${status} ${options} 0`,
      results: (ret) => registers(ret, status, readStatus),
    };
  const WEXITED = 4;
  const [P_ALL, P_PID] = [0, 1];
  const numbers = [SYS.waitid, pid < 0 ? P_ALL : P_PID, Math.max(pid, 0), status, options + WEXITED, 0];
  return {
    command: `call ${numbers.join(' ')}`,
    // siginfo: si_code at 8, si_pid at 16, si_status at 24.
    async results(ret) {
      const child = ret < 0 ? ret : await machine.puppet.peek(status + 16);
      const code = await machine.puppet.peek(status + 8);
      const CLD_EXITED = 1;
      return registers(child, status + 24, (value) =>
        code === CLD_EXITED ? ['CLD_EXITED', String(value)] : readStatus(value),
      );
    },
  };
}

function signalNumber(text: string): number {
  return isSig(text) ? SIGNAL_NUMBERS[text] : Number(text);
}

function setNamed(text: string): bigint {
  if (text === 'all') return maskOf(allSignals());
  return maskOf(text.split('|').filter((sig): sig is Sig => isSig(sig)));
}

function futex(doing: Doing): Action {
  const [word = '', name = '', value = ''] = doing.operation.args;
  const at = wordAddress(doing.litmus, word);
  const [waits, isPrivate] = [name.startsWith('FUTEX_WAIT'), name.endsWith('_PRIVATE')];
  return call(doing, syscalls.futex(at, waits, isPrivate, valueOf(doing, value)), String);
}

function assign(doing: Doing): Action {
  const { litmus, operation } = doing;
  const [right = ''] = operation.args;
  if (operation.result in litmus.words)
    return { command: `store ${wordAddress(litmus, operation.result)} ${valueOf(doing, right)}` };
  return {
    command: `load ${wordAddress(litmus, right)}`,
    results: result(doing, (ret) => shown(doing.machine, ret)),
  };
}

/** A number of memory as litmus tests show it. */
export function shown(machine: Pick<Surroundings, 'nameOf'>, value: number): string {
  return value === 0x40000000 ? 'OWNER_DIED' : value === 0 ? '0' : machine.nameOf(value);
}

const MAKES: Readonly<Record<string, Make>> = {
  clone,
  clone3,
  exit: ({ operation }) => ({ command: `call ${SYS.exit} ${operation.args[0] ?? 0}` }),
  exit_group: ({ operation }) => ({ command: `call ${SYS.exit_group} ${operation.args[0] ?? 0}` }),
  fault: () => ({ command: 'load 0', diesBySignal: true }),
  execve(doing) {
    const { after } = doing.operation;
    const outcome = after === '' ? 'works' : after === 'fails' ? 'fails' : 'fails-late';
    // After success there is nobody who could have the result.
    const results = after === 'fails' ? result(doing, String) : () => ({});
    const command = `call ${syscalls.execve(outcome).join(' ')}`;
    return { command, results, diesBySignal: outcome === 'fails-late' };
  },
  wait4: wait,
  waitid: wait,
  prctl(doing) {
    const [option, value = ''] = doing.operation.args;
    const [PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER] = [1, 36];
    return call(
      doing,
      option === 'PR_SET_PDEATHSIG'
        ? [SYS.prctl, PR_SET_PDEATHSIG, signalNumber(value)]
        : [SYS.prctl, PR_SET_CHILD_SUBREAPER, 1],
      String,
    );
  },
  getpid: (doing) => call(doing, [SYS.getpid], named(doing)),
  getppid: (doing) => call(doing, [SYS.getppid], named(doing)),
  kill(doing) {
    const [to = '', sig = ''] = doing.operation.args;
    return call(doing, [SYS.kill, tidOf(doing, to), signalNumber(sig)], String);
  },
  tgkill(doing) {
    const [to = '', sig = ''] = doing.operation.args;
    const tgid = doing.machine.facts(to)?.tgid ?? tidOf(doing, to);
    return call(doing, [SYS.tgkill, tgid, tidOf(doing, to), signalNumber(sig)], String);
  },
  async sigaction({ machine, task, operation }) {
    const [sig = '', name = '', text = ''] = operation.args;
    if (!isSig(sig)) throw new NotDriven(`no signal ${sig}`);
    const flags = text === '' ? [] : text.split('|');
    return sigaction(machine, task, sig, [ACTIONS[name]!, ...flags].join('+'));
  },
  async sigprocmask({ machine, task, operation }) {
    const [how = '', text = ''] = operation.args;
    const at = machine.buffer(task);
    await machine.pokeLongs(at, [setNamed(text)]);
    const number = ['SIG_BLOCK', 'SIG_UNBLOCK', 'SIG_SETMASK'].indexOf(how);
    return { command: `call ${SYS.rt_sigprocmask} ${number} ${at} 0 8` };
  },
  async sigtimedwait(doing) {
    const { machine, task, operation } = doing;
    const [text = '', timeout] = operation.args;
    const numbers = await syscalls.sigtimedwait(machine, task, setNamed(text), timeout !== undefined);
    return call(doing, numbers, signalName);
  },
  pause: (doing) => call(doing, [SYS.pause], String),
  assign,
  await: ({ litmus, operation }) => ({ command: `load ${wordAddress(litmus, operation.args[0]!)}` }),
  futex,
  set_tid_address: ({ litmus, operation }) => ({
    command: `call ${SYS.set_tid_address} ${wordAddress(litmus, operation.args[0]!)}`,
  }),
  async set_robust_list({ machine, litmus, task, operation }) {
    // The head has the first entry, the way from an entry to its lock, and the pending entry; the entry leads back.
    const head = machine.buffer(task) + 64;
    const entry = head + 32;
    await machine.pokeLongs(head, [entry, wordAddress(litmus, operation.args[0]!) - entry, 0, 0, head]);
    return { command: `call ${SYS.set_robust_list} ${head} 24` };
  },
  async sigaltstack({ machine, task }) {
    const at = machine.buffer(task);
    await machine.pokeLongs(at, [machine.buffer(task), 0, 4096]);
    return { command: `call ${SYS.sigaltstack} ${at} 0` };
  },
};
