/** execve(2) by the only thread of a process, in the order of EXEC-2, split where another task can look. */
import type { Cpu } from './cpu.js';
import { firstOfMmRelease, mm_release } from './exit.js';
import { do_group_exit } from './signal.js';
import type { KernelState } from './state.js';
import { kernel, step, type Step } from './step.js';

export interface ExecCall<S extends KernelState> {
  /** How it goes: `fails` before the point of no return, `fails-late` after it. */
  outcome(k: Cpu<S>): 'works' | 'fails' | 'fails-late';
  /** Where the caller goes on after an early failure. The new image follows the steps of the call. */
  readonly failed: string;
}

export function execve<S extends KernelState>(label: string, row: string, call: ExecCall<S>): Step<S>[] {
  const shared = mm_release(label) as unknown as Step<S>[];
  return [
    step(label, `${row}, EXEC-1`, (k) => {
      // EXEC-1: an early failure is an error return and nothing else; the waiter in vfork waits on.
      if (call.outcome(k) === 'fails') {
        k.says('execve("/no/such/file") = -1 ENOENT');
        k.goto(call.failed);
        return;
      }
      k.says('execve("/bin/true") <unfinished ...>');
    }),
    kernel(`${label}/de_thread`, `${row}, EXEC-4`, (k) => {
      k.says('execve: past the point of no return, the exit signal is SIGCHLD');
      k.t.exit_signal = 'SIGCHLD';
      k.goto(firstOfMmRelease(k, label));
    }),
    ...shared,
    kernel(`${label}/K7e`, `${row}, EXEC-3`, (k) => {
      k.says('execve: a memory of its own');
      k.t.mm = k.me;
    }),
    kernel(`${label}/new_image`, `${row}, EXEC-9`, (k) => {
      // EXEC-6: a failure this late cannot return to a caller that is no more.
      if (call.outcome(k) === 'fails-late') {
        k.says('--- SIGSEGV {si_code=SI_KERNEL} --- (the new image cannot be loaded)');
        do_group_exit(k, 'CLD_DUMPED');
        return;
      }
      k.says('<... execve resumed> = 0');
      const table = k.s.sighand[k.t.sighand]!;
      // EXEC-9: caught signals go back to their default, ignored ones stay ignored.
      k.s.sighand[k.me] = Object.fromEntries(
        Object.entries(table).map(([sig, wanted]) => [sig, wanted === 'ignore' ? 'ignore' : 'default']),
      );
      k.t.sighand = k.me;
      k.t.self_exec_id = Math.min(k.t.self_exec_id + 1, 2);
    }),
  ];
}
