/** What a real task is made to do for each call of a protocol's step, and how the result reads there. */
import type { Call } from '../kernel/calls.js';
import { NotDriven, type Action } from './action.js';
import type { Machine } from './machine.js';
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
import { NOBODY, sum } from './doing.js';
import type { Places } from './places.js';
import { allSignals, setMask, sigaction } from './setup.js';
import { readStatus } from './waits.js';

/** The name of the register in which the last result of a task is kept. */
export const RESULT = 'result';

const INT_MAX = 0x7fffffff;
const FUTEX_PRIVATE_FLAG = 128;

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
    const paths = { works: LAYOUT.program, fails: LAYOUT.noProgram, 'fails-late': LAYOUT.lateProgram };
    const command = `call ${SYS.execve} ${paths[outcome]} ${LAYOUT.noArguments} 0`;
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
    const operation = (isWait ? 0 : 1) + (call.isPrivate ? FUTEX_PRIVATE_FLAG : 0);
    const value = isWait ? places.number(call.value) : Math.min(call.value, INT_MAX);
    await makes(doing, [SYS.futex, places.word(call.word), operation, value, 0], String);
  },
  async sigtimedwait(doing) {
    const { machine, task, call } = doing;
    const at = machine.buffer(task);
    await machine.pokeLongs(at, [maskOf(call.signals), 0, 0]);
    await makes(doing, [SYS.rt_sigtimedwait, at, 0, call.looks ? at + 8 : 0, 8], signalName);
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
  return [
    SYS.clone,
    sum(flags, CLONE_NUMBERS) + (exit_signal === '' ? 0 : SIGNAL_NUMBERS[exit_signal]),
    machine.nextStack(),
    address(parent_tid),
    address(child_tid),
    tls === '' ? 0 : places.tls(tls),
  ];
}

function pidOf(machine: Machine, places: Places, tid: number): number {
  if (tid === -1) return -1;
  return machine.task(places.bearer(tid) ?? '')?.tid || NOBODY;
}
