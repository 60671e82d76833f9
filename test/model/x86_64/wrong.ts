/** Wrong kernels: what one function of the model would do otherwise, and by what the running kernel refutes it. */
import type { Cpu } from '../../../model/kernel/cpu.js';
import { readSiginfo, type KernelState } from '../../../model/kernel/state.js';
import type { Step } from '../../../model/kernel/step.js';

/** The files of the kernel of which functions are replaced. */
interface Files {
  readonly clone: typeof import('../../../model/kernel/clone.js');
  readonly exec: typeof import('../../../model/kernel/exec.js');
  readonly exit: typeof import('../../../model/kernel/exit.js');
  readonly futex: typeof import('../../../model/kernel/futex.js');
  readonly notify: typeof import('../../../model/kernel/notify.js');
  readonly reparent: typeof import('../../../model/kernel/reparent.js');
  readonly signal: typeof import('../../../model/kernel/signal.js');
  readonly wait: typeof import('../../../model/kernel/wait.js');
}

export interface Wrong {
  /** What is so in the wrong kernel. */
  readonly what: string;
  /** The litmus test; or the seed of `check conform` whose program shows it. */
  readonly by: string | number;
  readonly file: keyof Files;
  /** The functions that are replaced, given those there are. */
  readonly replace: (real: object) => object;
}

function wrong<F extends keyof Files>(
  what: string,
  by: string | number,
  file: F,
  replace: (real: Files[F]) => Partial<Files[F]>,
): Wrong {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the test hands over the module of this name
  return { what, by, file, replace: (real) => replace(real as Files[F]) };
}

/** Steps of which the one whose label ends so does something else; `run` does what it would have done. */
function around<S extends KernelState>(
  steps: Step<S>[],
  end: string,
  instead: (k: Cpu<S>, run: () => void) => void,
): Step<S>[] {
  if (!steps.some(({ label }) => label.endsWith(`/${end}`))) throw new Error(`no step ends in /${end}`);
  return steps.map((step) =>
    step.label.endsWith(`/${end}`) ? { ...step, run: (k: Cpu<S>) => instead(k, () => step.run(k)) } : step,
  );
}

/** clone, after which something else is so of the child. */
function born(real: Files['clone'], change: (k: Cpu, child: string) => void): Partial<Files['clone']> {
  return {
    clone: (label, row, call) =>
      around(real.clone(label, row, call), 'K2', (k, run) => {
        run();
        // A call that is to be made again has made nobody.
        if (k.task(call.child).state !== 'absent') change(k, call.child);
      }),
  };
}

/** execve, with a step of it changed. */
function executed(
  real: Files['exec'],
  end: string,
  instead: (k: Cpu, run: () => void) => void,
): Partial<Files['exec']> {
  return {
    execve: (label, row, call) => around(real.execve(label, row, call), end, (k, run) => instead(k, run)),
  };
}

/** The end of a task, with a step of it changed. */
function ended(
  real: Files['exit'],
  end: string,
  instead: (k: Cpu, run: () => void) => void,
): Partial<Files['exit']> {
  return { exit_steps: () => around(real.exit_steps(), end, (k, run) => instead(k, run)) };
}

