/** Makes real tasks do things, and follows what they are doing and what came of it. */
import { NotDriven, ROOT, Strange, type Action, type Taken } from './action.js';
import { Cast } from './cast.js';
import { TurnNotes, Unheard, type Seen } from './distortion.js';
import { codeName, errnoOf, isInterrupted, LAYOUT, signalName, SIGNAL_NUMBERS, SYS } from './numbers.js';
import { PuppetError, type Facts, type Puppet } from './puppet.js';
import { fateOf, isCaught, openOf, type Fate } from './queued.js';

/** Where the mask lies in a signal frame (struct rt_sigframe, arch/x86, 6.18). */
const UC_SIGMASK = 304;

export class Machine extends Cast {
  private readonly unfinished = new Map<string, Action>();
  /** Who has died in a call. */
  private readonly lost = new Set<string>();
  /** Whom the kernel kills for what it has done. */
  private readonly doomed = new Set<string>();
  private notes = new TurnNotes();
  private readonly unheard = new Unheard();
  private known: ReadonlyMap<number, Facts> = new Map();
  /** What calls have returned, by register. */
  readonly registers = new Map<string, string>();
  /** What handlers have seen, by task, in order. */
  readonly handled = new Map<string, Taken[]>();
  /** Commands that were given since the start. */
  commands = 0;

  constructor(readonly puppet: Puppet) {
    super();
  }

  /** Begins anew with one task. */
  async start(): Promise<void> {
    const [root] = await this.puppet.reset();
    if (root === undefined) throw new PuppetError('the first task is not there');
    this.tasks.set(root.id, root);
    this.name(ROOT, root);
  }

  /** What /proc told of it last; undefined when nothing is left of it. */
  facts(name: string): Facts | undefined {
    const task = this.task(name);
    return task === undefined ? undefined : this.known.get(task.id);
  }

  /** Is what it does undecided, as a signal has interrupted it? */
  isInterrupted(name: string): boolean {
    const task = this.task(name);
    return task?.state === 'ready' && (isInterrupted(task.ret) || task.again === true);
  }

  /** Has it died in a call, so that nobody can tell what that would have returned? */
  diedInCall(name: string): boolean {
    if (!['exiting', 'zombie', 'gone'].includes(this.task(name)?.state ?? '')) return false;
    // A tracer sees a call return before the signal kills that has ended it.
    if (this.unfinished.has(name) || this.notes.cutOff.includes(name)) this.lost.add(name);
    return this.lost.has(name);
  }

  async pokeLongs(address: number, values: readonly (number | bigint)[]): Promise<void> {
    await this.puppet.pokeLongs(address, values);
  }

  /** What the tracer has done to the tasks is forgotten with each turn. */
  beginTurn(): void {
    this.notes = new TurnNotes();
  }

  /** Makes a task do something; it may sleep in it. */
  async make(name: string, action: Action): Promise<void> {
    const state = this.task(name)?.state ?? 'gone';
    if (state !== 'ready') throw new Strange(`${name} is ${state} and can do nothing`);
    this.notes.sendsSigcont ||= SENDS_SIGCONT.test(action.command);
    const before = this.unfinished.get(name);
    const isAnother = before?.command !== action.command || before.line !== action.line;
    this.notes.abandoned ||= before !== undefined && this.isInterrupted(name) && isAnother;
    this.unfinished.set(name, action);
    const [verb, ...rest] = action.command.split(' ');
    await this.command([verb, this.idOf(name), ...rest].join(' '));
    // A signal that nobody would see without a tracer has come first.
    while (this.task(name)?.state === 'signal' && this.isIgnored(name)) await this.pass(name);
    if (action.diesBySignal !== true) return;
    this.doomed.add(name);
    if (this.task(name)?.state === 'signal') await this.pass(name);
  }

  /** Makes a call that cannot sleep, and gives its result. */
  async call(name: string, ...numbers: readonly (number | bigint)[]): Promise<number> {
    let result: number | undefined;
    const results = (ret: number) => {
      result = ret;
      return {};
    };
    await this.make(name, { command: `call ${numbers.join(' ')}`, results });
    if (result === undefined) throw new Strange(`${name} has not come back from a call that does not sleep`);
    return result;
  }

