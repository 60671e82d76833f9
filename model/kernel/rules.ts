/**
 * The rules of the kernel that the model keeps, one line each, and what explains each: a litmus test or a unit test. A test
 * compares this list with the sources: a rule is cited where it is implemented, and explained in one place.
 */

interface Stated {
  /** As cited in the comments of this folder. */
  readonly id: string;
  readonly says: string;
}

export type Rule = Stated &
  (
    | { /** The name of the litmus test that explains it. */ readonly litmus: string }
    | {
        /** The file, without folder and ending, and the name of the unit test that explains it. */ readonly unit: string;
      }
    | { /** Why the model does without it. */ readonly leftOut: string }
  );

export const RULES: readonly Rule[] = [
  { id: 'K1', says: 'clone first looks at its flags and at pending signals', litmus: 'clone-einval' },
  {
    id: 'K2',
    says: 'the new task is linked in, and so can be seen, in one step before it can run',
    litmus: 'k2-visible-before-it-runs',
  },
  {
    id: 'K3',
    says: 'the creator stores the tid and then makes the new task runnable',
    litmus: 'ord-1-parent-settid-before-child-runs',
  },
  {
    id: 'K4',
    says: 'the new task stores its own tid before its first user instruction',
    litmus: 'ord-2-child-settid-is-late',
  },
  {
    id: 'K5',
    says: 'the caller of a vfork sleeps until the child lets go of the memory or the caller is killed',
    litmus: 'vf-1-caller-waits-for-the-memory',
  },
  {
    id: 'K6',
    says: 'an exit begins by fixing the code and marking the task as exiting',
    unit: 'exit: a dying task takes its parts in the order of EXIT-4',
  },
  {
    id: 'K7',
    says: 'memory is released in five steps: robust list, word, wake, vfork, memory',
    litmus: 'exit-7-word-before-wake',
  },
  {
    id: 'K8',
    says: 'descriptors and other resources go after the memory and before the death is told',
    litmus: 'k8-end-of-file-before-zombie',
  },
  {
    id: 'K9',
    says: 'children move, the zombie appears and its parent is told in one step',
    litmus: 'wait-8-zombie-with-the-signal',
  },
  { id: 'K10', says: 'the pid is given back in a step of its own', litmus: 'k10-pid-until-released' },
  {
    id: 'W1',
    says: 'a zombie is claimed by one waiter and released by it later',
    litmus: 'wait-10-one-of-two-waiters',
  },
  {
    id: 'CLONE-1',
    says: 'the order of the arguments in registers',
    leftOut: 'the model names arguments and has no registers',
  },
  {
    id: 'CLONE-2',
    says: 'clone returns the tid, and what fails leaves nothing behind',
    litmus: 'clone-einval',
  },
  {
    id: 'CLONE-3',
    says: 'some pairs of flags contradict each other: EINVAL',
    unit: 'clone-args: refuses the pairs of CLONE-3 and nothing else',
  },
  { id: 'CLONE-4', says: 'an init can have no sibling', litmus: 'clone-4-no-sibling-of-init' },
  { id: 'CLONE-5', says: 'a pidfd for a thread is allowed since 6.9', litmus: 'clone-5-pidfd-of-a-thread' },
  {
    id: 'CLONE-6',
    says: 'the older call takes any number for an exit signal and ignores it with CLONE_THREAD and CLONE_PARENT',
    litmus: 'clone-6-legacy-takes-any-signal',
  },
  { id: 'CLONE-7', says: 'clone3 refuses what it would ignore', litmus: 'clone-7-clone3-is-strict' },
  {
    id: 'CLONE-8',
    says: 'processes that share memory may be in different namespaces',
    unit: 'clone-args: accepts shared memory across namespaces (CLONE-8)',
  },
  {
    id: 'CLONE-9',
    says: 'a pending signal makes clone start over, unseen by the program',
    litmus: 'clone-9-pending-signal-first',
  },
  {
    id: 'CLONE-10',
    says: "without CLONE_SETTLS the child runs on its creator's TLS",
    litmus: 'clone-10-tls-is-inherited',
  },
  {
    id: 'CLONE-11',
    says: 'CLONE_VM without CLONE_VFORK drops the alternate signal stack',
    litmus: 'clone-11-altstack-cleared',
  },
  {
    id: 'CLONE-12',
    says: 'the mask is inherited, pending signals and PDEATHSIG are not',
    litmus: 'clone-12-what-a-child-inherits',
  },
  {
    id: 'CLONE-13',
    says: 'CLONE_SIGHAND shares the handlers between processes, until one executes a program',
    litmus: 'clone-13-shared-handlers',
  },
  {
    id: 'CLONE-14',
    says: "CLONE_PTRACE attaches the child to the caller's tracer",
    leftOut: 'no task of the model is traced; without a tracer the flag does nothing',
  },
  {
    id: 'ORD-1',
    says: 'CLONE_PARENT_SETTID is stored before the child runs',
    litmus: 'ord-1-parent-settid-before-child-runs',
  },
  {
    id: 'ORD-2',
    says: 'CLONE_CHILD_SETTID may be stored after clone returned',
    litmus: 'ord-2-child-settid-is-late',
  },
  {
    id: 'ORD-3',
    says: 'with CLONE_VFORK it is stored by then',
    litmus: 'ord-3-vfork-waits-for-child-settid',
  },
  {
    id: 'ORD-4',
    says: 'the number of the pidfd is stored before the call can still fail',
    leftOut: 'no program can see it without the failure the number is then useless for',
  },
  {
    id: 'ORD-5',
    says: 'a traced child stops after it stored its tid',
    leftOut: 'no task of the model is traced',
  },
  { id: 'PAR-1', says: 'the parent is the calling thread', litmus: 'par-1-parent-is-the-calling-thread' },
  {
    id: 'PAR-2',
    says: "CLONE_PARENT copies the caller's parent and its leader's exit signal",
    litmus: 'par-2-sibling-has-the-leaders-signal',
  },
  {
    id: 'PAR-3',
    says: 'so a creator can give a sibling only the signal it has itself',
    litmus: 'par-3-both-deaths-notify',
  },
  {
    id: 'PAR-4',
    says: 'a thread has no exit signal and nobody waits for it',
    litmus: 'par-4-threads-are-not-waited-for',
  },
  {
    id: 'PAR-5',
    says: 'CLONE_PARENT after reparenting means the new parent',
    litmus: 'par-5-later-sibling-of-a-new-parent',
  },
  { id: 'PAR-6', says: 'a sibling is no child of its creator', litmus: 'par-6-a-sibling-is-no-child' },
  {
    id: 'VF-1',
    says: "the wait of vfork ends with the child's use of the memory",
    litmus: 'vf-1-caller-waits-for-the-memory',
  },
  { id: 'VF-2', says: 'only a fatal signal ends it early, since 3.4', litmus: 'vf-2-caught-signals-wait' },
  {
    id: 'VF-3',
    says: 'a killed waiter leaves the child running in the shared memory',
    litmus: 'vf-3-killed-waiter',
  },
  {
    id: 'VF-4',
    says: 'a waiter that is killed and released at once dies',
    litmus: 'vf-4-killed-and-released-at-once',
  },
  {
    id: 'VF-5',
    says: 'vfork may return before the child is a zombie',
    litmus: 'vf-5-child-is-no-zombie-yet',
  },
  {
    id: 'EXIT-1',
    says: 'exit_group ends the threads of the group and nobody else',
    litmus: 'exit-1-group-exit-spares-sharers',
  },
  {
    id: 'EXIT-2',
    says: 'the first group exit wins; a thread collected by an exec ends by 0',
    litmus: 'exit-2-first-code-wins',
  },
  {
    id: 'EXIT-3',
    says: 'the last thread to leave gives the status, since 6.0',
    litmus: 'exit-3-status-of-the-last-thread',
  },
  { id: 'EXIT-4', says: 'a dying task does things in a fixed order', litmus: 'exit-4-cleartid-before-vfork' },
  {
    id: 'EXIT-5',
    says: 'the CLEARTID word is cleared only if somebody else uses the memory',
    litmus: 'exit-5-sole-user-leaves-the-word',
  },
  {
    id: 'EXIT-6',
    says: 'the cause of death does not matter for it, since 4.8 and 5.16',
    litmus: 'exit-6-killed-task-clears',
  },
  {
    id: 'EXIT-7',
    says: 'clearing the word and waking one shared waiter are two steps',
    litmus: 'exit-7-word-before-wake',
  },
  {
    id: 'EXIT-8',
    says: 'a thread leaves no zombie and sends no signal',
    litmus: 'exit-8-a-thread-leaves-no-zombie',
  },
  {
    id: 'EXIT-9',
    says: 'a dead leader is announced by its last thread',
    litmus: 'exit-9-dead-leader-is-not-waitable',
  },
  {
    id: 'EXIT-10',
    says: 'a core dump kills its own group only, since 5.16',
    litmus: 'exit-10-core-dump-spares-sharers',
  },
  {
    id: 'EXIT-11',
    says: 'the stack of a dead task is not touched after it let go of the memory',
    unit: 'exit: the stack of a dying task may be freed once it let go of the memory (EXIT-11)',
  },
  {
    id: 'EXIT-12',
    says: 'the out-of-memory killer kills all who share the memory',
    litmus: 'exit-12-out-of-memory',
  },
  {
    id: 'EXIT-13',
    says: 'a group that is exiting drops what is sent to it',
    unit: 'signal: a group that is exiting drops what is sent to it (EXIT-13)',
  },
  { id: 'EXEC-1', says: 'an early failure of exec changes nothing', litmus: 'exec-1-early-failure' },
  {
    id: 'EXEC-2',
    says: 'exec collects threads, takes descriptors of its own, lets go of the memory and resets handlers, in this order',
    litmus: 'exec-2-own-descriptors',
  },
  {
    id: 'EXEC-3',
    says: 'exec clears the word and releases the vfork waiter; the task keeps its pid',
    litmus: 'exec-3-releases-and-clears',
  },
  {
    id: 'EXEC-4',
    says: 'the exit signal is SIGCHLD before that',
    litmus: 'exec-4-exit-signal-at-vfork-return',
  },
  { id: 'EXEC-5', says: 'close-on-exec descriptors may be open a while longer', litmus: 'exec-5-late-close' },
  { id: 'EXEC-6', says: 'a late failure kills by SIGSEGV', litmus: 'exec-6-late-failure' },
  {
    id: 'EXEC-7',
    says: 'exec kills the siblings, and their children get PDEATHSIG',
    litmus: 'exec-7-siblings-die',
  },
  {
    id: 'EXEC-8',
    says: "a thread that executes takes over its leader's pid, unless a group exit is faster",
    litmus: 'exec-8-takes-over-the-pid',
  },
  {
    id: 'EXEC-9',
    says: 'mask, pending and ignored signals survive an exec; handlers and the alternate stack do not',
    litmus: 'exec-9-what-is-kept',
  },
  {
    id: 'EXEC-10',
    says: 'those who shared the memory stay in it; CLEARTID at exec has the condition of EXIT-5',
    litmus: 'exec-10-sharers-stay',
  },
  {
    id: 'NOT-1',
    says: "the exit signal is for the parent's process; any willing thread may take it",
    litmus: 'not-1-any-willing-thread',
  },
  {
    id: 'NOT-2',
    says: 'a parent that has executed a program since gets SIGCHLD',
    litmus: 'not-2-parent-has-execed',
  },
  {
    id: 'NOT-3',
    says: 'which does not change how the child is waited for',
    litmus: 'not-3-stored-signal-stays',
  },
  {
    id: 'NOT-4',
    says: 'a child whose signal is SIGCHLD releases itself if the parent ignores that or has SA_NOCLDWAIT',
    litmus: 'not-4-autoreap',
  },
  {
    id: 'NOT-5',
    says: 'adoption by another process sets SIGCHLD and tells of a zombie again',
    litmus: 'not-5-adopted-zombie',
  },
  { id: 'NOT-6', says: 'siginfo tells who died and how', litmus: 'not-6-how-it-ended' },
  {
    id: 'NOT-7',
    says: 'exit signals need no permission, PDEATHSIG does',
    leftOut: 'the model has no users, so every signal is permitted',
  },
  {
    id: 'NOT-8',
    says: 'a pending SIGCHLD from kill absorbs the notification',
    litmus: 'not-8-kill-absorbs-the-notice',
  },
  {
    id: 'REP-1',
    says: 'children go to a sibling thread, then to a subreaper, then to init',
    litmus: 'rep-1-sibling-thread-first',
  },
  { id: 'REP-2', says: 'PDEATHSIG follows the parent thread', litmus: 'rep-2-pdeathsig-follows-the-thread' },
  { id: 'REP-3', says: "it fires at each parent's death", litmus: 'rep-3-fires-again' },
  {
    id: 'REP-4',
    says: "in the name of the dying parent's process",
    litmus: 'rep-4-in-the-name-of-the-process',
  },
  {
    id: 'REP-5',
    says: 'clone and a change of credentials clear it, a plain exec does not',
    litmus: 'rep-5-what-clears-it',
  },
  { id: 'REP-6', says: 'set too late it never fires', litmus: 'rep-6-too-late' },
  {
    id: 'REP-7',
    says: "for a sibling the creator's parent thread counts, not the creator",
    litmus: 'rep-7-which-thread-counts',
  },
  {
    id: 'REP-8',
    says: 'orphans of a vfork go on as they were, with SIGCHLD',
    litmus: 'rep-8-orphans-of-a-vfork',
  },
  {
    id: 'WAIT-1',
    says: 'the children of all threads can be waited for',
    litmus: 'wait-1-children-of-all-threads',
  },
  { id: 'WAIT-2', says: 'the exit signal decides which wait sees a child', litmus: 'wait-2-by-exit-signal' },
  {
    id: 'WAIT-3',
    says: 'nobody to wait for is ECHILD, nobody ready is a sleep',
    litmus: 'wait-3-nobody-eligible',
  },
  {
    id: 'WAIT-4',
    says: 'the oldest ready child first, own children before those of siblings',
    litmus: 'wait-4-oldest-first',
  },
  { id: 'WAIT-5', says: 'a trampoline is an ordinary child', litmus: 'wait-5-trampoline-is-a-child' },
  {
    id: 'WAIT-6',
    says: 'WNOWAIT leaves the zombie, and collecting leaves the signal',
    litmus: 'wait-6-wnowait-and-pending',
  },
  {
    id: 'WAIT-7',
    says: 'a wait for a child that releases itself ends by ECHILD',
    litmus: 'wait-7-autoreaped',
  },
  {
    id: 'WAIT-8',
    says: 'a handler that runs ends a wait that sleeps',
    litmus: 'wait-8-zombie-with-the-signal',
  },
  { id: 'WAIT-9', says: 'a pidfd gives no right to wait', litmus: 'wait-9-pidfd-obeys-parentage' },
  { id: 'WAIT-10', says: 'of two waiters one gets the zombie', litmus: 'wait-10-one-of-two-waiters' },
  {
    id: 'SIG-1',
    says: 'a standard signal is pending once, with its first siginfo',
    litmus: 'sig-1-first-siginfo-wins',
  },
  {
    id: 'SIG-2',
    says: "a thread's queue and its process's are apart, and its own comes first",
    litmus: 'sig-2-two-queues',
  },
  { id: 'SIG-3', says: 'real-time signals queue, up to a limit', litmus: 'sig-3-realtime-queues' },
  {
    id: 'SIG-4',
    says: 'an ignored signal is dropped when sent, unless it is blocked',
    litmus: 'sig-4-ignored-at-send-time',
  },
  {
    id: 'SIG-5',
    says: 'a fatal signal without a core is a group kill when sent',
    litmus: 'sig-5-fatal-at-send-time',
  },
  {
    id: 'SIG-6',
    says: 'a shared signal is taken by a thread that wants it',
    litmus: 'sig-6-the-others-take-it',
  },
  {
    id: 'SIG-7',
    says: 'everything can be blocked but SIGKILL and SIGSTOP',
    litmus: 'sig-7-everything-blocked',
  },
  {
    id: 'STOP-1',
    says: 'a stop is told by SIGCHLD when the last thread has stopped',
    litmus: 'stop-1-sigchld-for-a-stop',
  },
  { id: 'STOP-2', says: 'SIGCONT and stops cancel each other when sent', litmus: 'stop-2-continued' },
  {
    id: 'STOP-3',
    says: 'wait reports a stop and a continuation once each, to who asks',
    litmus: 'stop-3-reported-once',
  },
  { id: 'STOP-4', says: 'SIGKILL ends a stop', litmus: 'stop-4-kill-ends-a-stop' },
  {
    id: 'FUT-1',
    says: 'the value is compared under the lock that a wake takes',
    litmus: 'fut-1-value-decides',
  },
  { id: 'FUT-2', says: 'a handler ends a wait or restarts it', litmus: 'fut-2-handlers' },
  {
    id: 'FUT-3',
    says: '0 says that somebody woke the address, and no more',
    litmus: 'fut-3-zero-says-little',
  },
  { id: 'FUT-4', says: 'private and shared keys differ', litmus: 'fut-4-private-sleeps-on' },
  { id: 'FUT-5', says: 'CLEARTID wakes one', litmus: 'fut-5-wakes-one' },
  { id: 'FUT-6', says: 'a private key is a memory and an address', litmus: 'fut-6-private-across-processes' },
  { id: 'FUT-7', says: 'a plain lock of a dead task stays locked', litmus: 'fut-7-lock-of-a-dead-task' },
];
