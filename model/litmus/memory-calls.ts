/** Words, futexes, what is registered for the end of a task, and pipes. */
import { close_write_end, hasWriter, open_write_end } from '../kernel/files.js';
import { futex_wait, futex_wake } from '../kernel/futex.js';
import { load, store } from '../kernel/memory.js';
import { set_robust_list } from '../kernel/robust.js';
import { fatal_signal_pending, interrupted, signal_pending } from '../kernel/signal.js';
import { kernel, step, type Step } from '../kernel/step.js';
import type { LitmusState } from './litmus.js';
import { wordNamed, type Call, type K, type Place } from './place.js';
import { show } from './outcome.js';

function simple(place: Place, run: (k: K) => void): Step<LitmusState>[] {
  return [step(place.label, 'litmus', run)];
}

/** A number, or a task that stands for its tid. */
function valueOf(place: Place, text: string | undefined): (k: K) => number {
  if (text !== undefined && /^\d+$/.test(text)) return () => Number(text);
  const task = place.litmus.columns.find((column) => column.task === text)?.task;
  if (task === undefined) return place.refuse(`"${text ?? ''}" is neither a number nor a task`);
  return (k) => k.task(task).tid;
}

/** `x = 1` stores a word, `r = x` loads one. */
function assignSteps(place: Place): Step<LitmusState>[] {
  const { result, args } = place.operation;
  const [right] = args;
  if (result in place.litmus.words) {
    const value = valueOf(place, right);
    return simple(place, (k) => {
      store(k, result, value(k));
      k.says(`${result} = ${right}`);
    });
  }
  const word = wordNamed(place, right);
  return simple(place, (k) => {
    const value = show(k.s, load(k, word));
    k.says(`${word} is ${value}`);
    place.result(k, value);
  });
}

function futexSteps(place: Place): Step<LitmusState>[] {
  const [name, operation = '', number, timeout] = place.operation.args;
  const word = wordNamed(place, name);
  const value = valueOf(place, number);
  const key = operation.endsWith('_PRIVATE') ? 'private' : 'shared';
  switch (operation.replace('_PRIVATE', '')) {
    case 'FUTEX_WAIT':
      if (timeout !== undefined && timeout !== 'timeout') place.refuse(`"${timeout}" is no timeout`);
      return futex_wait<LitmusState>(place.label, 'litmus', {
        word,
        key,
        timeout: timeout !== undefined,
        expected: value,
        done: (k, result) => place.result(k, result),
      });
    case 'FUTEX_WAKE':
      return simple(place, (k) => {
        const woken = futex_wake(k, word, value(k), key);
        k.says(`futex(${word}, ${operation}, ${number}) = ${woken}`);
        place.result(k, String(woken));
      });
    default:
      return place.refuse(`"${operation}" is no operation on a futex that the model knows`);
  }
}

function pipeOf(place: Place): string {
  const [pipe = ''] = place.operation.args;
  const { pipes } = place.litmus;
  if (!pipes.includes(pipe))
    place.refuse(`"${pipe}" is no pipe of this file, whose "pipes:" line has ${pipes.join(', ') || 'none'}`);
  return pipe;
}

export const memory: Readonly<Record<string, Call>> = {
  assign: { usage: 'x = 1 for a word x, or r = x for a register r', returns: true, steps: assignSteps },
  await: {
    usage: 'await(x, 1), which runs in user mode until x is 1',
    returns: false,
    steps(place) {
      const word = wordNamed(place, place.operation.args[0]);
      const value = valueOf(place, place.operation.args[1]);
      return simple(place, (k) => {
        if (load(k, word) !== value(k)) k.block();
        k.says(`sees that ${word} is ${show(k.s, value(k))}`);
      });
    },
  },
  futex: {
    usage:
      'r = futex(x, FUTEX_WAIT, 1), r = futex(x, FUTEX_WAIT, 1, timeout) or r = futex(x, FUTEX_WAKE, 1), or with _PRIVATE',
    returns: true,
    steps: futexSteps,
  },
  set_tid_address: {
    usage: 'set_tid_address(x)',
    returns: false,
    steps(place) {
      const word = wordNamed(place, place.operation.args[0]);
      return simple(place, (k) => {
        k.t.clear_child_tid = word;
        k.says(`set_tid_address(${word})`);
      });
    },
  },
  set_robust_list: {
    usage: 'set_robust_list(x)',
    returns: false,
    steps(place) {
      const word = wordNamed(place, place.operation.args[0]);
      return simple(place, (k) => {
        k.says(`set_robust_list(${word}) = 0`);
        set_robust_list(k, word);
      });
    },
  },
  sigaltstack: {
    usage: 'sigaltstack()',
    returns: false,
    steps: (place) =>
      simple(place, (k) => {
        k.t.altstack = true;
        k.says('sigaltstack(a stack of its own) = 0');
      }),
  },
  open: {
    usage: 'open(p) or open(p, O_CLOEXEC), the write end of a pipe',
    returns: false,
    steps(place) {
      const pipe = pipeOf(place);
      const [, flag] = place.operation.args;
      if (flag !== undefined && flag !== 'O_CLOEXEC')
        place.refuse(`"${flag}" is no flag that the model knows`);
      return simple(place, (k) => {
        k.says(`opens the write end of ${pipe}`);
        open_write_end(k, pipe, flag !== undefined);
      });
    },
  },
  close: {
    usage: 'close(p)',
    returns: false,
    steps(place) {
      const pipe = pipeOf(place);
      return simple(place, (k) => {
        k.says(`close(the write end of ${pipe}) = 0`);
        close_write_end(k, pipe);
      });
    },
  },
  read: {
    usage: 'r = read(p), which waits for the end of file, or r = read(p, O_NONBLOCK)',
    returns: true,
    steps(place) {
      const pipe = pipeOf(place);
      const [, flag] = place.operation.args;
      if (flag !== undefined && flag !== 'O_NONBLOCK')
        place.refuse(`"${flag}" is no flag that the model knows`);
      return readSteps(place, pipe, flag === undefined);
    },
  },
};

function readSteps(place: Place, pipe: string, waits: boolean): Step<LitmusState>[] {
  return [
    step(place.label, 'litmus', (k) => k.says(`read(${pipe} <unfinished ...>`)),
    kernel(`${place.label}/reads`, 'litmus', (k) => {
      if (!hasWriter(k, pipe)) {
        k.says('<... read resumed> = 0');
        place.result(k, 'EOF');
        return;
      }
      if (!waits) {
        k.says('<... read resumed> = -1 EAGAIN');
        place.result(k, 'EAGAIN');
        return;
      }
      if (fatal_signal_pending(k)) {
        k.goto('exit/K6');
        return;
      }
      if (!signal_pending(k)) k.block();
      if (interrupted(k) === 'restarts') {
        k.goto(place.label);
        return;
      }
      place.result(k, 'EINTR');
    }),
  ];
}
