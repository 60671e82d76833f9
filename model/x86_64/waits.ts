/** wait4 and waitid of a litmus test by a real task. */
import { WAIT_FLAGS } from '../kernel/wait.js';
import { isOneOf } from '../litmus/litmus.js';
import type { Action } from './action.js';
import type { Doing } from './doing.js';
import { CORE_SIGNALS, errnoOf, signalName, SYS, WAIT_NUMBERS } from './numbers.js';
import { NOBODY, sum } from './syscalls.js';

export function wait(doing: Doing): Action {
  const { machine, task, operation } = doing;
  const [whom = '', text = ''] = operation.args;
  const flags = text.split('|').filter((name) => isOneOf(WAIT_FLAGS, name));
  const options = sum(flags, WAIT_NUMBERS);
  const status = machine.buffer(task);
  // By the tid it was born with, which another may bear now.
  const pid = whom === '-1' ? -1 : (machine.birth(whom) ?? NOBODY);
  const registers = async (ret: number, at: number, read: (value: number) => [string, string]) => {
    const { result: register } = operation;
    if (register === '') return {};
    const name = `${task}.${register}`;
    if (ret <= 0) return { [name]: errnoOf(ret) ?? '0' };
    const [report, number] = read(await machine.puppet.peek(at));
    return {
      [name]: machine.nameOf(ret),
      [`${name}_status`]: report,
      ...(number === '' ? {} : { [`${name}_signal`]: number }),
    };
  };
  if (!flags.includes('WNOWAIT'))
    return {
      command: `call ${SYS.wait4} ${pid} ${status} ${options} 0`,
      results: (ret) => registers(ret, status, readStatus),
    };
  const WEXITED = 4;
  const [P_ALL, P_PID] = [0, 1];
  const numbers = [SYS.waitid, pid < 0 ? P_ALL : P_PID, Math.max(pid, 0), status, options + WEXITED, 0];
  return {
    command: `call ${numbers.join(' ')}`,
    // siginfo: si_code at 8, si_pid at 16, si_status at 24.
    async results(ret) {
      const child = ret < 0 ? ret : await machine.puppet.peek(status + 16);
      const code = await machine.puppet.peek(status + 8);
      const CLD_EXITED = 1;
      return registers(child, status + 24, (value) =>
        code === CLD_EXITED ? ['CLD_EXITED', String(value)] : readStatus(value),
      );
    },
  };
}

/** What wait4 stores for the child it tells of. */
export function readStatus(status: number): [report: string, number: string] {
  const sig = status & 0x7f;
  if (status === 0xffff) return ['CLD_CONTINUED', ''];
  if (sig === 0x7f) return ['CLD_STOPPED', ''];
  if (sig === 0) return ['CLD_EXITED', String((status >> 8) & 0xff)];
  return [CORE_SIGNALS.includes(sig) ? 'CLD_DUMPED' : 'CLD_KILLED', signalName(sig)];
}
