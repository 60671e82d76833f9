/** Where the words and TLS images of a protocol lie in real memory, and which real task a tid of the model is. */
import type { KernelState } from '../kernel/state.js';
import { STRANGER } from '../protocols/environment.js';
import { NotDriven, ROOT } from './action.js';
import type { Machine } from './machine.js';
import { LAYOUT } from './numbers.js';

const TLS_SIZE = 64;

export class Places {
  private readonly bearers = new Map<number, string>([[STRANGER, ROOT]]);
  private readonly images: string[] = [];

  constructor(
    private readonly machine: Machine,
    readonly words: readonly string[],
  ) {}

  word(name: string): number {
    return LAYOUT.words + this.words.indexOf(name) * LAYOUT.wordSize;
  }

  /** The address of a TLS image, which is known from then on. */
  tls(name: string): number {
    if (!this.images.includes(name)) this.images.push(name);
    return LAYOUT.tls + this.images.indexOf(name) * TLS_SIZE;
  }

  /** The image at an address; `none` where none is known. */
  imageAt(address: number): string {
    return this.images[(address - LAYOUT.tls) / TLS_SIZE] ?? 'none';
  }

  isImage(name: string): boolean {
    return this.images.includes(name);
  }

  /** The task that bears a tid of the model; undefined for any other number. */
  bearer(tid: number): string | undefined {
    return this.bearers.get(tid);
  }

  /** A number of the model as real memory has it: a tid is the one that a real task was born with. */
  number(value: number): number {
    const name = this.bearers.get(value);
    return name === undefined || value === STRANGER ? value : (this.machine.birth(name) ?? value);
  }

  /** Learns who bears which tid. */
  learn(s: KernelState): void {
    if (this.usedAgain(s).length > 0)
      throw new NotDriven('the kernel gives a tid again only after it has given all others');
    for (const [name, { tid }] of Object.entries(s.task))
      if (tid !== 0 && !this.bearers.has(tid)) this.bearers.set(tid, name);
  }

  /** Who bears a tid that another had before. A thread that executes a program takes over that of its leader. */
  usedAgain(s: KernelState): string[] {
    return Object.entries(s.task).flatMap(([name, { tid, self_exec_id }]) => {
      const first = this.bearers.get(tid);
      return first === undefined || first === name || self_exec_id > 0 ? [] : [name];
    });
  }
}
