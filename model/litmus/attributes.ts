/** What a `task` line says of a task at the start. */
import { isSig, SIGNALS, type Task } from '../kernel/state.js';
import { isOneOf, LitmusError, type Attribute, type Litmus, type LitmusState } from './litmus.js';
import { ACTIONS, SA_FLAGS } from './signal-calls.js';

interface Subject {
  readonly name: string;
  readonly task: Task;
  readonly s: LitmusState;
  refuse(what: string): never;
  /** Another task that exists at the start. */
  other(name: string | undefined): Task;
}

interface Kind {
  readonly usage: string;
  apply(subject: Subject, rest: readonly string[]): void;
}

/** What can be shared, and the field that holds it. */
const SHARED = { memory: 'mm', files: 'files', handlers: 'sighand' } as const;

const SHARABLE = ['memory', 'files', 'handlers'] as const;

/** By first word. In this order they are applied, to all tasks, so that what a thread shares is known before. */
const KINDS: Readonly<Record<string, Kind>> = {
  child: {
    usage: 'child of P',
    apply(subject, [, of]) {
      const parent = subject.other(of);
      subject.task.real_parent = of!;
      parent.children = [...parent.children, subject.name];
    },
  },
  thread: {
    usage: 'thread of P',
    apply(subject, [, of]) {
      const leader = subject.other(of);
      Object.assign(subject.task, {
        group_leader: leader.group_leader,
        real_parent: leader.real_parent,
        exit_signal: 'thread',
        mm: leader.mm,
        sighand: leader.sighand,
        files: leader.files,
      });
    },
  },
  shares: {
    usage: 'shares memory|files|handlers with P',
    apply(subject, [what, , of]) {
      const shared = isOneOf(SHARABLE, what) ? what : subject.refuse(`"${what ?? ''}" cannot be shared`);
      const field = SHARED[shared];
      subject.task[field] = subject.other(of)[field];
    },
  },
  exit: {
    usage: 'exit signal SIGUSR1',
    apply(subject, [, sig = '']) {
      if (sig === '0') subject.task.exit_signal = '';
      else if (isSig(sig)) subject.task.exit_signal = sig;
      else subject.refuse(`there is no signal "${sig}"`);
    },
  },
  blocks: {
    usage: 'blocks SIGCHLD SIGUSR1, or blocks all',
    apply(subject, sigs) {
      const { s, task } = subject;
      const all = sigs[0] === 'all' ? SIGNALS : sigs;
      const strange = all.find((sig) => !isSig(sig));
      if (strange !== undefined) subject.refuse(`there is no signal "${strange}"`);
      s.sigset[task.blocked] = SIGNALS.filter((sig) => all.includes(sig)).join(' ');
    },
  },
  handles: {
    usage: 'handles SIGCHLD SA_RESTART SA_NOCLDWAIT SA_NOCLDSTOP',
    apply: (subject, [sig, ...flags]) => act(subject, 'handler', sig, flags),
  },
  ignores: {
    usage: 'ignores SIGCHLD',
    apply: (subject, [sig]) => act(subject, ACTIONS['SIG_IGN']!, sig, []),
  },
  init: { usage: 'init, for the init of a pid namespace', apply() {} },
};

function act(subject: Subject, action: string, sig: string | undefined, flags: readonly string[]): void {
  if (!isOneOf(SIGNALS, sig)) return subject.refuse(`there is no signal "${sig ?? ''}"`);
  const strange = flags.find((flag) => !isOneOf(SA_FLAGS, flag));
  if (strange !== undefined) subject.refuse(`"${strange}" is none of ${SA_FLAGS.join(', ')}`);
  subject.s.sighand[subject.task.sighand]![sig] = [action, ...flags].join('+');
}

export function applyAttributes(litmus: Litmus, s: LitmusState): void {
  const order = Object.keys(KINDS);
  const all = Object.entries(litmus.attributes).flatMap(([name, attributes]) =>
    attributes.map((attribute) => ({ name, attribute })),
  );
  for (const { name, attribute } of all.toSorted(
    (a, b) => rank(order, a.attribute) - rank(order, b.attribute),
  )) {
    const task = s.task[name];
    const { line, words } = attribute;
    const refuse = (what: string): never => {
      throw new LitmusError(litmus.file, line, what);
    };
    if (task === undefined) refuse(`${name} has no column`);
    if (task!.state === 'absent') refuse(`${name} is cloned, so it is not there at the start`);
    const [first = '', ...rest] = words;
    const kind = KINDS[first];
    const usages = Object.values(KINDS).map(({ usage }) => usage);
    if (kind === undefined) refuse(`"${words.join(' ')}" says nothing of a task; write ${usages.join('; ')}`);
    const other = (of: string | undefined): Task => {
      const found = s.task[of ?? ''];
      if (found === undefined || found.state === 'absent' || found === task)
        return refuse(`"${of ?? ''}" is no other task there is at the start; write ${kind!.usage}`);
      return found;
    };
    const written = (what: string): never => refuse(`${what}; write ${kind!.usage}`);
    kind!.apply({ name, task: task!, s, refuse: written, other }, rest);
  }
}

function rank(order: readonly string[], { words }: Attribute): number {
  return order.indexOf(words[0] ?? '');
}
