/** The helper as a child process: one line out, one line back, and no wait without an end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { build, Unavailable, type Binaries } from './build.js';

/** Where a real task is; see puppet.h. */
export type RealState =
  'running' | 'ready' | 'signal' | 'handler' | 'exiting' | 'blocked' | 'stopped' | 'zombie' | 'gone';

/** A task that has changed. */
export interface RealTask {
  /** The number that commands name it by, from 0 in the order of creation. */
  readonly id: number;
  readonly tid: number;
  readonly state: RealState;
  /** What its last system call or load gave: a value, or an errno with its sign changed. */
  readonly ret: number;
  /** Back from a handler, and about to make its last system call again. */
  readonly again?: boolean;
  /** Of the signal it is taking: the number, si_code and si_pid. */
  readonly sig?: number;
  readonly code?: number;
  readonly pid?: number;
  /** In a handler: the address of its signal frame. */
  readonly sp?: number;
  /** What it sleeps in, as the kernel calls it. */
  readonly where?: string;
}

/** What /proc tells of a task. Signal sets are hexadecimal, bit 0 for signal 1. */
export interface Facts {
  readonly id: number;
  /** The letter of its state; Z while some parent has still to collect it. */
  readonly process: string;
  readonly tgid: number;
  readonly ppid: number;
  readonly exit_signal: number;
  readonly fsbase: number;
  readonly pending: string;
  readonly shared: string;
  readonly blocked: string;
  readonly ignored: string;
  readonly caught: string;
}

/** A task of which nothing is left. */
interface Released {
  readonly id: number;
}

/** What there is to see when all are at rest. */
export interface Look {
  /** What /proc tells of all tasks that have left any trace. */
  readonly facts: ReadonlyMap<number, Facts>;
  readonly words: readonly number[];
}

/** The helper has broken off: all its tasks are dead. */
export class PuppetError extends Error {
  override readonly name = 'PuppetError';
}

export interface PuppetOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** Seconds within which every task has to come to rest; the helper itself gets twice that. */
  readonly seconds?: number;
  /** Instead of the helper that comes with the package. */
  readonly binaries?: Binaries;
}

interface Reply {
  readonly tasks?: readonly RealTask[];
  readonly facts?: readonly (Facts | Released)[];
  readonly values?: readonly number[];
  readonly error?: string;
  readonly fatal?: string;
}

interface Waiting {
  readonly answer: (reply: Reply) => void;
  readonly fail: (error: Error) => void;
}

/** Which files of /proc it cannot do without. */
const NEEDED = ['wchan', 'syscall', 'status', 'stat'];

/** Starts the helper with its first task, number 0; throws `Unavailable` where that cannot be. */
export async function startPuppet(options: PuppetOptions = {}): Promise<Puppet> {
  const { platform, arch } = process;
  if (platform !== 'linux' || arch !== 'x64')
    throw new Unavailable(`it needs Linux on x86_64, and this is ${platform} on ${arch}`);
  const missing = NEEDED.find((name) => !existsSync(`/proc/self/${name}`));
  if (missing !== undefined)
    throw new Unavailable(`there is no /proc/self/${missing}; mount /proc, of a kernel that has that file`);
  const binaries = options.binaries ?? (await build(options.environment));
  return Puppet.start(binaries, options.seconds ?? 3);
}

export class Puppet {
  private readonly child: ChildProcess;
  private readonly waiting: Waiting[] = [];
  /** What was told last of each task: the helper tells only of those that have changed. */
  private readonly known = new Map<number, Facts>();
  private readonly exited: Promise<void>;
  private readonly timer: NodeJS.Timeout;
  private text = '';
  /** Are tasks given some time before anybody looks at them, from the next reset on? Of two that are woken at once either may be first then. */
  patient = false;
  private broken: PuppetError | undefined;

  static async start(binaries: Binaries, seconds: number): Promise<Puppet> {
    const puppet = new Puppet(binaries, seconds);
    try {
      await puppet.reply();
      return puppet;
    } catch (error) {
      await puppet.end();
      if (error instanceof PuppetError) throw new Unavailable(error.message);
      throw error;
    }
  }