export const WRONG: readonly Wrong[] = [
  wrong('CLEARTID is not for who is killed by SIGKILL', 'exit-6-killed-task-clears', 'exit', (real) =>
    ended(real, 'K6', (k, run) => {
      if (k.t.pending.some((entry) => readSiginfo(entry).sig === 'SIGKILL')) k.t.clear_child_tid = '';
      run();
    }),
  ),
  wrong('CLEARTID wakes nobody', 'exit-7-nobody-sleeps-on', 'exit', (real) =>
    ended(real, 'K7c', (k, run) => {
      const before = { ...k.s.futex };
      run();
      k.s.futex = before;
    }),
  ),
  wrong('CLEARTID is for a sole user, too', 'exit-5-sole-user-leaves-the-word', 'exit', (real) =>
    ended(real, 'K7b', (k, run) => {
      const word = k.t.clear_child_tid;
      run();
      if (word !== '') k.s.word[word] = 0;
    }),
  ),
  wrong('execve leaves the CLEARTID word alone', 'exec-3-releases-and-clears', 'exec', (real) =>
    executed(real, 'de_thread', (k, run) => {
      k.t.clear_child_tid = '';
      run();
    }),
  ),
  wrong('execve keeps the exit signal', 'exec-4-exit-signal-at-vfork-return', 'exec', (real) =>
    executed(real, 'de_thread', (k, run) => {
      const { exit_signal } = k.t;
      run();
      k.t.exit_signal = exit_signal;
    }),
  ),
  wrong('execve lets the caller of vfork wait on', 'exec-3-releases-and-clears', 'exec', (real) =>
    executed(real, 'K7d', (k, run) => {
      const { vfork_waiter } = k.t;
      run();
      k.t.vfork_waiter = vfork_waiter;
    }),
  ),
  wrong('execve keeps handlers', 'exec-9-handlers-are-reset', 'exec', (real) =>
    executed(real, 'new_image', (k, run) => {
      const table = { ...k.s.sighand[k.t.sighand]! };
      run();
      k.s.sighand[k.t.sighand] = table;
    }),
  ),
  wrong('execve empties the mask', 'exec-9-what-is-kept', 'exec', (real) =>
    executed(real, 'new_image', (k, run) => {
      run();
      k.t.blocked = 'none';
    }),
  ),
  wrong('execve takes PDEATHSIG back', 471, 'exec', (real) =>
    executed(real, 'new_image', (k, run) => {
      run();
      k.t.pdeath_signal = '';
    }),
  ),
  wrong('a parent that has executed a program is the parent it was', 546, 'exec', (real) =>
    executed(real, 'new_image', (k, run) => {
      const { self_exec_id } = k.t;
      run();
      k.t.self_exec_id = self_exec_id;
    }),
  ),
  wrong(
    'CLONE_PARENT honours the signal asked for',
    'par-2-sibling-has-the-leaders-signal',
    'clone',
    (real) => ({
      clone: (label, row, call) =>
        around(real.clone(label, row, call), 'K2', (k, run) => {
          run();
          const child = k.task(call.child);
          if (child.exit_signal !== 'thread' && child.state !== 'absent')
            child.exit_signal = call.exit_signal(k);
        }),
    }),
  ),
  wrong('the mask is not inherited', 'clone-12-what-a-child-inherits', 'clone', (real) =>
    born(real, (k, child) => {
      k.task(child).blocked = 'none';
    }),
  ),
  wrong('pending signals are inherited', 777, 'clone', (real) =>
    born(real, (k, child) => {
      k.s.signal[child]!.shared_pending = [...k.s.signal[k.t.group_leader]!.shared_pending];
    }),
  ),
  wrong('PDEATHSIG is inherited', 305, 'clone', (real) =>
    born(real, (k, child) => {
      k.task(child).pdeath_signal = k.t.pdeath_signal;
    }),
  ),
  wrong('the alternate stack is kept with CLONE_VM', 'clone-11-altstack-cleared', 'clone', (real) =>
    born(real, (k, child) => {
      k.task(child).altstack = k.t.altstack;
    }),
  ),
  wrong('a child begins without TLS', 'clone-10-tls-is-inherited', 'clone', (real) =>
    born(real, (k, child) => {
      k.task(child).fsbase = '';
    }),
  ),
  wrong(
    'a signal that has a handler ends the wait of vfork',
    'vf-2-caught-signals-wait',
    'clone',
    (real) => ({
      clone: (label, row, call) => {
        const steps = real.clone(label, row, call);
        if (!call.mayVfork) return steps;
        return around(steps, 'K5', (k, run) => {
          const pending = [...k.t.pending, ...k.s.signal[k.t.group_leader]!.shared_pending];
          if (pending.length > 0) k.task(call.child).vfork_waiter = '';
          run();
        });
      },
    }),
  ),
  wrong('the last siginfo is kept', 'sig-1-first-siginfo-wins', 'signal', (real) => ({
    send_signal(k, sig, si_code, si_pid, to, whom) {
      const group = k.s.signal[k.task(to).group_leader]!;
      group.shared_pending = group.shared_pending.filter((entry) => readSiginfo(entry).sig !== sig);
      return real.send_signal(k, sig, si_code, si_pid, to, whom);
    },
  })),
  wrong('an exit signal is for the parent thread only', 'not-1-any-willing-thread', 'signal', (real) => ({
    send_signal: (k, sig, si_code, si_pid, to) => real.send_signal(k, sig, si_code, si_pid, to, 'thread'),
  })),
  wrong('SIGKILL can be blocked', 25, 'signal', (real) => ({
    send_signal: (k, sig, si_code, si_pid, to, whom) =>
      sig === 'SIGKILL'
        ? { fate: 'ignored', pending: '' }
        : real.send_signal(k, sig, si_code, si_pid, to, whom),
  })),
  wrong('exit_group ends all who share the memory', 'exit-1-group-exit-spares-sharers', 'signal', (real) => ({
    do_group_exit(k, code, status) {
      real.do_group_exit(k, code, status);
      for (const name of k.machine.tasks)
        if (k.task(name).mm === k.t.mm) real.zap_group(k, k.task(name).group_leader, code, status);
    },
  })),
  wrong('SA_NOCLDWAIT does nothing', 'not-4-nocldwait-still-signals', 'signal', () => ({
    sa_flags: () => [],
  })),
  wrong('a handler without SA_RESTART restarts the call', 477, 'signal', () => ({
    interrupted: () => 'restarts',
  })),
  wrong('PDEATHSIG is per process', 'rep-2-pdeathsig-follows-the-thread', 'reparent', (real) => ({
    forget_original_parent(k) {
      const { children, group_leader } = k.t;
      const others = k.machine.tasks.filter(
        (name) => k.task(name).state === 'running' && k.task(name).group_leader === group_leader,
      );
      const kept = children.map((name) => [name, k.task(name).pdeath_signal] as const);
      if (others.length > 0) for (const [name] of kept) k.task(name).pdeath_signal = '';
      real.forget_original_parent(k);
      for (const [name, sig] of kept) if (others.length > 0) k.task(name).pdeath_signal = sig;
    },
  })),
  wrong('who is adopted keeps the exit signal', 'rep-8-orphans-of-a-vfork', 'reparent', (real) => ({
    forget_original_parent(k) {
      const signals = k.t.children.map((name) => [name, k.task(name).exit_signal] as const);
      real.forget_original_parent(k);
      for (const [name, signal] of signals) k.task(name).exit_signal = signal;
    },
  })),
  wrong('wait goes by the order of death', 'wait-4-oldest-first', 'notify', (real) => ({
    exit_notify(k) {
      real.exit_notify(k);
      if (k.t.group_leader !== k.me || k.t.real_parent === 'init') return;
      const parent = k.task(k.t.real_parent);
      const others = parent.children.filter((name) => name !== k.me);
      const dead = others.filter((name) => k.task(name).state === 'zombie');
      parent.children = [...dead, k.me, ...others.filter((name) => !dead.includes(name))];
    },
  })),
  wrong('a dead leader is a dead process', 12, 'notify', () => ({
    groupIsEmpty: () => true,
  })),
  wrong('__WALL is always meant', 'wait-2-by-exit-signal', 'wait', (real) => ({
    wait4: (label, row, call) => real.wait4(label, row, { ...call, wall: () => true }),
  })),
  wrong('a thread waits for its own children', 'wait-1-children-of-all-threads', 'wait', (real) => ({
    wait4: (label, row, call) =>
      real.wait4(label, row, { ...call, flags: [...(call.flags ?? []), '__WNOTHREAD'] }),
  })),
  wrong('a private key is as good as a shared one', 'fut-4-private-sleeps-on', 'futex', (real) => ({
    futex_wait: (label, row, call) => real.futex_wait(label, row, { ...call, key: 'shared' }),
    futex_wake: (k, word, count) => real.futex_wake(k, word, count, 'shared'),
  })),
  wrong('a wake wakes all', 'fut-5-wakes-one', 'futex', (real) => ({
    futex_wake: (k, word, _, key) => real.futex_wake(k, word, 9, key),
  })),
];
