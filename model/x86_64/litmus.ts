/** A litmus test with real tasks: each turn of the model made by the kernel, and what both have then. */
import type { Litmus, LitmusState } from '../litmus/litmus.js';
import { looksAt } from '../litmus/outcome.js';
import { cldOf, differencesOf, numberOf, takenDifferences, type Difference } from './compare.js';
import { Strange, type Taken } from './action.js';
import { Machine } from './machine.js';
import { LAYOUT, SIGNAL_NUMBERS, SYS } from './numbers.js';
import { actionOf, tlsAddress, wordAddress } from './operations.js';
import type { Puppet } from './puppet.js';
import { setUp } from './setup.js';
import { commandOf } from './stops.js';

/** Plays one run of a litmus test. */
export class LitmusMachine {
  private readonly machine: Machine;
  private readonly names: readonly string[];
  private words = new Map<string, number>();
  private taken: Taken | undefined;

  constructor(
    puppet: Puppet,
    private readonly litmus: Litmus,
  ) {
    this.machine = new Machine(puppet);
    this.names = looksAt(litmus);
  }

  /** Commands given to real tasks so far. */
  get commands(): number {
    return this.machine.commands;
  }

  async start(initial: LitmusState): Promise<void> {
    await begin(this.machine, this.litmus, initial);
    await this.look();
  }

  /** Makes the turn of a task that begins with this step. `after`: where the model can be then. */
  async perform(name: string, label: string, after: readonly LitmusState[]): Promise<void> {
    const { machine } = this;
    this.taken = undefined;
    machine.beginTurn();
    switch (commandOf(label)) {
      case 'die':
        await machine.die(name, !after.some((s) => s.task[name]!.pc === 'exit/K9'));
        break;
      case 'reap':
        await machine.reap(name);
        break;
      case 'signal':
        this.taken = await machine.takeSignal(name);
        break;
      case 'park':
        await machine.park(name);
        break;
      case 'operation':
        await this.operate(name, label);
        break;
    }
    await this.look();
  }

  /** How what the kernel shows now differs from a state of the model, which came from the state before. */
  differences(s: LitmusState, before?: LitmusState): Difference[] {
    return [
      ...this.signalTaken(s, before),
      ...differencesOf(this.machine, s),
      ...this.wordsOf(s),
      ...this.registersOf(s),
      ...this.handledOf(s),
      ...this.tlsOf(s),
    ];
  }

  /** As above, for what only the task itself can be asked; it disturbs the run, so only at its end. */
  async finalDifferences(s: LitmusState): Promise<Difference[]> {
    const found: Difference[] = [];
    for (const [name, task] of Object.entries(s.task)) {
      if (this.machine.task(name)?.state !== 'ready' || task.state !== 'running') continue;
      if (this.names.includes(`${name}.altstack`))
        found.push(...differ(`${name}.altstack`, task.altstack ? 'yes' : 'no', await this.altstackOf(name)));
      if (this.names.includes(`${name}.pdeath_signal`)) {
        const model = task.pdeath_signal === '' ? 0 : SIGNAL_NUMBERS[task.pdeath_signal];
        found.push(...differ(`${name}.pdeath_signal`, String(model), await this.pdeathSignalOf(name)));
      }
    }
    return found;
  }

  /** Why the tracer makes the kernel differ from one without; '' if nothing is known. */
  distortion(): string {
    return this.machine.distortion();
  }

  private async operate(name: string, label: string): Promise<void> {
    const column = this.litmus.columns.find(({ task }) => task === name);
    const operation = column?.operations[Number.parseInt(label, 10) - 1];
    if (operation === undefined) throw new Strange(`${name} has no operation ${label}`);
    await this.machine.make(name, await actionOf(this.machine, this.litmus, name, operation));
  }

  private async look(): Promise<void> {
    const names = Object.keys(this.litmus.words);
    const step = LAYOUT.wordSize / 4;
    const words = await this.machine.observe(names.length * step);
    this.words = new Map(names.map((name, at) => [name, words[at * step]!]));
  }

  private signalTaken(s: LitmusState, before: LitmusState | undefined): Difference[] {
    if (this.taken === undefined || before === undefined) return [];
    return takenDifferences(this.taken, s, before, (tid) => s.bearer[tid] ?? String(tid));
  }

  private wordsOf(s: LitmusState): Difference[] {
    return [...this.words].flatMap(([word, kernel]) =>
      differ(word, String(numberOf(this.machine, s.bearer, s.word[word]!)), String(kernel)),
    );
  }

  private registersOf(s: LitmusState): Difference[] {
    return Object.entries(s.register).flatMap(([register, model]) => {
      const [task = ''] = register.split('.');
      // What an interrupted call returns is decided when a handler runs, or none.
      if (this.machine.isInterrupted(task) || this.machine.diedInCall(task)) return [];
      return differ(register, model, this.machine.registers.get(register) ?? '-');
    });
  }

  private handledOf(s: LitmusState): Difference[] {
    return Object.entries(s.handled).flatMap(([name, { taken, code, from }]) => {
      const kernel = this.machine.handled.get(name) ?? [];
      const last = kernel.at(-1);
      const looked = (field: string) => this.names.includes(`${name}.${field}`);
      return [
        ...(looked('taken')
          ? differ(`${name}.taken`, taken.join('+'), kernel.map(({ sig }) => sig).join('+'))
          : []),
        ...(looked('code')
          ? differ(`${name}.code`, code, (last?.code ?? '').replace('CLD_KILLED', cldOf([code])))
          : []),
        ...(looked('from') ? differ(`${name}.from`, from, last?.from ?? '') : []),
      ];
    });
  }

  private tlsOf(s: LitmusState): Difference[] {
    return Object.entries(s.task).flatMap(([name, { state, fsbase }]) => {
      const kernel = this.machine.facts(name)?.fsbase;
      if (state !== 'running' || kernel === undefined || this.machine.task(name)?.state !== 'ready')
        return [];
      const image = fsbase === '' ? 0 : tlsAddress(this.litmus, fsbase);
      const isOurs = kernel >= LAYOUT.tls && kernel < LAYOUT.stacks;
      return differ(`the TLS of ${name}`, String(image), isOurs ? String(kernel) : '0');
    });
  }

  private async altstackOf(name: string): Promise<string> {
    const at = this.machine.buffer(name);
    const SS_DISABLE = 2;
    await this.machine.call(name, SYS.sigaltstack, 0, at);
    return ((await this.machine.puppet.peek(at + 8)) & SS_DISABLE) === 0 ? 'yes' : 'no';
  }

  private async pdeathSignalOf(name: string): Promise<string> {
    const at = this.machine.buffer(name);
    const PR_GET_PDEATHSIG = 2;
    await this.machine.call(name, SYS.prctl, PR_GET_PDEATHSIG, at);
    return String(await this.machine.puppet.peek(at));
  }
}

/** Begins anew: all tasks of the first state of a test, and its words in their memory. */
export async function begin(machine: Machine, litmus: Litmus, initial: LitmusState): Promise<void> {
  await setUp(machine, initial, litmus.sigpending);
  await Promise.all(
    Object.entries(initial.word).map(([word, value]) =>
      machine.puppet.poke(wordAddress(litmus, word), value),
    ),
  );
}

function differ(what: string, model: string, kernel: string): Difference[] {
  return model === kernel ? [] : [{ what, model, kernel }];
}