  /** Lets a dying task die; `isTold`: its parent hears of it at once. */
  async die(name: string, isTold: boolean): Promise<void> {
    await this.command(`go ${this.idOf(name)}`);
    // A leader that dies of another thread's execve is gone by itself.
    if (isTold && this.task(name)?.state === 'zombie') await this.reap(name);
  }

  /** Lets the parent of a dead task hear of it, and that of a leader whose last thread it was. */
  async reap(name: string): Promise<void> {
    await this.command(`reap ${this.idOf(name)}`);
    const leader = [...this.tasks.values()].find(
      ({ state, tid }) => state === 'zombie' && tid === this.facts(name)?.tgid,
    );
    if (leader !== undefined) await this.command(`reap ${leader.id}`);
  }

  /** Does what a task has to do on its way to user mode. */
  async park(name: string): Promise<void> {
    const id = this.idOf(name);
    this.giveUp(name, this.isInterrupted(name));
    await this.command(`park ${id}`);
    const task = this.task(name);
    if (task?.state === 'signal' && signalName(task.sig ?? 0) === 'SIGSTOP')
      await this.command(`signal ${id} ${task.sig}`);
    while (this.task(name)?.state === 'signal' && this.isUnseen(name)) await this.pass(name);
  }

  /**
   * Lets a task take its next signal, with all that becomes of it, and says which it was. `mask`: what the handler, if
   * there is one, leaves in its frame for the task to block from then on.
   */
  async takeSignal(name: string, mask?: bigint): Promise<Taken> {
    const id = this.idOf(name);
    const wasInterrupted = this.isInterrupted(name);
    if (this.task(name)?.state === 'ready') await this.command(`go ${id}`);
    while (this.task(name)?.state === 'signal' && this.isIgnored(name)) await this.pass(name);
    const { state, sig, code, pid } = this.task(name)!;
    if (state !== 'signal' || sig === undefined)
      throw new Strange(`${name} has no signal to take, and is ${state}`);
    const taken = { sig: signalName(sig), code: codeName(sig, code!), from: this.senderOf(sig, code!, pid!) };
    const facts = this.facts(name);
    const hasHandler = facts !== undefined && isCaught(facts, sig);
    // Without a handler the model goes back to the call, and so does this one, but only when it is told to.
    if (!hasHandler) this.giveUp(name, wasInterrupted);
    await this.command(`signal ${id} ${sig} ${hasHandler ? 0 : 1}`);
    if (hasHandler && this.task(name)?.state === 'signal')
      throw new NotDriven(
        'a stop comes before the first instruction of a handler, which nothing else does here',
      );
    const handling = this.task(name);
    if (handling?.state !== 'handler') return taken;
    if (mask !== undefined) await this.pokeLongs(handling.sp! + UC_SIGMASK, [mask]);
    this.handled.set(name, [...(this.handled.get(name) ?? []), taken]);
    await this.command(`go ${id}`);
    return taken;
  }

  /**
   * Looks at all tasks. Signals that nobody would see without a tracer are let through first: those that are ignored,
   * which the kernel would not even have sent, and those that kill, which it would have done as they were sent. The first
   * so many of the words, too.
   */
  async observe(count: number): Promise<readonly number[]> {
    let words: readonly number[] = [];
    for (let more = true; more;) {
      const seen = await this.puppet.look(LAYOUT.words, count);
      this.known = seen.facts;
      words = seen.words;
      more = false;
      for (const [name] of this.ids) {
        if (name === ROOT || !this.takesUnseen(name)) continue;
        if (this.isInterrupted(name) || this.notes.cutOff.includes(name)) this.notes.disturbed.push(name);
        await this.command(`go ${this.idOf(name)}`);
        while (this.task(name)?.state === 'signal' && this.isUnseen(name)) await this.pass(name);
        more = true;
      }
    }
    for (const name of this.ids.keys()) {
      const facts = this.facts(name);
      if (facts !== undefined) this.unheard.follow(name, facts);
    }
    return words;
  }

