/** wait4(2) and waitid(2): claim a zombie (W1), release it (K10), return; or report a stop. */
import type { Cpu } from './cpu.js';
import { groupIsEmpty, release_task } from './notify.js';
import { fatal_signal_pending, interrupted, members, signal_pending, signalOf } from './signal.js';
import type { KernelState, Task } from './state.js';
import { kernel, step, type Step } from './step.js';

export const WAIT_FLAGS = [
  'WNOHANG',
  'WNOWAIT',
  'WUNTRACED',
  'WCONTINUED',
  '__WALL',
  '__WCLONE',
  '__WNOTHREAD',
] as const;
export type WaitFlag = (typeof WAIT_FLAGS)[number];

/** What the call returns: what became of the child, or why there is none to tell of. */
export type WaitReport =
  'CLD_EXITED' | 'CLD_KILLED' | 'CLD_DUMPED' | 'CLD_STOPPED' | 'CLD_CONTINUED' | '0' | 'ECHILD' | 'EINTR';

export interface WaitCall<S extends KernelState> {
  /** Whom it waits for: -1 for any child, else a tid. A pidfd is one way to name it, and changes nothing (WAIT-9). */
  pid(k: Cpu<S>): number;
  /** WAIT-2: without __WALL only children whose exit signal is SIGCHLD count. */
  wall(k: Cpu<S>): boolean;
  /** The other flags. */
  readonly flags?: readonly WaitFlag[];
  /** A handler without SA_RESTART ends the call by EINTR. Without this, the program makes the call again then. */
  readonly interruptible?: true;
  /** Runs in the step in which the call returns; `child` is '' if it tells of none. */
  done(k: Cpu<S>, child: string, report: WaitReport, status: string): void;
}

export function wait4<S extends KernelState>(label: string, row: string, call: WaitCall<S>): Step<S>[] {
  const has = (flag: WaitFlag): boolean => call.flags?.includes(flag) === true;
  const returns = (k: Cpu<S>, child: string, report: WaitReport, status = ''): void => {
    k.skip(has('__WCLONE') ? 2 : 1);
    k.returns([child, report].join(' ').trim());
    call.done(k, child, report, status);
  };
  return [
    step(label, `${row}, WAIT-1`, (k) => {
      const flags: WaitFlag[] = [...(call.wall(k) ? (['__WALL'] as const) : []), ...(call.flags ?? [])];
      k.says(`wait4(${call.pid(k)}, ${flags.join('|') || '0'} <unfinished ...>`);
      k.calls({ name: 'wait4', pid: call.pid(k), flags });
    }),
    kernel(`${label}/do_wait`, `${row}, W1 WAIT-3`, (k) => {
      const children = eligible(k, call);
      if (children.length === 0) {
        k.says('<... wait4 resumed> = -1 ECHILD');
        returns(k, '', 'ECHILD');
        return;
      }
      // WAIT-4: the oldest of those that are ready, not the first to die.
      const ready = children.find((name) => isReady(k, call, name));
      if (ready !== undefined) {
        if (!isDead(k, ready)) return reportStop(k, ready, has('WNOWAIT'), returns);
        const child = k.task(ready);
        if (has('WNOWAIT')) {
          // WAIT-6: it stays a zombie, for this call and for others.
          k.says(`<... wait4 resumed> = ${child.tid}, left waitable`);
          returns(k, ready, endingOf(k, child), statusOf(k, child));
          return;
        }
        k.says(`wait4: claims the zombie ${ready}`);
        child.state = 'dead';
        k.t.claimed = ready;
        k.goto(`${label}/release`);
        return;
      }
      if (has('WNOHANG')) {
        k.says('<... wait4 resumed> = 0');
        returns(k, '', '0');
        return;
      }
      // WAIT-8: a signal ends the sleep.
      const fatal = fatal_signal_pending(k);
      if (!fatal && !signal_pending(k)) {
        if (!has('__WCLONE')) k.block();
        k.t.retval = living(k, call);
        k.goto(`${label}/sleeps`);
        return;
      }
      if (!fatal && call.interruptible === true && interrupted(k) === 'EINTR') {
        k.says('<... wait4 resumed> = -1 EINTR');
        returns(k, '', 'EINTR');
        return;
      }
      k.says('<... wait4 resumed> = ? ERESTARTSYS (to be restarted)');
      k.goto(label);
    }),
    ...(has('__WCLONE') ? [sleeps(label, row, call)] : []),
    kernel(`${label}/release`, `${row}, K10`, (k) => {
      const { claimed } = k.t;
      const child = k.task(claimed);
      k.says(`<... wait4 resumed> = ${child.tid}`);
      k.move.event('wait-return');
      k.t.claimed = '';
      k.returns(`${claimed} ${endingOf(k, child)}`);
      call.done(k, claimed, endingOf(k, child), statusOf(k, child));
      release_task(k, claimed);
    }),
  ];
}

