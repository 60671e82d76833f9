/** What a guest program may choose: questions and their answers, each given at the moment somebody reads it. */
import type { Choice, Described, Profile } from './protocol.js';

/** The answers that are left open unless the user names some. */
const QUESTIONS = {
  vfork: {
    'no-vfork': 'the guest does not ask for CLONE_VFORK',
    vfork: 'the guest asks for CLONE_VFORK',
  },
  exit_signal: {
    'exit-signal-0': 'the guest asks for no exit signal',
    SIGCHLD: 'the guest asks for SIGCHLD as exit signal',
    SIGUSR1: 'the guest asks for another standard signal as exit signal',
    SIGRTMIN: 'the guest asks for a real-time signal as exit signal',
  },
  disposition: {
    default: 'the guest leaves the signal at its default',
    ignore: 'the guest ignores the signal',
    handler: 'the guest has a handler for the signal',
  },
  mask: {
    unblocked: 'the guest does not block the signal',
    blocked: 'the guest blocks the signal',
  },
  waits: {
    'wait-nothing': 'the guest waits for nothing',
    'wait-child': 'the guest waits for the child by its tid',
    'wait-any': 'the guest waits for any child until there is none',
    'wait-all': 'the guest waits for any child with __WALL until there is none',
  },
  child: {
    'child-exits': 'the child ends by exit(2)',
    'child-exit-groups': 'the child ends by exit_group(2)',
    'child-execs': 'the child executes a program, which exits or stays',
    'child-exec-fails': 'the child fails to execute a program and exits',
    'child-exec-fails-late': 'the child fails to execute a program after the point of no return',
    'child-faults': 'the child dies of a fault of its own (SIGSEGV)',
    'child-stays': 'the child stays',
  },
  parent: { 'own-child': 'the guest does not ask for CLONE_PARENT' },
  files: { 'own-files': 'the guest does not ask for CLONE_FILES' },
  handlers: { 'own-handlers': 'the guest does not ask for CLONE_SIGHAND' },
  parent_settid: { 'no-parent-settid': 'the guest does not ask for CLONE_PARENT_SETTID' },
  child_settid: { 'no-child-settid': 'the guest does not ask for CLONE_CHILD_SETTID' },
  child_cleartid: { 'no-child-cleartid': 'the guest does not ask for CLONE_CHILD_CLEARTID' },
  pdeathsig: { 'no-pdeathsig': 'the child does not ask for a signal at the death of its parent' },
  sigaction: { 'keeps-handlers': 'the child leaves its table of handlers alone' },
  pipe: { 'no-pipe': 'the guest has no pipe' },
  caller: { 'caller-stays': 'the calling thread leads its process and stays' },
} as const;

/** More answers to the same questions: given only by a guest of whom they are asked by name. */
const ON_REQUEST = {
  disposition: { SA_NOCLDWAIT: 'the guest has a handler for the signal, with SA_NOCLDWAIT' },
  waits: { sigtimedwait: 'the guest takes signals with sigtimedwait, for ever (and needs them blocked)' },
  child: {
    'child-starts-thread': 'the child starts a thread, and ends by exit(2) itself',
    'child-forks': 'the child forks a child of its own, and stays',
  },
  parent: { CLONE_PARENT: 'the guest asks for CLONE_PARENT: its own parent G is to have the child' },
  files: { CLONE_FILES: 'the guest asks for CLONE_FILES' },
  handlers: { CLONE_SIGHAND: 'the guest asks for CLONE_SIGHAND' },
  parent_settid: { CLONE_PARENT_SETTID: 'the guest asks for CLONE_PARENT_SETTID' },
  child_settid: { CLONE_CHILD_SETTID: 'the guest asks for CLONE_CHILD_SETTID' },
  child_cleartid: {
    CLONE_CHILD_CLEARTID: 'the guest asks for CLONE_CHILD_CLEARTID, and sleeps until the word is 0',
  },
  pdeathsig: { PDEATHSIG: 'the child asks for SIGKILL at the death of its parent (PR_SET_PDEATHSIG)' },
  sigaction: { 'resets-handlers': 'the child sets what it does with the signal to the default' },
  pipe: {
    'caller-closes-pipe': 'the guest has the write end of a pipe, which the caller closes after clone',
    'child-closes-pipe': 'the guest has the write end of a pipe, which the child closes',
  },
  caller: { 'caller-ends': 'the calling thread does not lead its process, and ends once it is back' },
} as const satisfies Partial<Record<Question, Record<string, string>>>;

export type Question = keyof typeof QUESTIONS;

export const questions = Object.keys(QUESTIONS) as readonly Question[];

function onRequest(question: Question): Readonly<Record<string, string>> {
  return (ON_REQUEST as Partial<Record<Question, Record<string, string>>>)[question] ?? {};
}

function described(questions: Readonly<Record<string, Readonly<Record<string, string>>>>): Described[] {
  return Object.values(questions).flatMap((answers) =>
    Object.entries(answers).map(([name, sentence]) => ({ name, sentence })),
  );
}

export const GUEST_CHOICES: readonly Choice[] = [
  ...described(QUESTIONS),
  ...described(ON_REQUEST).map((choice) => ({ ...choice, onRequest: true as const })),
];

