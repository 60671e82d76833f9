/** A protocol's state as the kernel has it: what it was told to do with signals may differ from what the guest wants. */
import { open } from '../kernel/late.js';
import { SIGNALS, type KernelState, type Sig } from '../kernel/state.js';

export type Disposition = (sig: Sig, wanted: string) => string;

/** No handler is installed for these: nobody but the task itself makes them, when it is to die. */
const OWN_END: readonly Sig[] = ['SIGABRT', 'SIGSEGV'];

/** The state with the actions and the sets of signals that a real kernel would show. `disposition`: see `Protocol`. */
export function hostState(s: KernelState, disposition?: Disposition): KernelState {
  const table = (name: string): Record<string, string> => {
    const wanted = s.sighand[name] ?? {};
    // A program that was executed is on its own.
    const users = Object.values(s.task).filter((task) => task.sighand === name);
    const own = users.length > 0 && users.every(({ self_exec_id }) => self_exec_id > 0);
    return Object.fromEntries(
      SIGNALS.filter((sig) => sig !== 'SIGKILL' && sig !== 'SIGSTOP').map((sig) => {
        const action = wanted[sig] ?? 'default';
        return [sig, own || OWN_END.includes(sig) ? action : (disposition?.(sig, action) ?? action)];
      }),
    );
  };
  return {
    ...s,
    sighand: Object.fromEntries(Object.keys(s.sighand).map((name) => [name, table(name)])),
    sigset: { ...s.sigset, all: SIGNALS.join(' '), none: '' },
  };
}

/** What is in a word of memory that was freed: nobody knows. */
export const UNKNOWN = Number.MIN_SAFE_INTEGER;

/** The object in which a word lives, `mgr` for `mgr.tls`; '' for a word that is always there. */
export function objectOf(word: string): string {
  return word.slice(0, Math.max(0, word.indexOf('.')));
}

/** Memory as the kernel finds it when it stores to an object that was freed. */
export function resurrected(s: KernelState, object: string): Pick<KernelState, 'object' | 'word'> {
  const word = Object.entries(s.word).map(([name, value]) => [
    name,
    objectOf(name) === object ? UNKNOWN : value,
  ]);
  return { object: { ...s.object, [object]: 'nobody' }, word: Object.fromEntries(word) };
}

/**
 * The state from which a run begins that ends in `last`, with those answers given that real tasks have to be told before
 * they begin: the actions for signals and the sets. What nobody has asked by then is given its first answer.
 */
export function settled(initial: KernelState, last: KernelState): KernelState {
  const answer = (leaf: string, later: string | undefined): string => {
    const alternatives = open(leaf);
    return later !== undefined && alternatives.includes(later) ? later : alternatives[0]!;
  };
  const each = (table: Readonly<Record<string, string>>, later: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(table).map(([key, leaf]) => [key, answer(leaf, later[key])]));
  return {
    ...initial,
    sigset: each(initial.sigset, last.sigset),
    sighand: Object.fromEntries(
      Object.entries(initial.sighand).map(([name, table]) => [name, each(table, last.sighand[name])]),
    ),
  };
}

/** As `hostState`, with every shared thing named after the leader of those who share it, as `setUp` wants it. */
export function beginning(s: KernelState): KernelState {
  const names = (field: 'mm' | 'sighand'): Map<string, string> => {
    const leaders = new Map<string, string>();
    for (const task of Object.values(s.task))
      if (task[field] !== '' && !leaders.has(task[field])) leaders.set(task[field], task.group_leader);
    return leaders;
  };
  const [mm, sighand] = [names('mm'), names('sighand')];
  return {
    ...s,
    task: Object.fromEntries(
      Object.entries(s.task).map(([name, task]) => [
        name,
        { ...task, mm: mm.get(task.mm) ?? '', sighand: sighand.get(task.sighand) ?? '', files: '' },
      ]),
    ),
    sighand: Object.fromEntries(
      Object.entries(s.sighand).map(([name, table]) => [sighand.get(name) ?? name, table]),
    ),
  };
}
