/** A run with canned results, so that the printers can be tested without a model or a search. */

import type { Counterexample, PropertyResult, SearchResult } from '../../checker/result.js';
import type { Change, Entry } from '../../checker/run.js';
import type { Slot, System } from '../../model/system.js';
import { union } from '../../checker/union.js';
import type { Question, Run, Union } from '../../traces/report.js';

export const question: Question = {
  protocol: 'qemu-clone-vm',
  platform: 'linux',
  kernel: '6.18',
  clones: 1,
  rounds: 1,
  faults: [
    { name: 'kill-T', budget: 1 },
    { name: 'clone-eagain', budget: 1 },
  ],
  maxFaults: 1,
  guest: ['usual'],
  without: [],
};

/** The manager's futex word changes between its read and its wait: the assertion on the result of the wait fails. */
const eagain: readonly Entry[] = [
  step(1, 'P', 'alloc-stacks', 'row 1', 'mmap(NULL, 262144, PROT_READ|PROT_WRITE) = tstack', [
    change('memory.tstack', 'free', 'allocated'),
  ]),
  step(1, 'P', 'alloc-cstack', 'row 1', 'mmap(NULL, 262144, PROT_READ|PROT_WRITE) = cstack', [
    change('memory.cstack', 'free', 'allocated'),
  ]),
  step(1, 'P', 'create-manager', 'row 2', 'pthread_create(M, detached) = 0', [
    change('task.M.state', 'absent', 'alive'),
  ]),
  step(1, 'P', 'await-fetched', 'row 2', 'await(fetched) <unfinished ...>', [
    change('completion.fetched.waiters', [], ['P']),
  ]),
  step(2, 'M', 'publish-tls', 'row 3', 'mgr->tls = fs', [change('mgr.tls', '', 'M')]),
  step(2, 'M', 'finish-fetched', 'row 3', 'finish(fetched)', [
    change('completion.fetched.set', false, true),
    change('completion.fetched.waiters', ['P'], []),
  ]),
  step(
    3,
    'P',
    'clone-trampoline',
    'row 5',
    'clone(CLONE_VM|CLONE_FILES|CLONE_FS|CLONE_IO|CLONE_SIGHAND|CLONE_SYSVSEM|CLONE_SETTLS|CLONE_CHILD_CLEARTID|SIGCHLD, stack=tstack) = 102',
    [
      change('task.T.state', 'absent', 'alive'),
      change('task.T.tid', 0, 102),
      change('mgr.managed_tid', 0, 102),
      change('task.T.pending', ['a', 'b', 'c', 'd', 'e'], ['b', 'c', 'd', 'e', 'f']),
    ],
  ),
  step(4, 'T', 'clone-child', 'row 7', 'clone(CLONE_VM|CLONE_VFORK|SIGCHLD, stack=cstack) = 103', [
    change('task.C.state', 'absent', 'alive'),
    change('task.T.vfork_done', false, true),
  ]),
  step(5, 'M', 'read-tid', 'row 11', 'tid = *managed_tid /* 102 */', [change('task.M.local.tid', 0, 102)]),
  step(6, 'C', 'exit', 'K7b EXIT-7', 'exit(0) = ?', [change('task.C.state', 'alive', 'zombie')]),
  step(7, 'T', 'clear-tid', 'row 10', 'exit(0) /* *managed_tid = 0 & <wake> "one" */', [
    change('mgr.managed_tid', 102, 0),
  ]),
  {
    ...step(8, 'M', 'futex-wait', 'row 11', 'futex(managed_tid, FUTEX_WAIT, 102) = -1 EAGAIN', []),
    failure: { property: 'no-failed-assertion', object: 'futex_wait == 0' },
  },
];

const killed: readonly Entry[] = [
  step(1, 'P', 'alloc-stacks', 'row 1', 'mmap(NULL, 262144, PROT_READ|PROT_WRITE) = tstack', []),
  step(2, 'kill-T', 'strike', '', 'kill(T, SIGKILL) = 0', [change('task.T.state', 'alive', 'zombie')]),
  {
    ...step(3, 'P', 'await-child-ready', 'row 6', 'await(child_ready) <unfinished ...>', []),
    broken: [{ property: 'no-hang', object: 'P' }],
  },
];

