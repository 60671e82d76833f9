/** A protocol from its tasks and their programs: all that a file of one's own has to say. */
import { newProcess, newSighand } from '../kernel/process.js';
import { releaseRules } from '../platforms.js';
import { absentTask, newSignal, type Sig } from '../kernel/state.js';
import type { Cpu, Machine } from '../kernel/cpu.js';
import type { Step } from '../kernel/step.js';
import type { Property } from '../system.js';
import { assemble, programOf } from './assemble.js';
import type { Actor } from './environment.js';
import { allows, type Fault, type Protocol } from './protocol.js';
import type { LibcState } from './pthread.js';

/** The state of a protocol of one's own: what kernel and libc keep, and besides it what `state` names. */
export type OwnState<Extra extends object = object> = LibcState & Extra;

/** Names with a dot, `mgr.tid`, live in the object before it, if there is one of that name; all others are always there. */
export interface Definition<Extra extends object = object> {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** The question, who relies on the answer, where the text comes from. */
  readonly description?: string;
  /**
   * The program of each task, by its name, in the order in which the tasks can come to life. Labels are unique in a task. A task
   * comes to life at most once: who makes two children has two tasks for them.
   */
  readonly tasks: Readonly<Record<string, readonly Step<OwnState<Extra>>[]>>;
  /** The tasks that there are at the start, each a process of its own and a child of init. The first task unless told. */
  readonly starts?: readonly string[];
  /** Words of memory and what is in them at the start. */
  readonly words?: Readonly<Record<string, number>>;
  /** Stacks, frames, heap blocks, and who is to free each at the start: the name of a task, or '' where it is not there yet. */
  readonly objects?: Readonly<Record<string, string>>;
  readonly mutexes?: readonly string[];
  readonly conditions?: readonly string[];
  /** A flag with a mutex and a condition, for `completion_finish` and `completion_await`. */
  readonly completions?: readonly string[];
  /** What tasks do with a signal at the start: `ignore`, or `handler` with SA_ flags behind a plus. Else the default. */
  readonly handlers?: Readonly<Record<string, Partial<Record<Sig, string>>>>;
  /** Plain data of a fixed shape that the steps read and write besides: locals, what somebody saw. */
  readonly state?: Extra;
  /** The objects that user code of a task cannot run without: its stack, its TLS image. */
  readonly standsOn?: Readonly<Record<string, readonly string[]>>;
  /** Creations that may fail, by the `fault` that the call names. */
  readonly faults?: readonly Fault[];
  /** What may strike from outside: `kill`, `send`, `stop`, `strayFutexWake`. */
  readonly environment?: readonly Actor<OwnState<Extra>>[];
  /** Shared promises of the kind `step`, by name: `no-use-after-free`, say. */
  readonly properties?: readonly string[];
  /** Promises of its own. */
  readonly promises?: readonly Property<OwnState<Extra>>[];
  /** A signal has reached the handler of a task. */
  readonly handler?: (k: Cpu<OwnState<Extra>>, sig: Sig, si_code: string, si_pid: number) => void;
}

/** Throws a RangeError that names what does not fit together. */
export function defineProtocol<Extra extends object = object>(own: Definition<Extra>): Protocol {
  type S = OwnState<Extra>;
  const { name, summary, description = summary, tasks, faults = [], environment = [] } = own;
  const names = Object.keys(tasks);
  refuseUnknown(own, names);
  const kinds: Fault[] = [...faults, ...environment];
  return {
    name,
    summary,
    description,
    faults: kinds,
    guest: [],
    profiles: [],
    experiments: [],
    defaultFaults: kinds.filter(({ impossible }) => impossible !== true).map((kind) => kind.name),
    properties: own.properties ?? [],
    promises: own.promises ?? [],
    build(options) {
      if (options.clones * options.rounds > 1)
        throw new RangeError(
          `${name} is made once: --clones and --rounds are for the protocols of the library`,
        );
      const machine: Machine<S> = {
        tasks: names,
        objectOf: objectsOf(own),
        rules: releaseRules(options.kernel),
        standsOn: (k) => own.standsOn?.[k.me] ?? [],
        allows: (k, fault) => allows(options, k.s.faults, fault),
        ...(own.handler === undefined ? {} : { handler: own.handler }),
      };
      return assemble<S>(
        {
          name,
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the type cannot tell that nothing is missing
          initial: { ...own.state, ...initial(own, names) } as unknown as S,
          programs: names.map((task) =>
            programOf(task, tasks[task]!, startsOf(own).includes(task) ? NEVER_CLONED : {}),
          ),
          actors: environment,
          machine,
        },
        options,
      );
    },
  };
}

/** What nobody is who was not cloned. */
const NEVER_CLONED = { cleartid: true, vforked: true } as const;

function startsOf<Extra extends object>({ starts, tasks }: Definition<Extra>): readonly string[] {
  return starts ?? Object.keys(tasks).slice(0, 1);
}

function refuseUnknown<Extra extends object>(own: Definition<Extra>, tasks: readonly string[]): void {
  const named = {
    starts: own.starts ?? [],
    handlers: Object.keys(own.handlers ?? {}),
    standsOn: Object.keys(own.standsOn ?? {}),
    objects: Object.values(own.objects ?? {}).filter((owner) => owner !== ''),
  };
  for (const [field, names] of Object.entries(named)) {
    const wrong = names.find((name) => !tasks.includes(name));
    if (wrong !== undefined) throw new RangeError(`${field} names ${wrong}, which is no task`);
  }
  if (tasks.length === 0) throw new RangeError('there are no tasks');
}

/** The object of each name that lives in one. */
function objectsOf<Extra extends object>(own: Definition<Extra>): Record<string, string> {
  const { words = {}, mutexes = [], conditions = [], completions = [] } = own;
  const names = [...Object.keys(words), ...mutexes, ...conditions, ...completions];
  return Object.fromEntries(
    names
      .map((name) => [name, name.slice(0, Math.max(0, name.indexOf('.')))] as const)
      .filter(([, object]) => object in (own.objects ?? {})),
  );
}

function initial<Extra extends object>(own: Definition<Extra>, tasks: readonly string[]): LibcState {
  const starts = startsOf(own);
  const { words = {}, objects = {}, mutexes = [], conditions = [], completions = [] } = own;
  const each = <T>(names: readonly string[], make: (name: string) => T): Record<string, T> =>
    Object.fromEntries(names.map((name) => [name, make(name)]));
  const running = tasks.filter((name) => starts.includes(name));
  const born = each(running, (name) => newProcess(tasks, name, own.tasks[name]![0]?.label ?? ''));
  return {
    task: { ...each(tasks, absentTask), ...born },
    signal: each(tasks, newSignal),
    sighand: each(tasks, (name) => ({ ...newSighand(), ...own.handlers?.[name] })),
    sigset: {},
    files: {},
    word: { ...words },
    futex: each(Object.keys(words), () => []),
    object: { ...objects },
    pids: { free: each(tasks, () => false) },
    faults: [],
    mutex: each([...mutexes, ...completions], () => ''),
    cond: each([...conditions, ...completions], () => []),
    set: each(completions, () => 0),
  };
}