/** Guests like those one meets, few enough to be explored with every fault. Together they use every choice. */
export const GUEST_PROFILES: readonly Profile[] = [
  {
    name: 'posix_spawn',
    sentence: 'a guest that starts a program as posix_spawn(3) does, and waits for it',
    choices: ['vfork', 'SIGCHLD', 'default', 'blocked', 'wait-child', 'child-execs', 'child-exec-fails'],
  },
  {
    name: 'reaper',
    sentence: 'a guest that is told of deaths by SIGCHLD, and reaps whatever there is',
    choices: ['no-vfork', 'SIGCHLD', 'handler', 'unblocked', 'wait-any', 'child-exits'],
  },
  {
    name: 'vfork-exit',
    sentence: 'a guest whose child ends before the caller runs again; a handler is told, nobody waits',
    choices: ['vfork', 'SIGCHLD', 'handler', 'unblocked', 'wait-nothing', 'child-exit-groups'],
  },
  {
    name: 'crashing-child',
    sentence: 'a guest that asks for SIGUSR1 and has no handler for it; its child dies of SIGSEGV',
    choices: ['no-vfork', 'SIGUSR1', 'default', 'ignore', 'unblocked', 'wait-child', 'child-faults'],
  },
  {
    name: 'realtime',
    sentence: 'a guest that asks for a real-time signal; its child dies in the middle of exec',
    choices: ['vfork', 'SIGRTMIN', 'handler', 'unblocked', 'wait-nothing', 'child-exec-fails-late'],
  },
  {
    name: 'lasting-child',
    sentence: 'a guest that asks for no exit signal, waits with __WALL, and has a child that stays',
    choices: ['no-vfork', 'exit-signal-0', 'default', 'unblocked', 'wait-all', 'child-stays'],
  },
  {
    name: 'joining',
    sentence: 'a guest that clones with the words of pthread_create(3), and joins the child by one of them',
    choices: [
      'CLONE_PARENT_SETTID',
      'CLONE_CHILD_SETTID',
      'CLONE_CHILD_CLEARTID',
      'no-vfork',
      'exit-signal-0',
      'default',
      'unblocked',
      'wait-nothing',
      'child-exits',
      'child-exit-groups',
    ],
  },
  {
    name: 'sharing',
    sentence: 'a guest whose child shares descriptors and handlers with it, changes them, and stays',
    choices: [
      'CLONE_FILES',
      'CLONE_SIGHAND',
      'caller-closes-pipe',
      'child-closes-pipe',
      'resets-handlers',
      'vfork',
      'SIGCHLD',
      'handler',
      'unblocked',
      'wait-nothing',
      'child-stays',
    ],
  },
  {
    name: 'sibling',
    sentence: 'a guest that gives its child to its own parent',
    choices: ['CLONE_PARENT', 'vfork', 'SIGCHLD', 'handler', 'unblocked', 'wait-nothing', 'child-exits'],
  },
  {
    name: 'sigwaiting',
    sentence: 'a guest that takes SIGCHLD with sigtimedwait(2)',
    choices: ['sigtimedwait', 'blocked', 'vfork', 'SIGCHLD', 'child-exits'],
  },
  {
    name: 'no-zombies',
    sentence: 'a guest whose children leave no zombies (SA_NOCLDWAIT)',
    choices: ['SA_NOCLDWAIT', 'vfork', 'SIGCHLD', 'unblocked', 'wait-any', 'child-exits'],
  },
  {
    name: 'forking-child',
    sentence: 'a guest whose child forks',
    choices: ['child-forks', 'vfork', 'SIGCHLD', 'handler', 'unblocked', 'wait-any'],
  },
  {
    name: 'threaded-child',
    sentence: 'a guest whose child starts a thread and ends by exit(2)',
    choices: ['child-starts-thread', 'no-vfork', 'exit-signal-0', 'default', 'unblocked', 'wait-nothing'],
  },
  {
    name: 'leaving-caller',
    sentence:
      'a guest that clones from a thread, which ends; its child is to be killed then, and otherwise stays',
    choices: [
      'caller-ends',
      'PDEATHSIG',
      'child-stays',
      'no-vfork',
      'exit-signal-0',
      'default',
      'unblocked',
      'wait-nothing',
    ],
  },
];

/** The answers that are left open by the names the user gave. */
export function answers(question: Question, asked: readonly string[]): string[] {
  const usual = Object.keys(QUESTIONS[question]);
  const named = [...usual, ...Object.keys(onRequest(question))].filter((name) => asked.includes(name));
  return named.length > 0 ? named : usual;
}

/** Is this an answer that the guest may give, so that the programs have to be ready for it? */
export type May = (answer: string) => boolean;

export function mayAnswer(asked: readonly string[]): May {
  const possible = new Set(questions.flatMap((question) => answers(question, asked)));
  return (answer) => possible.has(answer);
}

/** May the guest have a pipe, so that its tasks have descriptors? */
export function mayHavePipe(may: May): boolean {
  return may('caller-closes-pipe') || may('child-closes-pipe');
}
