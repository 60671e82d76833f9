/** execve(2) in the order of EXEC-2, split where another task can look. */
import type { Cpu } from './cpu.js';
import { firstOfMmRelease, mm_release } from './exit.js';
import { close_on_exec } from './files.js';
import { unusedName } from './names.js';
import { groupIsEmpty } from './notify.js';
import { free_pid } from './pids.js';
import { do_group_exit, fatal_signal_pending, members, signalOf, threads, zap_thread } from './signal.js';
import { absentTask, INIT, newSignal, type KernelState } from './state.js';
import { kernel, step, type Step } from './step.js';

/** A program that executes others without end is not to have states without end. */
const MOST_EXECS = 30;

export interface ExecCall<S extends KernelState> {
  /** How it goes: `fails` before the point of no return, `fails-late` after it. */
  outcome(k: Cpu<S>): 'works' | 'fails' | 'fails-late';
  /** Where the caller goes on after an early failure. The new image follows the steps of the call. */
  readonly failed: string;
  /** May the caller have siblings? Else the call has no steps to collect them. */
  readonly mayHaveThreads?: boolean;
  /** Does the program gain privilege? */
  readonly privileged?: boolean;
}

export function execve<S extends KernelState>(label: string, row: string, call: ExecCall<S>): Step<S>[] {
  return [
    step(label, `${row}, EXEC-1`, (k) => {
      k.calls({ name: 'execve', outcome: call.outcome(k) });
      // EXEC-1: an early failure is an error return and nothing else; the waiter in vfork waits on.
      if (call.outcome(k) === 'fails') {
        k.says('execve("/no/such/file") = -1 ENOENT');
        k.goto(call.failed);
        return;
      }
      k.says('execve("/bin/true") <unfinished ...>');
    }),
    ...(call.mayHaveThreads === true ? collect<S>(label, row) : []),
    kernel(`${label}/de_thread`, `${row}, EXEC-4`, (k) => {
      k.says('execve: past the point of no return, the exit signal is SIGCHLD');
      k.t.exit_signal = 'SIGCHLD';
      close_on_exec(k);
      k.goto(firstOfMmRelease(k, label));
    }),
    ...mm_release<S>(label),
    kernel(`${label}/K7e`, `${row}, EXEC-3`, (k) => {
      k.says('execve: a memory of its own');
      // EXEC-10: those who shared the old one stay in it.
      k.t.mm = unusedName(k, 'mm', k.me);
    }),
    kernel(`${label}/new_image`, `${row}, EXEC-9`, (k) => {
      const table = k.s.sighand[k.t.sighand]!;
      // CLONE-13: who shared the table keeps the old one.
      const sighand = unusedName(k, 'sighand', k.me);
      // EXEC-9: caught signals go back to their default, ignored ones stay ignored.
      k.s.sighand[sighand] = Object.fromEntries(
        Object.entries(table).map(([sig, wanted]) => [sig, wanted === 'ignore' ? 'ignore' : 'default']),
      );
      k.t.sighand = sighand;
      k.t.altstack = false;
      k.t.fsbase = '';
      // REP-5: a plain exec keeps it.
      if (call.privileged === true) k.t.pdeath_signal = '';
      k.t.self_exec_id = Math.min(k.t.self_exec_id + 1, MOST_EXECS);
      // EXEC-6: a failure this late cannot return to a caller that is no more. The loader fails after all of the above.
      if (call.outcome(k) === 'fails-late') {
        k.says('--- SIGSEGV {si_code=SI_KERNEL} --- (the new image cannot be loaded)');
        do_group_exit(k, 'CLD_DUMPED', 'SIGSEGV');
        return;
      }
      k.says('<... execve resumed> = 0');
    }),
  ];
}

/** The exec of a process with threads (kernel: de_thread): kill the siblings, wait until they are gone, be the leader. */
function collect<S extends KernelState>(label: string, row: string): Step<S>[] {
  return [
    kernel(`${label}/zap_other_threads`, `${row}, EXEC-7`, (k) => {
      const { group_leader } = k.t;
      const group = signalOf(k, k.t);
      if (killed(k)) return;
      // EXEC-8: of two that exec at once one wins; the other is among those it kills.
      if (group.group_exec_task !== '') throw new Error('a rival exec has not killed its sibling');
      const siblings = threads(k, group_leader).filter((name) => name !== k.me);
      k.says(`execve: kills ${siblings.join(', ') || 'nobody'}, its siblings`);
      // EXEC-7: their children move to a sibling that lives on, in the end to this one, and are sent their PDEATHSIG.
      for (const name of siblings) zap_thread(k, name);
      if (isAlone(k)) {
        k.skip(2);
        return;
      }
      group.group_exec_task = k.me;
    }),
    kernel(`${label}/collected`, `${row}, EXEC-7`, (k) => {
      if (killed(k)) return;
      const { group_leader } = k.t;
      const others = members(k, group_leader).filter((name) => name !== k.me);
      // EXEC-8: its leader stays as a zombie until its place is taken.
      const isGone = (name: string) => name === group_leader && k.task(name).state === 'zombie';
      if (!others.every(isGone)) k.block();
      k.says('execve: is the only thread');
      if (group_leader === k.me) {
        signalOf(k, k.t).group_exec_task = '';
        k.skip(1);
      }
    }),
    kernel(`${label}/exchange_tids`, `${row}, EXEC-8`, takeOver),
  ];
}

/** EXEC-8: a rival group exit wins, and the exec with its caller is lost. */
function killed<S extends KernelState>(k: Cpu<S>): boolean {
  if (!fatal_signal_pending(k)) return false;
  k.says('execve: killed while it collects its threads');
  k.goto('exit/K6');
  return true;
}

function isAlone<S extends KernelState>(k: Cpu<S>): boolean {
  return k.t.group_leader === k.me && groupIsEmpty(k, k.me);
}

/** EXEC-8: the process keeps its pid, its place among its siblings and its signals; the old leader goes without a word. */
function takeOver<S extends KernelState>(k: Cpu<S>): void {
  const { t, me } = k;
  const old = t.group_leader;
  const { tid, real_parent } = k.task(old);
  k.says(`execve: takes the place and the pid of ${old}`);
  if (real_parent !== INIT) {
    const parent = k.task(real_parent);
    parent.children = parent.children.map((name) => (name === old ? me : name));
  }
  free_pid(k, t.tid);
  t.tid = tid;
  t.group_leader = me;
  t.exit_signal = 'SIGCHLD';
  k.s.signal[me] = { ...k.s.signal[old]!, group_exec_task: '' };
  k.s.signal[old] = newSignal();
  k.s.task[old] = absentTask();
}