  /** What the tracer itself keeps from happening just now; '' if nothing is known. */
  distortion(): string {
    const all = [...this.ids.keys()].flatMap((name): Seen[] => {
      const [task, facts] = [this.task(name), this.facts(name)];
      if (task === undefined || facts === undefined) return [];
      return [{ name, task, facts, threads: this.threadsOf(name), fate: (sig) => this.fate(name, sig) }];
    });
    return this.unheard.distortion() || this.notes.distortion(all);
  }

  private isUnseen(name: string): boolean {
    const { sig } = this.task(name)!;
    return this.fate(name, sig!) !== 'seen';
  }

  private takesUnseen(name: string): boolean {
    const task = this.task(name);
    const facts = this.facts(name);
    if (task?.state !== 'ready' || facts === undefined) return false;
    // Whoever is to stop with its process, or to tell that it goes on, does so before it takes any signal.
    if (this.threadsOf(name).some(({ id }) => this.tasks.get(id)?.state === 'stopped')) return false;
    const open = openOf(facts).map((sig) => this.fate(name, sig));
    const [next] = open;
    // A SIGCONT shows itself to all threads of a traced process, and so wakes those that sleep.
    if (next === undefined)
      return this.notes.interrupted.includes(name) && isInterrupted(task.ret) && task.again !== true;
    // With one that is seen behind it, an ignored one is let through when that is taken.
    return next === 'kills' || (next === 'ignored' && !open.includes('seen'));
  }

  private isIgnored(name: string): boolean {
    return this.fate(name, this.task(name)!.sig!) === 'ignored';
  }

  private fate(name: string, sig: number): Fate {
    const facts = this.facts(name);
    if (facts === undefined) return 'seen';
    return this.doomed.has(name) && signalName(sig) === 'SIGSEGV' ? 'kills' : fateOf(facts, sig);
  }

  /** What it was interrupted in is not made again by itself. */
  private giveUp(name: string, isInterrupted: boolean): void {
    this.notes.abandoned ||= isInterrupted && this.threadsOf(name).length > 1;
    this.unfinished.delete(name);
  }

  /** The living of its process, itself among them. */
  private threadsOf(name: string): Facts[] {
    const tgid = this.facts(name)?.tgid;
    return [...this.known.values()].filter((facts) => facts.tgid === tgid && facts.process !== 'Z');
  }

  private async pass(name: string): Promise<void> {
    const { id, sig } = this.task(name)!;
    await this.command(`signal ${id} ${sig}`);
  }

  private senderOf(sig: number, code: number, pid: number): string {
    return codeName(sig, code) === 'SI_KERNEL' ? 'kernel' : this.nameOf(pid);
  }

  private async command(text: string): Promise<void> {
    this.commands++;
    const changed = await this.puppet.tasks(text);
    for (const task of changed) {
      if (!this.tasks.has(task.id)) {
        const [, action] =
          [...this.unfinished].find(([, { creates }]) => creates !== undefined && !this.ids.has(creates)) ??
          [];
        if (action?.creates === undefined) throw new Strange(`a task nobody asked for: ${task.tid}`);
        this.name(action.creates, task);
      }
      this.tasks.set(task.id, task);
      if (task.state === 'ready' && isInterrupted(task.ret) && task.again !== true)
        this.notes.interrupted.push(this.nameOfId(task.id));
    }
    for (const [name, action] of this.unfinished) {
      const task = this.task(name);
      if (task?.state !== 'ready' || this.isInterrupted(name)) continue;
      this.unfinished.delete(name);
      if (errnoOf(task.ret) === 'EINTR') this.notes.cutOff.push(name);
      if (action.command.startsWith(`call ${SYS.rt_sigtimedwait} `) && task.ret > 0)
        this.notes.awaited.push({ name, sig: task.ret });
      for (const [register, value] of Object.entries((await action.results?.(task.ret)) ?? {}))
        this.registers.set(register, value);
    }
  }
}

const SENDS_SIGCONT = new RegExp(`^call (${SYS.kill}|${SYS.tgkill} \\d+) \\d+ ${SIGNAL_NUMBERS.SIGCONT}$`);
