/**
 * A protocol of one's own: `check join.ts`.
 *
 * pthread_join as glibc makes it: the kernel stores the thread's tid into a word as it creates the thread, clears the
 * word and wakes who sleeps on it when the thread has let go of its memory; then the joiner frees the stack. (glibc,
 * create_thread and __pthread_clockjoin_ex.)
 *
 * Change `shared` to `private` in the futex below, and nobody ever wakes the joiner: the kernel's own wake is a shared one.
 */
import {
  allocate,
  clone,
  defineProtocol,
  do_exit,
  free,
  futex_wait,
  killFault,
  load,
  rest,
  step,
  type OwnState,
} from 'clonecheck';

/** What the joiner keeps on its stack: the tid it has read, on which it is about to sleep. */
interface Locals {
  joiner: { tid: number };
}

export default defineProtocol<Locals>({
  name: 'join',
  summary: 'pthread_join by the CLEARTID word',
  words: { tid: 0 },
  objects: { stack: '' },
  state: { joiner: { tid: 0 } },
  // P is there at the start; the other tasks are there once somebody has cloned them.
  tasks: {
    P: [
      step('mmap', 'allocate_stack', (k) => {
        allocate(k, 'stack');
        k.says('mmap(...) = stack');
      }),
      ...clone<OwnState<Locals>>('clone', 'create_thread', {
        child: 'T',
        flags: () => [
          'CLONE_VM',
          'CLONE_FS',
          'CLONE_FILES',
          'CLONE_SIGHAND',
          'CLONE_THREAD',
          'CLONE_SYSVSEM',
          'CLONE_PARENT_SETTID',
          'CLONE_CHILD_CLEARTID',
        ],
        exit_signal: () => '',
        stack: 'stack',
        parent_tid: 'tid',
        child_tid: 'tid',
        entry: 'start_thread',
        mayVfork: false,
        fault: 'clone-T',
        failed: 'munmap',
      }),
      step('join', 'lll_wait_tid', (k) => {
        k.s.joiner.tid = load(k, 'tid');
        k.says(`tid is ${k.s.joiner.tid}`);
        if (k.s.joiner.tid === 0) k.goto('munmap');
      }),
      ...futex_wait<OwnState<Locals>>('wait', 'lll_wait_tid', {
        word: 'tid',
        key: 'shared',
        expected: (k) => k.s.joiner.tid,
        done: (k) => k.goto('join'),
      }),
      step('munmap', '__nptl_free_tcb', (k) => {
        k.s.joiner.tid = 0;
        free(k, 'stack');
        k.move.event('joined');
        k.says('munmap(stack)');
      }),
      rest('end', 'main'),
    ],
    T: [
      step('start_thread', 'start_thread', (k) => {
        k.says('exit(0) = ?');
        do_exit(k);
      }),
    ],
  },
  // User code of T runs on this; the kernel's part of its exit does not.
  standsOn: { T: ['stack'] },
  faults: [{ name: 'clone-T', sentence: 'the thread cannot be created (EAGAIN)' }],
  environment: [killFault('P', 'the process')],
  properties: ['no-use-after-free', 'no-double-free'],
  promises: [
    {
      kind: 'finally',
      name: 'joiner-comes-back',
      sentence: 'pthread_join returns, or the process is dead',
      witness: 'joined',
      broken: ({ task }) => (task['P']?.state === 'running' && task['P'].pc !== 'end' ? 'P' : ''),
    },
  ],
});
