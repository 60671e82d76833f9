/** A litmus file as a system: the programs made of the kernel's own steps, and the tasks there are at the start. */
import type { Cpu, Machine } from '../kernel/cpu.js';
import { FIRST_TID } from '../kernel/pids.js';
import { newProcess, newSighand } from '../kernel/process.js';
import { absentTask, newSignal, type Task } from '../kernel/state.js';
import { rest, type Step } from '../kernel/step.js';
import { stepInfo, taskSlot } from '../kernel/task.js';
import { releaseRules, type Rules } from '../platforms.js';
import type { StateProperty, System } from '../system.js';
import { applyAttributes } from './attributes.js';
import { LitmusError, type Column, type Litmus, type LitmusState, type Operation } from './litmus.js';
import { registersOf, stepsOf } from './operations.js';
import { checkNames, checkValues, HANDLED, looksAt, MOST_TAKEN, outcomeOf, show } from './outcome.js';
import { labelOf, settid } from './task-calls.js';

/** The name of the property whose counterexamples are the outcomes: it is broken, by its outcome, in each final state. */
export const OUTCOME = 'outcome';

/** The rules can be others than those of the file's release: what a wrong kernel would do, for instance. */
export function litmusSystem(
  litmus: Litmus,
  rules: Rules = releaseRules(litmus.kernel || undefined),
): System {
  const columns = litmus.columns;
  const tasks = columns.map(({ task }) => task);
  const creations = creationsOf(litmus);
  const registers = columns.flatMap(({ task, operations }) =>
    operations.flatMap((operation) => registersOf(litmus, operation).map((name) => `${task}.${name}`)),
  );
  checkNames(litmus, registers);
  checkValues(litmus);
  const names = looksAt(litmus);
  const initial: LitmusState = {
    ...kernelState(litmus, tasks, creations),
    register: Object.fromEntries(registers.map((name) => [name, '-'])),
    handled: Object.fromEntries(tasks.map((task) => [task, { taken: [], code: '', from: '' }])),
    bearer: {},
  };
  applyAttributes(litmus, initial);
  initial.bearer = Object.fromEntries(
    Array.from({ length: tasks.length }, (_, index) => {
      const tid = FIRST_TID + index;
      return [tid, tasks.find((task) => initial.task[task]!.tid === tid) ?? ''];
    }),
  );
  const machine: Machine<LitmusState> = {
    tasks,
    objectOf: {},
    rules,
    keepsStatus: true,
    keepsMask: true,
    ...(litmus.sigpending === undefined ? {} : { sigpending: litmus.sigpending }),
    unkillable: unkillable(litmus),
    standsOn: () => [],
    allows: () => false,
    handler: handlers(names),
  };
  const programs = columns.map((column) => programOf(litmus, column, creations.get(column.task)));
  const outcome: StateProperty<LitmusState> = {
    kind: 'finally',
    name: OUTCOME,
    sentence: 'the final states',
    witness: 'none',
    broken: (s) => JSON.stringify(outcomeOf(s, names)),
  };
  return {
    name: litmus.name,
    initial,
    slots: columns.map(({ task }, index) => taskSlot(task, programs[index]!, machine)),
    properties: [outcome],
    steps: columns.flatMap(({ task }, index) =>
      stepInfo(task, programs[index]!, { has: ['robust_list', 'files'] }),
    ),
    faults: () => [],
  };
}

function unkillable(litmus: Litmus): string[] {
  return litmus.columns
    .map(({ task }) => task)
    .filter((task) => litmus.attributes[task]?.some(({ words }) => words[0] === 'init') === true);
}

/** Who is cloned, by which operation. A task has one creator at most, since it has one column. */
function creationsOf(litmus: Litmus): Map<string, Operation> {
  const creations = new Map<string, Operation>();
  for (const { operations } of litmus.columns) {
    for (const operation of operations) {
      const [child] = operation.args;
      if ((operation.name !== 'clone' && operation.name !== 'clone3') || child === undefined) continue;
      if (creations.has(child))
        throw new LitmusError(litmus.file, operation.line, `${child} is cloned twice`);
      creations.set(child, operation);
    }
  }
  return creations;
}

function kernelState(litmus: Litmus, tasks: readonly string[], creations: ReadonlyMap<string, Operation>) {
  const each = <T>(make: (name: string) => T): Record<string, T> =>
    Object.fromEntries(tasks.map((name) => [name, make(name)]));
  const start = (task: string) =>
    labelOf(litmus.columns.find((column) => column.task === task)!.operations, 0);
  const running = (task: string): Task => ({
    ...newProcess(tasks, task, start(task)),
    files: litmus.pipes.length > 0 ? task : '',
    blocked: task,
  });
  const words = Object.keys(litmus.words);
  return {
    task: each((task) => (creations.has(task) ? absentTask() : running(task))),
    signal: each(newSignal),
    sighand: each(newSighand),
    sigset: each(() => ''),
    files: each((): string[] => []),
    word: { ...litmus.words },
    futex: Object.fromEntries(words.map((word): [string, string[]] => [word, []])),
    object: {},
    pids: { free: each(() => false) },
    faults: [],
  };
}

function programOf(litmus: Litmus, column: Column, creation: Operation | undefined): Step<LitmusState>[] {
  const { task, operations } = column;
  const child_tid = creation?.args.find((arg) => arg.startsWith('child_tid='))?.split('=')[1];
  const settids = creation?.args[1]?.includes('CLONE_CHILD_SETTID') === true;
  if (settids && child_tid === undefined)
    throw new LitmusError(litmus.file, creation.line, 'CLONE_CHILD_SETTID needs a child_tid=x');
  return [
    ...(settids ? [settid(child_tid!)] : []),
    ...operations.flatMap((operation, index) =>
      stepsOf(litmus, task, operation, labelOf(operations, index), labelOf(operations, index + 1)),
    ),
    rest('end', 'litmus'),
  ];
}

/** What a handler remembers, as far as the file looks at it. */
function handlers(names: readonly string[]): NonNullable<Machine<LitmusState>['handler']> {
  const looked = (task: string, field: string) => names.includes(`${task}.${field}`);
  return (k: Cpu<LitmusState>, sig, si_code, si_pid) => {
    const seen = k.s.handled[k.me]!;
    const [taken, code, from] = HANDLED;
    if (looked(k.me, taken!)) seen.taken = [...seen.taken, sig].slice(0, MOST_TAKEN);
    if (looked(k.me, code!)) seen.code = si_code;
    if (looked(k.me, from!)) seen.from = si_pid < FIRST_TID ? 'kernel' : show(k.s, si_pid);
  };
}
