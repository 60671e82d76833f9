/**
 * Objects of the shared memory: heap blocks, stacks, stack frames, TLS images. An object is there while it names
 * who is to free it; handing that duty over is a step like any other.
 */
import type { Cpu } from './cpu.js';
import type { KernelState } from './state.js';

/** Reads or writes an object; fails when it is gone. */
export function use<S extends KernelState>(k: Cpu<S>, object: string): void {
  k.move.event('use');
  if (k.s.object[object] === '') k.move.fail('no-use-after-free', object);
}

/** The owner of a stack frame, which goes with its function and is nobody's to free. */
export const FRAME = 'frame';

/** Allocates an object, or with `FRAME` enters the function whose frame it is. `owner` is who is to free it. */
export function allocate<S extends KernelState>(k: Cpu<S>, object: string, owner: string = k.me): void {
  k.move.event('allocate');
  k.s.object[object] = owner;
}

/** Frees an object, or returns from the function whose frame it is. */
export function free<S extends KernelState>(k: Cpu<S>, object: string): void {
  k.move.event('free');
  if (k.s.object[object] === '') k.move.fail('no-double-free', object);
  k.s.object[object] = '';
}

/** From now on somebody else is to free it. */
export function handOver<S extends KernelState>(k: Cpu<S>, object: string, owner: string): void {
  use(k, object);
  k.s.object[object] = owner;
}

/** Stores a word, in whatever object it lives. */
export function store<S extends KernelState>(k: Cpu<S>, word: string, value: number): void {
  const object = k.machine.objectOf[word];
  if (object !== undefined) use(k, object);
  k.s.word[word] = value;
}

/** Loads a word. */
export function load<S extends KernelState>(k: Cpu<S>, word: string): number {
  const object = k.machine.objectOf[word];
  if (object !== undefined) use(k, object);
  return k.s.word[word]!;
}