  private constructor(
    { puppet, image, late }: Binaries,
    private readonly seconds: number,
  ) {
    // In a session of its own a Ctrl-C does not reach it; it ends when its input does.
    this.child = spawn(puppet, [image, late, String(seconds)], {
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.timer = setTimeout(() => this.expire(), 2 * seconds * 1000);
    this.exited = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        this.breakOff(signal === null ? `it ended by itself, by ${code}` : `it was ended by ${signal}`);
        resolve();
      });
      this.child.once('error', (error) => {
        this.breakOff(error.message);
        resolve();
      });
    });
    this.child.stdin!.on('error', () => {});
    this.child.stdout!.setEncoding('latin1').on('data', (text: string) => this.read(text));
  }

  /** Makes a task do something, and waits until all are at rest. The tasks that have changed by it. */
  async tasks(command: string): Promise<readonly RealTask[]> {
    return (await this.ask(command)).tasks ?? [];
  }

  /** Looks at all tasks, and at so many words of 32 bits. */
  async look(address = 0, count = 0): Promise<Look> {
    const { facts = [], values = [] } = await this.ask(`look ${address} ${count}`);
    for (const one of facts) {
      if ('tgid' in one) this.known.set(one.id, one);
      else this.known.delete(one.id);
    }
    return { facts: new Map(this.known), words: values };
  }

  /** Looks at so many words of 32 bits, one behind the other. */
  async peeks(address: number, count: number): Promise<readonly number[]> {
    return (await this.ask(`peek ${address} ${count}`)).values ?? [];
  }

  /** Looks at one of them. */
  async peek(address: number): Promise<number> {
    return (await this.peeks(address, 1))[0] ?? 0;
  }

  /** Sets words, one behind the other. */
  async poke(address: number, ...values: readonly number[]): Promise<void> {
    await this.ask(`poke ${address} ${values.join(' ')}`);
  }

  /** Sets longs of 64 bits, one behind the other. */
  async pokeLongs(address: number, values: readonly (number | bigint)[]): Promise<void> {
    const words = values.flatMap((value) => {
      const long = BigInt.asUintN(64, BigInt(value));
      return [Number(long & 0xffffffffn), Number(long >> 32n)];
    });
    await this.poke(address, ...words);
  }

  /** Ends all tasks and starts anew with one. */
  async reset(): Promise<readonly RealTask[]> {
    this.known.clear();
    return this.tasks(`reset ${Number(this.patient)}`);
  }

  /** The process of the helper. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Ends the helper and all tasks; resolves when it is gone. */
  async end(): Promise<void> {
    clearTimeout(this.timer);
    this.child.stdin!.end();
    const late = setTimeout(() => this.child.kill('SIGKILL'), this.seconds * 1000);
    await this.exited;
    clearTimeout(late);
  }

  private async ask(command: string): Promise<Reply> {
    if (this.broken !== undefined) throw this.broken;
    this.child.stdin!.write(`${command}\n`);
    const reply = await this.reply();
    if (reply.error !== undefined) throw new PuppetError(`the helper refuses "${command}": ${reply.error}`);
    return reply;
  }

  private reply(): Promise<Reply> {
    if (this.broken !== undefined) return Promise.reject(this.broken);
    this.timer.refresh();
    return new Promise((answer, fail) => this.waiting.push({ answer, fail }));
  }

  private read(text: string): void {
    this.text += text;
    for (let end = this.text.indexOf('\n'); end >= 0; end = this.text.indexOf('\n')) {
      const line = this.text.slice(0, end);
      this.text = this.text.slice(end + 1);
      const reply = readReply(line);
      if (reply.fatal !== undefined) this.breakOff(reply.fatal);
      else this.waiting.shift()?.answer(reply);
    }
  }

  private expire(): void {
    if (this.waiting.length === 0) return;
    this.breakOff(`it has not answered for ${2 * this.seconds} s`);
    this.child.kill('SIGKILL');
  }

  private breakOff(why: string): void {
    this.broken ??= new PuppetError(why);
    clearTimeout(this.timer);
    for (const { fail } of this.waiting.splice(0)) fail(this.broken);
  }
}

function readReply(line: string): Reply {
  try {
    return JSON.parse(line) as Reply;
  } catch {
    return { fatal: `it answers what nobody understands: ${line.slice(0, 60)}` };
  }
}
