/** A litmus test whose real tasks run by themselves, without a tracer: when they are at rest, what came of it. */
import type { Litmus, LitmusState, Operation } from '../litmus/litmus.js';
import { looksAt, type Outcome } from '../litmus/outcome.js';
import { ROOT } from './action.js';
import { begin } from './litmus.js';
import { Machine } from './machine.js';
import { leaderOf, Script } from './orders.js';
import type { Puppet } from './puppet.js';
import { ASKED, Rest } from './rest.js';

/** Why a test cannot run free though it can be driven, as far as its text tells; '' if it may. */
export function tied(litmus: Litmus): string {
  const cloned = litmus.columns.flatMap(({ operations }) =>
    operations.filter(isClone).map(({ args }) => args[0]!),
  );
  for (const { task, operations } of litmus.columns) {
    // Whoever there is at the start, its own, and whom it has made.
    const known = new Set(
      litmus.columns.map((column) => column.task).filter((name) => !cloned.includes(name)),
    );
    known.add(task);
    for (const operation of operations) {
      const { name, args, after } = operation;
      if (name === 'execve' && after !== 'fails' && leaderOf(litmus, task) !== task)
        return 'a thread that executes a program takes over a tid that others may just be using';
      if (isClone(operation)) known.add(args[0]!);
      else if (args.some((arg) => cloned.includes(arg) && !known.has(arg)))
        return 'a task that is not there at the start is known by its tid to nobody but its creator';
    }
  }
  return '';
}

function isClone({ name }: Operation): boolean {
  return name === 'clone' || name === 'clone3';
}

/**
 * Runs a test once, from its first state. `delay`: how long a task is to count before an order, a nanosecond or so each.
 * The outcome lacks what nobody can be asked.
 */
export async function runFree(
  puppet: Puppet,
  litmus: Litmus,
  initial: LitmusState,
  delay: () => number,
): Promise<Outcome> {
  const machine = new Machine(puppet);
  await begin(machine, litmus, initial);
  const script = new Script(machine, litmus);
  const names = looksAt(litmus);
  const asked = new Map<string, number>();
  const questions = (task: string): string[] =>
    Object.entries(ASKED).flatMap(([field, { ask }]) => {
      if (!names.includes(`${task}.${field}`)) return [];
      const at = script.buffer();
      asked.set(`${task}.${field}`, at);
      return [ask(at)];
    });
  await script.write(questions, delay);
  const tasks = new Map((await puppet.tasks(`free ${script.size}`)).map((task) => [task.id, task]));
  const { facts } = await puppet.look();
  return new Rest(script, litmus, asked, tasks, facts, machine.birth(ROOT)!).outcome(initial, names);
}
