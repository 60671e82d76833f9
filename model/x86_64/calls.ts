/** What a real task is made to do for each call of a protocol's step, and how the result reads there. */
import type { Call } from '../kernel/calls.js';
import { NotDriven, type Action } from './action.js';
import type { Machine } from './machine.js';
import { errnoOf, maskOf, SIGNAL_NUMBERS, signalName, SYS, WAIT_NUMBERS } from './numbers.js';
import type { Places } from './places.js';
import { allSignals, setMask, sigaction } from './setup.js';
import * as syscalls from './syscalls.js';
import { NOBODY, sum } from './syscalls.js';
import { readStatus } from './waits.js';

/** The name of the register in which the last result of a task is kept. */
export const RESULT = 'result';

const INT_MAX = 0x7fffffff;

interface Doing<C> {
  readonly machine: Machine;
  readonly places: Places;
  readonly task: string;
  readonly call: C;
}

type Makes = { readonly [Name in Call['name']]: (doing: Doing<Call & { name: Name }>) => Promise<void> };

/** Makes a real task ask of the kernel what the step asks. */
export async function makeCall(machine: Machine, places: Places, task: string, call: Call): Promise<void> {
  machine.registers.delete(`${task}.${RESULT}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the entry of a name takes the calls of that name
  const make = MAKES[call.name] as (doing: Doing<Call>) => Promise<void>;
  await make({ machine, places, task, call });
}

const MAKES: Makes = {
  clone: (doing) =>
    makes(doing, cloneNumbers(doing), (tid) => doing.machine.nameOf(tid), { creates: doing.call.child }),
  async execve({ machine, task, call: { outcome } }) {
    const command = `call ${syscalls.execve(outcome).join(' ')}`;
    await machine.make(task, { command, diesBySignal: outcome === 'fails-late' });
  },
  exit: ({ machine, task }) => machine.make(task, { command: `call ${SYS.exit} 0` }),
  exit_group: ({ machine, task }) => machine.make(task, { command: `call ${SYS.exit_group} 0` }),
  fault: ({ machine, task }) => machine.make(task, { command: 'load 0', diesBySignal: true }),
  async raise({ machine, task, call: { sig } }) {
    if (sig !== 'SIGKILL') {
      await machine.make(task, await sigaction(machine, task, sig, 'default'));
      await setMask(machine, task, maskOf(allSignals().filter((other) => other !== sig)));
    }
    const tgid = machine.facts(task)?.tgid ?? NOBODY;
    await machine.make(task, { command: `call ${SYS.kill} ${tgid} ${SIGNAL_NUMBERS[sig]}` });
    if (['ready', 'signal'].includes(machine.task(task)?.state ?? '')) await machine.takeSignal(task);
  },
  async wait4(doing) {
    const { machine, places, task, call } = doing;
    const status = machine.buffer(task);
    const numbers = [SYS.wait4, pidOf(machine, places, call.pid), status, sum(call.flags, WAIT_NUMBERS), 0];
    await makes(doing, numbers, async (tid) =>
      tid === 0 ? '0' : `${machine.nameOf(tid)} ${readStatus(await machine.puppet.peek(status))[0]}`,
    );
  },
  async futex(doing) {
    const { places, call } = doing;
    const isWait = call.operation === 'FUTEX_WAIT';
    const value = isWait ? places.number(call.value) : Math.min(call.value, INT_MAX);
    const numbers = syscalls.futex(places.word(call.word), isWait, call.isPrivate, value);
    await makes(doing, numbers, String);
  },
  async sigtimedwait(doing) {
    const { machine, task, call } = doing;
    const numbers = await syscalls.sigtimedwait(machine, task, maskOf(call.signals), call.looks);
    await makes(doing, numbers, signalName);
  },
  async kill(doing) {
    const { machine, call } = doing;
    await makes(doing, [SYS.kill, machine.facts(call.to)?.tgid ?? NOBODY, SIGNAL_NUMBERS[call.sig]], String);
  },
  close: () => Promise.reject(new NotDriven('descriptors are not driven')),
};

/** A system call whose result is kept: an error, or what `read` makes of the number. */
async function makes(
  { machine, task }: Doing<Call>,
  numbers: readonly number[],
  read: (ret: number) => string | Promise<string>,
  more: Partial<Action> = {},
): Promise<void> {
  await machine.make(task, {
    command: `call ${numbers.join(' ')}`,
    results: async (ret) => ({ [`${task}.${RESULT}`]: errnoOf(ret) ?? (await read(ret)) }),
    ...more,
  });
}

function cloneNumbers({ machine, places, call }: Doing<Call & { name: 'clone' }>): number[] {
  const { flags, exit_signal, tls, parent_tid, child_tid } = call;
  const address = (word: string) => (word === '' ? 0 : places.word(word));
  return syscalls.clone({
    flags,
    signal: exit_signal === '' ? 0 : SIGNAL_NUMBERS[exit_signal],
    stack: machine.nextStack(),
    parent_tid: address(parent_tid),
    child_tid: address(child_tid),
    tls: tls === '' ? 0 : places.tls(tls),
  });
}

function pidOf(machine: Machine, places: Places, tid: number): number {
  if (tid === -1) return -1;
  return machine.task(places.bearer(tid) ?? '')?.tid || NOBODY;
}
