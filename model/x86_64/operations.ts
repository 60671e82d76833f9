/** What a real task is made to do for each operation of a litmus test, and how the result reads there. */
import { CLONE_FLAGS } from '../kernel/clone-args.js';
import { isSig, type Sig } from '../kernel/state.js';
import { isOneOf, type Litmus, type Operation } from '../litmus/litmus.js';
import { NotDriven, type Action } from './action.js';
import { call, named, result, type Doing, type Make } from './doing.js';
import { CLONE_NUMBERS, LAYOUT, SIGNAL_NUMBERS, SYS } from './numbers.js';
import { SIGNAL_MAKES } from './signal-operations.js';
import type { Surroundings } from './surroundings.js';
import * as syscalls from './syscalls.js';
import { sum } from './syscalls.js';
import { wait } from './waits.js';

const TLS_SIZE = 64;

export function wordAddress(litmus: Litmus, word: string): number {
  return LAYOUT.words + Object.keys(litmus.words).indexOf(word) * LAYOUT.wordSize;
}

/** The TLS images that a test names, in the order in which it does. */
export function tlsNames(litmus: Litmus): string[] {
  const args = litmus.columns.flatMap(({ operations }) => operations.flatMap((operation) => operation.args));
  return args.filter((arg) => arg.startsWith('tls=')).map((arg) => arg.slice('tls='.length));
}

/** Where the TLS image of this name would be; nobody uses it. */
export function tlsAddress(litmus: Litmus, name: string): number {
  return LAYOUT.tls + tlsNames(litmus).indexOf(name) * TLS_SIZE;
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
  ...SIGNAL_MAKES,
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
  getpid: (doing) => call(doing, [SYS.getpid], named(doing)),
  getppid: (doing) => call(doing, [SYS.getppid], named(doing)),
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
};