export const system: System = {
  name: 'qemu-clone-vm',
  initial: { tasks: [] },
  slots: [slot('P'), slot('M'), slot('T'), slot('C'), slot('kill-T', 'environment')],
  properties: [
    promised('no-failed-assertion', 'step', 'no assertion of the protocol fails'),
    promised(
      'no-use-after-free',
      'step',
      'nobody uses a stack, TLS image, frame or heap object after it was freed or its function returned',
    ),
    promised('no-double-free', 'step', 'nothing is freed twice'),
    promised(
      'guest-mask-kept',
      'step',
      'caller and child run guest code with the mask the guest had, on every path',
    ),
    {
      ...promised('no-hang', 'step', 'the caller has come back from clone or is dead'),
      kind: 'finally',
      broken: () => 'P',
    },
  ],
  steps: [
    { slot: 'P', label: 'alloc-stacks', row: 'row 1' },
    { slot: 'M', label: 'futex-wait', row: 'row 11' },
    { slot: 'C', label: 'mask-fails', row: 'row E6', neverTaken: 'setting a mask cannot fail on Linux' },
    { slot: 'T', label: 'finish-child-ready', row: 'row 9' },
  ],
  faults: () => [],
};

const assertion: Counterexample = {
  cause: { label: 'futex-wait', object: 'futex_wait == 0', faults: [] },
  turns: 8,
  steps: 12,
  path: eagain.map((each, index) => ({
    slot: 'PMTC'.indexOf(each.slot),
    choices: index === 6 ? [0, 2] : [],
  })),
};

const hang: Counterexample = {
  cause: { label: 'no-hang', object: 'P', faults: ['kill-T'] },
  turns: 3,
  steps: 3,
  path: [0, 4, 0].map((each) => ({ slot: each, choices: [] })),
};

const properties: readonly PropertyResult[] = [
  { name: 'no-failed-assertion', kind: 'step', verdict: 'violated', counterexamples: [assertion] },
  { name: 'no-use-after-free', kind: 'step', verdict: 'holds', counterexamples: [] },
  { name: 'no-double-free', kind: 'step', verdict: 'undecided', counterexamples: [] },
  { name: 'guest-mask-kept', kind: 'step', verdict: 'vacuous', counterexamples: [] },
  {
    name: 'no-hang',
    kind: 'finally',
    verdict: 'violated',
    counterexamples: [hang, { ...hang, turns: 5, cause: { ...hang.cause, faults: ['clone-eagain'] } }],
  },
];

const result: SearchResult = {
  engine: 'explicit',
  states: 123_456,
  transitions: 456_789,
  turns: 11,
  deadlocks: 12,
  failures: 34,
  exhausted: true,
  stopped: 'exhausted',
  seconds: 1.25,
  properties,
  taken: ['M:futex-wait', 'P:alloc-stacks'],
  events: [],
};

/** A run in which two promises are broken, one of them without any fault. */
export const broken: Run = {
  question,
  depth: null,
  system,
  model: '1a2b3c4d',
  result,
  trace: (path) => (path.length === eagain.length ? eagain : killed),
};

/** A run in which every promise holds as far as a bound. */
export const sound: Run = {
  ...broken,
  depth: 12,
  result: {
    ...result,
    exhausted: false,
    stopped: 'depth',
    properties: properties.map((each) => ({ ...each, verdict: 'holds-to-depth', counterexamples: [] })),
  },
};

/** The union of two parts, of which the second was cut short, so that a third was not run. */
export const whole: Union = {
  question,
  depth: 12,
  system,
  result: union(
    [sound.result, { ...broken.result, exhausted: false, stopped: 'timeout' }],
    system.properties,
  ),
  parts: [
    { ...sound, question: { ...question, faults: [] }, profile: null },
    {
      ...broken,
      question: { ...question, guest: ['SIGCHLD', 'handler'] },
      result: { ...broken.result, exhausted: false, stopped: 'timeout' },
      profile: 'reaper',
    },
  ],
  unrun: ['realtime'],
};

function step(
  turn: number,
  name: string,
  label: string,
  row: string,
  says: string,
  changes: readonly Change[],
): Entry {
  return { turn, slot: name, label, row, says, changes, before: {}, after: {}, broken: [] };
}

function change(path: string, from: unknown, to: unknown): Change {
  return { path, from, to };
}

function slot(name: string, kind: Slot['kind'] = 'task'): Slot {
  return { name, kind, step: (_draft, move) => move.block() };
}

function promised(name: string, kind: 'step', sentence: string) {
  return { name, kind, sentence, witness: 'cloned' };
}
