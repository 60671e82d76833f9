/** Makes the real tasks that are there at the start of a model, related and minded as the model has them. */
import { INIT, isSig, type KernelState, type Sig, type Task } from '../kernel/state.js';
import { CLONE_NUMBERS, LAYOUT, maskOf, SA_NUMBERS, SIGNAL_NUMBERS, SYS } from './numbers.js';
import { NotDriven, ROOT, Strange, type Action } from './action.js';
import type { Machine } from './machine.js';
import type { Surroundings } from './surroundings.js';

/** The way out of a handler, and siginfo on its stack, is in user mode here. */
const ALWAYS = SA_NUMBERS['SA_RESTORER']! | SA_NUMBERS['SA_SIGINFO']!;

const ACTIONS: Readonly<Record<string, number>> = { default: 0, ignore: 1, handler: LAYOUT.handler };

/**
 * Begins anew: all tasks of the state, with their handlers and blocked signals. Words are not set. `sigpending`: how many
 * real-time signals the user can have queued.
 */
export async function setUp(machine: Machine, s: KernelState, sigpending?: number): Promise<void> {
  await machine.start();
  if (sigpending !== undefined) await limit(machine, sigpending);
  for (const name of inOrder(s)) await create(machine, s, name);
  const tables = new Set<string>();
  for (const [name, task] of present(s)) {
    if (!tables.has(task.sighand)) await setHandlers(machine, s, name);
    tables.add(task.sighand);
    const blocked = (s.sigset[task.blocked] ?? '').split(' ').filter((sig): sig is Sig => isSig(sig));
    if (blocked.length > 0) await setMask(machine, name, maskOf(blocked));
  }
  // So it collects its children as they die, as init does.
  await machine.make(ROOT, await sigaction(machine, ROOT, 'SIGCHLD', 'ignore'));
}

/** rt_sigaction, for `default`, `ignore` or `handler`, each with SA_ flags behind a plus. */
export async function sigaction(
  machine: Pick<Surroundings, 'buffer' | 'pokeLongs'>,
  name: string,
  sig: Sig,
  wanted: string,
): Promise<Action> {
  const [what = '', ...flags] = wanted.split('+');
  const bits = flags.reduce((sum, flag) => sum | SA_NUMBERS[flag]!, ALWAYS);
  const handler = ACTIONS[what];
  if (handler === undefined) throw new NotDriven(`what ${name} does with ${sig} is open: ${wanted}`);
  const at = machine.buffer(name);
  // Nothing comes into a handler, so that one signal is done with before the next is taken.
  await machine.pokeLongs(at, [handler, bits, LAYOUT.restorer, maskOf(allSignals())]);
  return { command: `call ${SYS.rt_sigaction} ${SIGNAL_NUMBERS[sig]} ${at} 0 8` };
}

export function allSignals(): Sig[] {
  return Object.keys(SIGNAL_NUMBERS).filter((sig): sig is Sig => isSig(sig));
}

const SIG_SETMASK = 2;
const RLIMIT_SIGPENDING = 11;

async function limit(machine: Machine, sigpending: number): Promise<void> {
  const at = machine.buffer(ROOT);
  await machine.pokeLongs(at, [sigpending, sigpending]);
  await machine.make(ROOT, { command: `call ${SYS.prlimit64} 0 ${RLIMIT_SIGPENDING} ${at} 0` });
}

/** rt_sigprocmask: blocks these signals, and no others. */
export async function setMask(machine: Machine, name: string, mask: bigint): Promise<void> {
  const at = machine.buffer(name);
  await machine.pokeLongs(at, [mask]);
  await machine.make(name, { command: `call ${SYS.rt_sigprocmask} ${SIG_SETMASK} ${at} 0 8` });
}

async function setHandlers(machine: Machine, s: KernelState, name: string): Promise<void> {
  for (const [sig, wanted] of Object.entries(s.sighand[s.task[name]!.sighand]!)) {
    if (wanted !== 'default' && isSig(sig))
      await machine.make(name, await sigaction(machine, name, sig, wanted));
  }
}

function present(s: KernelState): [string, Task][] {
  return Object.entries(s.task).filter(([, { state }]) => state !== 'absent');
}

/** Who is to be made before whom: creators first, and the children of one parent in the order in which it has them. */
function inOrder(s: KernelState): string[] {
  const order: string[] = [];
  const visit = (name: string, depth: number): void => {
    if (order.includes(name)) return;
    if (depth > present(s).length) throw new NotDriven(`${name} has no creator that could come first`);
    const { creator } = originOf(s, name);
    if (creator !== ROOT) visit(creator, depth + 1);
    const elder = s.task[s.task[name]!.real_parent]?.children ?? [];
    for (const other of elder.slice(0, Math.max(0, elder.indexOf(name)))) visit(other, depth + 1);
    order.push(name);
  };
  for (const [name] of present(s)) visit(name, 0);
  return order;
}

/** Who can make this task by clone, and with which flags beside those for what the two share. */
function originOf(s: KernelState, name: string): { creator: string; flags: number } {
  const { group_leader, real_parent, mm } = s.task[name]!;
  if (group_leader !== name) return { creator: group_leader, flags: CLONE_NUMBERS.CLONE_THREAD };
  if (real_parent !== INIT) return { creator: real_parent, flags: 0 };
  // A stranger that shares memory is a sibling that was cloned.
  return mm === name ? { creator: ROOT, flags: 0 } : { creator: mm, flags: CLONE_NUMBERS.CLONE_PARENT };
}

async function create(machine: Machine, s: KernelState, name: string): Promise<void> {
  const task = s.task[name]!;
  const { creator, flags } = originOf(s, name);
  const other = s.task[creator];
  const shares = (field: 'mm' | 'sighand' | 'files') => other !== undefined && other[field] === task[field];
  for (const field of ['mm', 'sighand', 'files'] as const) {
    if (task[field] !== name && task[field] !== '' && !shares(field))
      throw new NotDriven(`${name} shares with ${task[field]} what only a child of it could`);
  }
  const shared =
    (shares('mm') ? CLONE_NUMBERS.CLONE_VM : 0) |
    (shares('sighand') ? CLONE_NUMBERS.CLONE_SIGHAND : 0) |
    (task.files !== '' && shares('files') ? CLONE_NUMBERS.CLONE_FILES : 0);
  const { exit_signal } = task;
  if (creator === ROOT && exit_signal !== 'SIGCHLD')
    throw new NotDriven(`${name} would be a zombie that ${ROOT} has to collect`);
  const signal = exit_signal === 'thread' || exit_signal === '' ? 0 : SIGNAL_NUMBERS[exit_signal];
  if ((flags & CLONE_NUMBERS.CLONE_PARENT) !== 0 && exit_signal !== 'SIGCHLD')
    throw new NotDriven(`${name} would have the exit signal of ${creator}`);
  let result = 0;
  await machine.make(creator, {
    command: `call ${SYS.clone} ${flags | shared | signal} ${machine.nextStack()}`,
    creates: name,
    results(ret) {
      result = ret;
      return {};
    },
  });
  if (result <= 0) throw new Strange(`clone of ${name} gives ${result}`);
}
