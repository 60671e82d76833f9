/** A protocol with real tasks: each turn of the model made by the kernel, and what both have then. */
import type { Call } from '../kernel/calls.js';
import { isSig, SIGNALS, type KernelState, type Sig } from '../kernel/state.js';
import { makeCall, RESULT } from './calls.js';
import { differencesOf, takenDifferences, type Difference } from './compare.js';
import { beginning, objectOf, UNKNOWN } from './host.js';
import { NotDriven, ROOT, type Taken } from './action.js';
import { Machine } from './machine.js';
import { LAYOUT, maskOf, SIGNAL_NUMBERS, SYS } from './numbers.js';
import { Places } from './places.js';
import type { Puppet } from './puppet.js';
import { setMask, setUp, sigaction } from './setup.js';
import { commandOf } from './stops.js';

/** The step with which a turn begins. The states are those of `hostState`. */
export interface Head {
  readonly slot: string;
  readonly label: string;
  readonly calls: readonly object[];
  readonly before: KernelState;
  readonly after: KernelState;
}

const ARCH_SET_FS = 0x1002;
const PR_SET_PDEATHSIG = 1;

export class ProtocolMachine {
  private readonly machine: Machine;
  private readonly places: Places;
  private words = new Map<string, number>();
  private taken: Taken | undefined;

  constructor(
    puppet: Puppet,
    private readonly initial: KernelState,
  ) {
    this.machine = new Machine(puppet);
    this.places = new Places(this.machine, Object.keys(initial.word));
  }

  /** Commands given to real tasks so far. */
  get commands(): number {
    return this.machine.commands;
  }

  async start(): Promise<void> {
    const { machine, initial } = this;
    await setUp(machine, beginning(initial));
    this.places.learn(initial);
    for (const [word, value] of Object.entries(initial.word))
      await machine.puppet.poke(this.places.word(word), this.places.number(value));
    for (const [name, { state, fsbase }] of Object.entries(initial.task)) {
      if (state !== 'absent' && fsbase !== '')
        await machine.call(name, SYS.arch_prctl, ARCH_SET_FS, this.places.tls(fsbase));
    }
    await this.look();
  }

  /**
   * Makes the turn that begins with this step. `after`: where the model can be then; `next`: where it is to be. False if the
   * kernel has no part in it.
   */
  async perform(head: Head, next: KernelState, after: readonly KernelState[]): Promise<boolean> {
    const { machine } = this;
    const { slot, label } = head;
    const given = machine.commands;
    this.taken = undefined;
    machine.beginTurn();
    for (const s of [head.after, next]) this.places.learn(s);
    if (head.before.task[slot] === undefined) {
      for (const call of head.calls) await this.make(ROOT, call);
    } else {
      switch (commandOf(label)) {
        case 'die':
          await machine.die(slot, !after.some((s) => s.task[slot]!.pc === 'exit/K9'));
          break;
        case 'reap':
          await machine.reap(slot);
          break;
        case 'signal':
          this.taken = await machine.takeSignal(slot, this.maskOf(head.after, slot));
          // What the handler does besides: it may end its process.
          if (machine.task(slot)?.state === 'ready') await this.goOn(slot, head.calls);
          break;
        case 'park':
          await machine.park(slot);
          break;
        case 'operation':
          await this.changeOwn(head);
          await this.goOn(slot, head.calls);
          break;
      }
    }
    if (machine.commands === given) return false;
    await this.look();
    return true;
  }

  /** Makes a task ask more of the kernel, now that its call has returned. False if it has not. */
  async goOn(task: string, calls: readonly object[]): Promise<boolean> {
    for (const call of calls) {
      if (this.machine.task(task)?.state !== 'ready') return false;
      if (this.machine.isInterrupted(task) && call !== calls[0])
        throw new NotDriven('the model has a handler run in the step in which the call is interrupted');
      await this.make(task, call);
    }
    return true;
  }

  async look(): Promise<void> {
    const names = this.places.words;
    const step = LAYOUT.wordSize / 4;
    const words = await this.machine.observe(names.length * step);
    this.words = new Map(names.map((name, at) => [name, words[at * step]!]));
  }

