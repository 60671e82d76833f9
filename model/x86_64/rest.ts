/** What came of a litmus test whose real tasks ran by themselves: an outcome, as far as it can be told. */
import type { Litmus, LitmusState } from '../litmus/litmus.js';
import { HANDLED, MOST_TAKEN, type Outcome } from '../litmus/outcome.js';
import { ROOT } from './action.js';
import { known } from './compare.js';
import { NOBODY } from './syscalls.js';
import { codeName, LAYOUT, signalName, SYS } from './numbers.js';
import { shown, tlsAddress, tlsNames, wordAddress } from './operations.js';
import { leaderOf, type Script } from './orders.js';
import type { Facts, RealTask } from './puppet.js';

const ARCH_GET_FS = 0x1003;
const PR_GET_PDEATHSIG = 2;
const SS_DISABLE = 2;

/** What only a task itself can be asked, at its end: the command, and how to read what it leaves in memory. */
export const ASKED: Readonly<
  Record<string, { ask: (at: number) => string; read: (value: number, litmus: Litmus) => string; at: number }>
> = {
  altstack: {
    ask: (at) => `call ${SYS.sigaltstack} 0 ${at}`,
    at: 8,
    read: (flags) => ((flags & SS_DISABLE) === 0 ? 'yes' : 'no'),
  },
  pdeath_signal: {
    ask: (at) => `call ${SYS.prctl} ${PR_GET_PDEATHSIG} ${at}`,
    at: 0,
    read: (sig) => (sig === 0 ? '0' : signalName(sig)),
  },
  fsbase: {
    ask: (at) => `call ${SYS.arch_prctl} ${ARCH_GET_FS} ${at}`,
    at: 0,
    read: (address, litmus) => imageAt(litmus, address),
  },
};

function imageAt(litmus: Litmus, address: number): string {
  return tlsNames(litmus).find((name) => tlsAddress(litmus, name) === address) ?? 'none';
}

/** A column after the run; see struct column. */
interface Column {
  /** The address of its next order. */
  readonly next: number;
  readonly tid: number;
  readonly finished: boolean;
  readonly taken: readonly { sig: number; code: number; pid: number }[];
}

/** What programs write themselves is smaller. */
const A_TID = /^\d{3,}$/;
/** Where an order has what it returned; whether it is done is behind that. */
const RET_AT = 80;

/** What is there to see when all tasks are at rest. */
export class Rest {
  private readonly columns = new Map<string, Column>();

  constructor(
    private readonly script: Script,
    private readonly litmus: Litmus,
    private readonly asked: ReadonlyMap<string, number>,
    private readonly tasks: ReadonlyMap<number, RealTask>,
    private readonly facts: ReadonlyMap<number, Facts>,
    private readonly root: number,
  ) {}

  async outcome(initial: LitmusState, names: readonly string[]): Promise<Outcome> {
    const { script, litmus } = this;
    for (const { task } of litmus.columns) this.columns.set(task, await this.column(task));
    const bearers = [...this.columns].map(([task, { tid }]): [number, string] => [tid, task]);
    script.learn(new Map([...bearers, [this.root, ROOT]]));
    const registers: Readonly<Record<string, string | undefined>> = {
      ...initial.register,
      ...(await this.registers()),
    };
    // Who died before it could tell its tid may yet be named by it.
    const isAnyUnknown = bearers.some(([tid]) => tid === NOBODY);
    const found: Record<string, string> = {};
    for (const what of names) {
      const [task = '', field] = what.split('.');
      const value =
        field === undefined
          ? shown(script, await script.puppet.peek(wordAddress(litmus, what)))
          : what in registers
            ? registers[what]
            : await this.field(task, field);
      if (value !== undefined && !(isAnyUnknown && A_TID.test(value))) found[what] = value;
    }
    return found;
  }

  private async column(task: string): Promise<Column> {
    const at = LAYOUT.columns + this.script.numberOf(task) * LAYOUT.columnSize;
    const words = await this.script.puppet.peeks(at, LAYOUT.columnSize / 4);
    const long = (index: number) => words[2 * index]!;
    const [NEXT, TID, FINISHED, COUNT, TAKEN, MOST] = [0, 1, 5, 7, 8, 7];
    const taken = Array.from({ length: Math.min(long(COUNT), MOST) }, (_, index) => {
      const first = TAKEN + 3 * index;
      return { sig: long(first), code: long(first + 1), pid: long(first + 2) };
    });
    return { next: long(NEXT), tid: long(TID), finished: long(FINISHED) !== 0, taken };
  }

