/** What has to be known of real tasks and their memory to say what one of them is to do, whoever makes it do so. */

export interface Surroundings {
  /** Memory of a task for what a call reads and writes: `LAYOUT.bufferSize` bytes. */
  buffer(task: string): number;
  /** The top of the stack of the next task. */
  nextStack(): number;
  /** The tid a task was born with, or what stands for it; undefined if there is none. */
  birth(name: string): number | undefined;
  /** The task as it is now; its tid is 0 if it has none any more. */
  task(name: string): { readonly tid: number } | undefined;
  facts(name: string): { readonly tgid: number } | undefined;
  /** Who was born with this tid. */
  nameOf(tid: number): string;
  pokeLongs(address: number, values: readonly (number | bigint)[]): Promise<void>;
  readonly puppet: { peek(address: number): Promise<number> };
}