  /** What the last call of a task came back with; undefined if nobody can tell. */
  result(task: string): string | undefined {
    if (this.machine.isInterrupted(task) || this.machine.diedInCall(task)) return undefined;
    return this.machine.registers.get(`${task}.${RESULT}`);
  }

  /** How what the kernel shows now differs from a state of the model, which came from the state before. */
  differences(
    s: KernelState,
    before?: KernelState,
    returned: Readonly<Record<string, string>> = {},
  ): Difference[] {
    return [
      ...(this.taken === undefined || before === undefined
        ? []
        : takenDifferences(this.taken, s, before, (tid) => this.places.bearer(tid) ?? String(tid))),
      ...this.places.usedAgain(s).map((name) => ({
        what: `the tid of ${name}`,
        model: 'used again',
        kernel: 'new',
      })),
      ...differencesOf(this.machine, s),
      ...this.wordsOf(s),
      ...this.resultsOf(returned),
      ...this.tlsOf(s),
    ];
  }

  /** Why the tracer makes the kernel differ from one without; '' if nothing is known. */
  distortion(): string {
    return this.machine.distortion();
  }

  private async make(task: string, call: object): Promise<void> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the kernel of the model makes no others
    await makeCall(this.machine, this.places, task, call as Call);
  }

  /** What a step changes that is its own to change: words, the blocked set, actions for signals, the death signal. */
  private async changeOwn({ slot, before, after }: Head): Promise<void> {
    const { machine } = this;
    for (const word of this.places.words) {
      if (before.word[word] === after.word[word] || !isKnown(after, word)) continue;
      const value = this.places.number(after.word[word]!) >>> 0;
      await machine.make(slot, { command: `store ${this.places.word(word)} ${value}` });
    }
    const [was, is] = [before.task[slot]!, after.task[slot]!];
    for (const [sig, wanted] of Object.entries(after.sighand[is.sighand] ?? {})) {
      if (before.sighand[is.sighand]?.[sig] !== wanted && isSig(sig))
        await machine.make(slot, await sigaction(machine, slot, sig, wanted));
    }
    if (was.pdeath_signal !== is.pdeath_signal)
      await machine.call(
        slot,
        SYS.prctl,
        PR_SET_PDEATHSIG,
        is.pdeath_signal === '' ? 0 : SIGNAL_NUMBERS[is.pdeath_signal],
      );
    const mask = this.maskOf(after, slot);
    if (mask !== this.maskOf(before, slot)) await setMask(machine, slot, mask);
  }

  private maskOf(s: KernelState, task: string): bigint {
    const names = (s.sigset[s.task[task]!.blocked] ?? '').split(' ');
    return maskOf(SIGNALS.filter((sig): sig is Sig => names.includes(sig)));
  }

  private wordsOf(s: KernelState): Difference[] {
    return [...this.words].flatMap(([word, kernel]) => {
      const model = this.places.number(s.word[word]!) | 0;
      return model === kernel || !isKnown(s, word)
        ? []
        : [{ what: word, model: String(model), kernel: String(kernel) }];
    });
  }

  private resultsOf(returned: Readonly<Record<string, string>>): Difference[] {
    return Object.entries(returned).flatMap(([task, model]) => {
      const kernel = this.result(task);
      return kernel === undefined || kernel === model
        ? []
        : [{ what: `the call of ${task} returns`, model, kernel }];
    });
  }

  private tlsOf(s: KernelState): Difference[] {
    return Object.entries(s.task).flatMap(([name, { state, fsbase }]) => {
      const kernel = this.machine.facts(name)?.fsbase;
      if (state !== 'running' || kernel === undefined || this.machine.task(name)?.state !== 'ready')
        return [];
      // A null pointer is no image, and an image nobody was given cannot be told from another.
      if (fsbase !== '' && !this.places.isImage(fsbase)) return [];
      const [model, real] = [fsbase || 'none', this.places.imageAt(kernel)];
      return model === real ? [] : [{ what: `the TLS of ${name}`, model, kernel: real }];
    });
  }
}

/** Can anybody tell what is in this word? */
function isKnown(s: KernelState, word: string): boolean {
  return s.object[objectOf(word)] !== '' && s.word[word] !== UNKNOWN;
}
