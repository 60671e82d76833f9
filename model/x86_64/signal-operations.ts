/** What a real task is made to do for the operations of a litmus test on signals. */
import { isSig, type Sig } from '../kernel/state.js';
import { ACTIONS } from '../litmus/signal-calls.js';
import { NotDriven } from './action.js';
import { call, tidOf, type Make } from './doing.js';
import { maskOf, SIGNAL_NUMBERS, signalName, SYS } from './numbers.js';
import { allSignals, sigaction } from './setup.js';
import { sigtimedwait } from './syscalls.js';

export const SIGNAL_MAKES: Readonly<Record<string, Make>> = {
  prctl(doing) {
    const [option, value = ''] = doing.operation.args;
    const [PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER] = [1, 36];
    return call(
      doing,
      option === 'PR_SET_PDEATHSIG'
        ? [SYS.prctl, PR_SET_PDEATHSIG, signalNumber(value)]
        : [SYS.prctl, PR_SET_CHILD_SUBREAPER, 1],
      String,
    );
  },
  kill(doing) {
    const [to = '', sig = ''] = doing.operation.args;
    return call(doing, [SYS.kill, tidOf(doing, to), signalNumber(sig)], String);
  },
  tgkill(doing) {
    const [to = '', sig = ''] = doing.operation.args;
    const tgid = doing.machine.facts(to)?.tgid ?? tidOf(doing, to);
    return call(doing, [SYS.tgkill, tgid, tidOf(doing, to), signalNumber(sig)], String);
  },
  async sigaction({ machine, task, operation }) {
    const [sig = '', name = '', text = ''] = operation.args;
    if (!isSig(sig)) throw new NotDriven(`no signal ${sig}`);
    const flags = text === '' ? [] : text.split('|');
    return sigaction(machine, task, sig, [ACTIONS[name]!, ...flags].join('+'));
  },
  async sigprocmask({ machine, task, operation }) {
    const [how = '', text = ''] = operation.args;
    const at = machine.buffer(task);
    await machine.pokeLongs(at, [setNamed(text)]);
    const number = ['SIG_BLOCK', 'SIG_UNBLOCK', 'SIG_SETMASK'].indexOf(how);
    return { command: `call ${SYS.rt_sigprocmask} ${number} ${at} 0 8` };
  },
  async sigtimedwait(doing) {
    const { machine, task, operation } = doing;
    const [text = '', timeout] = operation.args;
    const numbers = await sigtimedwait(machine, task, setNamed(text), timeout !== undefined);
    return call(doing, numbers, signalName);
  },
  pause: (doing) => call(doing, [SYS.pause], String),
  async sigaltstack({ machine, task }) {
    const at = machine.buffer(task);
    await machine.pokeLongs(at, [machine.buffer(task), 0, 4096]);
    return { command: `call ${SYS.sigaltstack} ${at} 0` };
  },
};

function signalNumber(text: string): number {
  return isSig(text) ? SIGNAL_NUMBERS[text] : Number(text);
}

function setNamed(text: string): bigint {
  if (text === 'all') return maskOf(allSignals());
  return maskOf(text.split('|').filter((sig): sig is Sig => isSig(sig)));
}
