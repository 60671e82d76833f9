/** The columns of a litmus test as orders that real tasks carry out by themselves; the layout is that of puppet/free.h. */
import type { Litmus, Operation } from '../litmus/litmus.js';
import { NotDriven, type Action } from './action.js';
import type { Machine } from './machine.js';
import { LAYOUT, SYS } from './numbers.js';
import { NOBODY } from './syscalls.js';
import { actionOf } from './operations.js';
import type { Puppet } from './puppet.js';
import type { Surroundings } from './surroundings.js';

const WHAT = { load: -1, store: -2, await: -3, end: -4 } as const;
const MOST_COLUMNS = 64;
const TID_AT = 8;

/** An order as it was written, and where. */
export interface Order {
  readonly at: number;
  /** The register that its result is for; '' if there is none. */
  readonly register: string;
  /** Does the task end by it? */
  readonly exits: boolean;
  readonly results: NonNullable<Action['results']>;
}

/**
 * Stands for the real tasks while their orders are written. Tids are not known by then: the address at which a task will put
 * its own stands for it.
 */
export class Script implements Surroundings {
  readonly puppet: Puppet;
  /** The orders of each column. */
  readonly columns = new Map<string, Order[]>();
  private readonly numbers = new Map<string, number>();
  private readonly longs: (number | bigint)[] = [];
  private readonly starts: number[] = [];
  private buffers = MOST_COLUMNS;
  /** Whom the order makes that is being written. */
  private child = '';
  private names: ReadonlyMap<number, string> = new Map();

  constructor(
    machine: Machine,
    private readonly litmus: Litmus,
  ) {
    this.puppet = machine.puppet;
    const tasks = litmus.columns.map(({ task }) => task);
    for (const task of tasks)
      if (machine.task(task) !== undefined) this.numbers.set(task, machine.idOf(task));
    for (const task of tasks) if (!this.numbers.has(task)) this.numbers.set(task, this.numbers.size + 1);
  }

  /** How many columns there are, the first task's among them, which has none. */
  get size(): number {
    return this.numbers.size + 1;
  }

  /** Writes all columns into the memory of the tasks. `more`: what a task does at its end; `delay`: how long to count before an order. */
  async write(more: (task: string) => readonly string[], delay: () => number): Promise<void> {
    for (const { task, operations } of this.litmus.columns) {
      const orders: Order[] = [];
      this.starts[this.numberOf(task)] = this.next;
      for (const operation of operations) orders.push(await this.operation(task, operation, delay()));
      this.child = '';
      for (const command of more(task)) orders.push(this.order(task, command, delay(), undefined));
      this.push(WHAT.end, [], 0, 0);
      this.columns.set(task, orders);
    }
    if (this.next > LAYOUT.memoryEnd || LAYOUT.buffers + this.buffers * LAYOUT.bufferSize > LAYOUT.tls)
      throw new NotDriven('it has more operations than there is room for');
    const table = Array.from({ length: this.size }, (_, number) => {
      const column = Array<number>(LAYOUT.columnSize / 8).fill(0);
      column[0] = this.starts[number] ?? 0;
      column[1] = NOBODY;
      return column;
    });
    await this.pokeLongs(LAYOUT.columns, table.flat());
    await this.pokeLongs(LAYOUT.orders, this.longs);
  }

  numberOf(task: string): number {
    return this.numbers.get(task)!;
  }

  /** From now on tids have names. */
  learn(names: ReadonlyMap<number, string>): void {
    this.names = names;
  }

  /** Each has memory of its own, as it is read only at the end. */
  buffer(): number {
    return LAYOUT.buffers + this.buffers++ * LAYOUT.bufferSize;
  }

  nextStack(): number {
    return LAYOUT.stacks + (this.numberOf(this.child) + 1) * LAYOUT.stackSize - 64;
  }

  birth(name: string): number {
    return this.columnOf(name) + TID_AT;
  }

  task(name: string): { tid: number } {
    return { tid: this.birth(name) };
  }

  facts(name: string): { tgid: number } {
    return { tgid: this.birth(leaderOf(this.litmus, name)) };
  }

  nameOf(tid: number): string {
    return tid === 0 ? 'kernel' : (this.names.get(tid) ?? String(tid));
  }

  async pokeLongs(address: number, values: readonly (number | bigint)[]): Promise<void> {
    await this.puppet.pokeLongs(address, values);
  }

  private get next(): number {
    return LAYOUT.orders + this.longs.length * 8;
  }

  private columnOf(name: string): number {
    return LAYOUT.columns + this.numberOf(name) * LAYOUT.columnSize;
  }

  private async operation(task: string, operation: Operation, delay: number): Promise<Order> {
    const [first = ''] = operation.args;
    this.child = operation.name.startsWith('clone') ? first : '';
    const { command, results } = await actionOf(this, this.litmus, task, operation);
    if (operation.name === 'await') {
      const at = this.next;
      const value = operation.args[1]!;
      const wanted = /^\d+$/.test(value) ? Number(value) : this.birth(value);
      this.push(WHAT.await, [Number(command.split(' ')[1]), wanted], 0, delay);
      return { at, register: '', exits: false, results: () => ({}) };
    }
    const exits = operation.name.startsWith('exit');
    return { ...this.order(task, command, delay, results), register: operation.result, exits };
  }

  /** `command`: as the helper understands it. */
  private order(task: string, command: string, delay: number, results: Action['results']): Order {
    const at = this.next;
    const [verb, ...texts] = command.split(' ');
    const numbers = texts.map(Number);
    if (verb === 'load' || verb === 'store') {
      this.push(WHAT[verb], numbers, 0, delay);
    } else {
      const [number = 0, ...args] = numbers;
      // A program learns which column it goes on with from the number of its arguments.
      if (number === SYS.execve) args[1] = this.argumentsFor(task);
      this.push(number, args, this.child === '' ? 0 : this.columnOf(this.child), delay);
    }
    return { at, register: '', exits: false, results: results ?? (() => ({})) };
  }

  private argumentsFor(task: string): number {
    const at = this.buffer();
    const list = Array<number>(this.numberOf(task)).fill(LAYOUT.noArguments);
    void this.pokeLongs(at, [...list, 0]);
    return at;
  }

  private push(what: number, args: readonly number[], child: number, delay: number): void {
    const all = Array.from({ length: 6 }, (_, index) => args[index] ?? 0);
    const isTid = (value: number) => value >= LAYOUT.columns && value < LAYOUT.orders;
    const indirect = all.reduce((bits, value, index) => bits | (isTid(value) ? 1 << index : 0), 0);
    this.longs.push(what, ...all, indirect, child, delay, 0, 0);
  }
}

/** The leader of the process that a task belongs to, as far as the text tells. */
export function leaderOf(litmus: Litmus, task: string): string {
  const attribute = litmus.attributes[task]?.find(({ words }) => words[0] === 'thread');
  const creator = litmus.columns.find(({ operations }) =>
    operations.some(({ name, args }) => isThreadOf(name, args, task)),
  )?.task;
  const elder = attribute?.words[2] ?? creator;
  return elder === undefined ? task : leaderOf(litmus, elder);
}

function isThreadOf(name: string, [child, flags = '']: readonly string[], task: string): boolean {
  return name.startsWith('clone') && child === task && flags.split('|').includes('CLONE_THREAD');
}