/**
 * Who sleeps looks again when a child has news. Only with __WCLONE does that matter: a child that executes a program is not
 * waited for that way any more, but does not wake its parent (kernel: child_wait_callback).
 */
function sleeps<S extends KernelState>(label: string, row: string, call: WaitCall<S>): Step<S> {
  return kernel(`${label}/sleeps`, `${row}, WAIT-2`, (k) => {
    const alive = living(k, call);
    const isWoken =
      fatal_signal_pending(k) ||
      signal_pending(k) ||
      alive < k.t.retval ||
      eligible(k, call).some((name) => isReady(k, call, name));
    if (!isWoken && alive === k.t.retval) k.block();
    if (!isWoken) {
      k.says('wait4: sleeps on, with one more child');
      k.t.retval = alive;
      k.goto(`${label}/sleeps`);
      return;
    }
    k.says('wait4: is woken');
    k.t.retval = 0;
    k.goto(`${label}/do_wait`);
  });
}

/** How many there are whose death would wake it, whatever their exit signal is. */
function living<S extends KernelState>(k: Cpu<S>, call: WaitCall<S>): number {
  const pid = call.pid(k);
  return parents(k, call)
    .flatMap((parent) => k.task(parent).children)
    .filter((name) => (pid === -1 || pid === k.task(name).tid) && k.task(name).state !== 'dead')
    .filter((name) => !isDead(k, name)).length;
}

/** A process whose threads are all dead, and which nobody has claimed. WAIT-10: so only one of two waiters gets it. */
function isDead<S extends KernelState>(k: Cpu<S>, name: string): boolean {
  return k.task(name).state === 'zombie' && groupIsEmpty(k, name);
}

/** STOP-3: a stop or a continuation is something to report once, to those who ask. */
function isReady<S extends KernelState>(k: Cpu<S>, call: WaitCall<S>, name: string): boolean {
  if (isDead(k, name)) return true;
  const { stop, waitable } = signalOf(k, k.task(name));
  if (!waitable) return false;
  if (stop === 'stopped') return call.flags?.includes('WUNTRACED') === true;
  return stop === 'continued' && call.flags?.includes('WCONTINUED') === true;
}

function reportStop<S extends KernelState>(
  k: Cpu<S>,
  name: string,
  leave: boolean,
  returns: (k: Cpu<S>, child: string, report: WaitReport) => void,
): void {
  const group = signalOf(k, k.task(name));
  const report = group.stop === 'stopped' ? 'CLD_STOPPED' : 'CLD_CONTINUED';
  k.says(`<... wait4 resumed> = ${k.task(name).tid}, ${report}`);
  if (!leave) {
    group.waitable = false;
    if (group.stop === 'continued') group.stop = '';
  }
  returns(k, name, report);
}

/** EXIT-3: the group's code if it ended as a group, else the leader's. */
function endingOf<S extends KernelState>(k: Cpu<S>, child: Task): WaitReport {
  const ending = signalOf(k, child).group_exit || child.exit_code;
  if (ending === '') throw new Error('a zombie has no exit code');
  return ending;
}

function statusOf<S extends KernelState>(k: Cpu<S>, child: Task): string {
  const group = signalOf(k, child);
  return group.group_exit === '' ? child.exit_status : group.exit_status;
}

/** The children that the call is about (kernel: eligible_child): its thread's own first, each list oldest first. */
function eligible<S extends KernelState>(k: Cpu<S>, call: WaitCall<S>): string[] {
  const pid = call.pid(k);
  const wall = call.wall(k);
  const wclone = call.flags?.includes('__WCLONE') === true;
  return parents(k, call).flatMap((parent) =>
    k.task(parent).children.filter((name) => {
      const { state, exit_signal, tid } = k.task(name);
      if (state === 'dead') return false;
      // WAIT-2, WAIT-5: by the stored exit signal, even where the tid is named.
      return (pid === -1 || pid === tid) && (wall || (exit_signal === 'SIGCHLD') !== wclone);
    }),
  );
}

/** WAIT-1, WAIT-4: whose children count: the caller's own, then those of its siblings, in the order of the threads. */
function parents<S extends KernelState>(k: Cpu<S>, call: WaitCall<S>): string[] {
  if (call.flags?.includes('__WNOTHREAD') === true) return [k.me];
  const group = members(k, k.t.group_leader);
  const at = group.indexOf(k.me);
  return [...group.slice(at), ...group.slice(0, at)];
}
