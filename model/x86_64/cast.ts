/** Real tasks by the names that the model gives them, and where each has its memory. */
import { Strange } from './action.js';
import { LAYOUT } from './numbers.js';
import type { RealTask } from './puppet.js';

export class Cast {
  protected readonly tasks = new Map<number, RealTask>();
  protected readonly ids = new Map<string, number>();
  private readonly births = new Map<string, number>();

  /** The task of this name as it was seen last; undefined before it was made. */
  task(name: string): RealTask | undefined {
    return this.tasks.get(this.ids.get(name) ?? -1);
  }

  /** The tid a task was born with; undefined before it was made. */
  birth(name: string): number | undefined {
    return this.births.get(name);
  }

  /** Who was born with this tid. */
  nameOf(tid: number): string {
    if (tid === 0) return 'kernel';
    for (const [name, birth] of this.births) if (birth === tid) return name;
    return String(tid);
  }

  /** The memory of a task for what its calls read and write. */
  buffer(name: string): number {
    return LAYOUT.buffers + (this.ids.get(name) ?? 0) * LAYOUT.bufferSize;
  }

  /** The top of the stack of the next task. */
  nextStack(): number {
    return LAYOUT.stacks + (this.tasks.size + 1) * LAYOUT.stackSize - 64;
  }

  /** The number that the helper has for it. */
  idOf(name: string): number {
    const id = this.ids.get(name);
    if (id === undefined) throw new Strange(`there is no task ${name}`);
    return id;
  }

  protected nameOfId(id: number): string {
    return [...this.ids].find(([, one]) => one === id)?.[0] ?? '';
  }

  protected name(name: string, { id, tid }: RealTask): void {
    this.ids.set(name, id);
    this.births.set(name, tid);
  }
}
