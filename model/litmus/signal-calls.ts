/** Sending, blocking, handling and awaiting signals. */
import { kill, sigaction } from '../kernel/kill.js';
import { oom_kill, sigprocmask, type Whom } from '../kernel/signal.js';
import { pause, sigtimedwait } from '../kernel/sigwait.js';
import { isSig, readSiginfo, SIGNALS, type Sig } from '../kernel/state.js';
import { step } from '../kernel/step.js';
import type { LitmusState } from './litmus.js';
import { flagsNamed, taskNamed, type Call, type Place } from './place.js';

export const ACTIONS: Readonly<Record<string, string>> = {
  SIG_IGN: 'ignore',
  SIG_DFL: 'default',
  handler: 'handler',
};
export const SA_FLAGS = ['SA_RESTART', 'SA_NOCLDWAIT', 'SA_NOCLDSTOP'] as const;

function sender(whom: Whom): Call {
  const name = whom === 'thread' ? 'tgkill' : 'kill';
  return {
    usage: `r = ${name}(C, SIGTERM), or 0 for no signal`,
    returns: true,
    steps(place) {
      const [to, sig = ''] = place.operation.args;
      const target = taskNamed(place, to);
      const sent = sig === '0' ? '' : sig;
      if (sent !== '' && !isSig(sent)) return place.refuse(`there is no signal "${sig}"`);
      return [
        step(place.label, 'litmus', (k) => {
          place.result(k, kill(k, target, sent, whom));
        }),
      ];
    },
  };
}

/** A set of signals: names or-ed, or `all`. */
function setOf(place: Place, text: string): Sig[] {
  return text === 'all' ? [...SIGNALS] : flagsNamed(place, text, SIGNALS);
}

export const signals: Readonly<Record<string, Call>> = {
  kill: sender('process'),
  tgkill: sender('thread'),
  oom_kill: {
    usage: 'oom_kill(C), which is what the kernel does to C',
    returns: false,
    steps(place) {
      const victim = taskNamed(place, place.operation.args[0]);
      return [
        step(place.label, 'litmus', (k) => {
          k.says(`Out of memory: Killed process (${victim})`);
          oom_kill(k, victim);
        }),
      ];
    },
  },
  sigaction: {
    usage: 'sigaction(SIGCHLD, SIG_IGN|SIG_DFL|handler, SA_RESTART|SA_NOCLDWAIT|SA_NOCLDSTOP)',
    returns: false,
    steps(place) {
      const [sig = '', name = '', text = ''] = place.operation.args;
      const action = ACTIONS[name];
      if (!isSig(sig) || sig === 'SIGKILL' || sig === 'SIGSTOP')
        return place.refuse(`the action of "${sig}" cannot be set`);
      if (action === undefined)
        return place.refuse(`"${name}" is none of ${Object.keys(ACTIONS).join(', ')}`);
      const flags = flagsNamed(place, text, SA_FLAGS);
      return [
        step(place.label, 'litmus', (k) => {
          k.says(`rt_sigaction(${sig}, ${name}${text === '' ? '' : `, ${text}`}) = 0`);
          sigaction(k, sig, [action, ...flags].join('+'));
        }),
      ];
    },
  },
  sigprocmask: {
    usage: 'sigprocmask(SIG_BLOCK|SIG_UNBLOCK|SIG_SETMASK, SIGCHLD|SIGUSR1), or all, or 0',
    returns: false,
    steps(place) {
      const [how = '', text = ''] = place.operation.args;
      if (!['SIG_BLOCK', 'SIG_UNBLOCK', 'SIG_SETMASK'].includes(how))
        place.refuse(`"${how}" is no way to change the mask`);
      const named = setOf(place, text);
      return [
        step(place.label, 'litmus', (k) => {
          const old = k.s.sigset[k.t.blocked]!.split(' ');
          const blocked = SIGNALS.filter((sig) => {
            if (named.includes(sig)) return how !== 'SIG_UNBLOCK';
            return how !== 'SIG_SETMASK' && old.includes(sig);
          });
          k.says(`rt_sigprocmask(${how}, [${named.join(' ')}]) = 0`);
          k.s.sigset[k.me] = blocked.join(' ');
          sigprocmask(k, k.me);
        }),
      ];
    },
  },
  sigtimedwait: {
    usage: 'r = sigtimedwait(SIGCHLD|SIGUSR1), or with the timeout 0: r = sigtimedwait(SIGCHLD, 0)',
    returns: true,
    steps(place) {
      const [text = '', timeout] = place.operation.args;
      if (timeout !== undefined && timeout !== '0')
        place.refuse(`"${timeout}" is no timeout the model knows`);
      return sigtimedwait<LitmusState>(place.label, 'litmus', {
        signals: setOf(place, text),
        looks: timeout === '0',
        done: (k, entry) => place.result(k, entry.includes(' ') ? readSiginfo(entry).sig : entry),
      });
    },
  },
  pause: {
    usage: 'r = pause()',
    returns: true,
    steps: (place) => pause<LitmusState>(place.label, 'litmus', (k) => place.result(k, 'EINTR')),
  },
};