  /**
   * What the calls that have come back returned. A task that dies or stops on its way back from a call has no more to tell what that
   * returned, so this is undefined then.
   */
  private async registers(): Promise<Record<string, string | undefined>> {
    const found: Record<string, string | undefined> = {};
    for (const [task, orders] of this.script.columns) {
      const isCut = !['blocked', undefined].includes(this.stateOf(task));
      for (const { at, register, results } of orders) {
        const [ret = 0, , done = 0] = await this.script.puppet.peeks(at + RET_AT, 3);
        if (done !== 0) Object.assign(found, await results(ret));
        else if (isCut && register !== '' && this.columns.get(task)!.next === at + LAYOUT.orderSize)
          for (const part of ['', '_status', '_signal']) found[`${task}.${register}${part}`] = undefined;
      }
    }
    return found;
  }

  /** Has it died by a call of its own, or was it never there? */
  private hasExited(task: string): boolean {
    const { tid, next } = this.columns.get(task)!;
    const last = this.script.columns.get(task)!.find(({ at }) => at + LAYOUT.orderSize === next);
    return tid === NOBODY || last?.exits === true;
  }

  /** Undefined of a task that was never there. */
  private stateOf(task: string): RealTask['state'] | undefined {
    const { tid } = this.columns.get(task)!;
    return tid === NOBODY ? undefined : this.tasks.get(this.script.numberOf(task))!.state;
  }

  private async field(task: string, field: string): Promise<string | undefined> {
    const { finished, taken } = this.columns.get(task)!;
    const number = this.script.numberOf(task);
    const state = this.stateOf(task) ?? 'gone';
    const facts = this.facts.get(number);
    const last = taken.at(-1);
    if (field === 'state') return state === 'blocked' ? (finished ? 'done' : 'blocked') : state;
    // Who was killed may have been at the beginning of a handler.
    if (HANDLED.includes(field) && ['gone', 'zombie'].includes(state) && !this.hasExited(task))
      return undefined;
    switch (field) {
      case 'taken':
        return list(taken.slice(0, MOST_TAKEN).map(({ sig }) => signalName(sig)));
      case 'code':
        return last === undefined ? 'none' : codeName(last.sig, last.code);
      case 'from':
        if (last === undefined) return 'none';
        return codeName(last.sig, last.code) === 'SI_KERNEL' ? 'kernel' : this.script.nameOf(last.pid);
    }
    if (facts === undefined || state === 'gone') return undefined;
    switch (field) {
      case 'parent':
        return this.script.nameOf(facts.ppid);
      case 'exit_signal':
        return exitSignal(facts.exit_signal);
    }
    if (state === 'zombie') return undefined;
    switch (field) {
      case 'blocked':
        return this.tasks.get(number)!.where?.includes('sigtimedwait') === true
          ? undefined
          : list(known(facts.blocked));
      case 'pending':
        return list([...known(facts.pending), ...known(facts.shared)]);
    }
    const question = ASKED[field];
    const at = this.asked.get(`${task}.${field}`);
    if (question === undefined || at === undefined || !finished) return undefined;
    return question.read(await this.script.puppet.peek(at + question.at), this.litmus);
  }
}

function exitSignal(number: number): string {
  return number === -1 ? 'thread' : number === 0 || number > 64 ? '0' : signalName(number);
}

function list(names: readonly string[]): string {
  return names.join('+') || 'none';
}

/** Is what was seen an outcome of the model, as far as it can be told? */
export function agrees(litmus: Litmus, model: Outcome, seen: Outcome): boolean {
  return Object.entries(seen).every(([what, value]) => {
    const expected = model[what]!;
    const field = what.split('.')[1] ?? '';
    switch (field) {
      case 'blocked':
      case 'pending':
        return sorted(expected) === sorted(value);
      case 'parent':
        return (
          (litmus.columns.some(({ task }) => task === expected) ? leaderOf(litmus, expected) : expected) ===
          value
        );
      case 'code':
        // No core is written here.
        return expected.replace('CLD_DUMPED', 'CLD_KILLED') === value;
    }
    return expected === value;
  });
}

function sorted(names: string): string {
  return [...new Set(names.split('+'))].toSorted().join('+');
}
