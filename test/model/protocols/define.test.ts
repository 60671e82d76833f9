/** What a file of one's own may say beside programs: completions, handlers, objects, several processes. */
import { expect, test } from 'vitest';
import { explicit } from '../../../checker/explicit.js';
import { reference } from '../../../checker/reference.js';
import {
  allocate,
  completion_await,
  completion_finish,
  defineProtocol,
  free,
  load,
  rest,
  sendFault,
  step,
  type OwnState,
  type Protocol,
} from '../../../model/index.js';
import { DEFAULT_RELEASE } from '../../../model/platforms.js';
import { judged } from '../../../properties/index.js';

/** The verdicts by name, on which both engines agree. */
async function verdicts(protocol: Protocol): Promise<Record<string, string>> {
  const faults = protocol.defaultFaults.map((name) => ({ name, budget: 1 }));
  const asked = {
    faults,
    maxFaults: 1,
    guest: [],
    clones: 1,
    rounds: 1,
    kernel: DEFAULT_RELEASE,
    without: [],
  };
  const system = judged(protocol, asked);
  const [fast, slow] = [await explicit(system, {}), await reference(system, {})];
  expect(fast.states).toBe(slow.states);
  const named = ({ properties }: typeof fast) => properties.map(({ name, verdict }) => [name, verdict]);
  expect(named(fast)).toEqual(named(slow));
  return Object.fromEntries(named(fast)) as Record<string, string>;
}

test('two processes, and a completion between them', async () => {
  const waits = (finish: boolean) =>
    defineProtocol({
      name: 'completion',
      summary: 'one waits until the other is done',
      starts: ['A', 'B'],
      completions: ['done'],
      tasks: {
        A: [...completion_await<OwnState>('await', 'A', 'done'), rest('end', 'A')],
        B: [...(finish ? completion_finish<OwnState>('finish', 'B', 'done') : []), rest('end', 'B')],
      },
      properties: ['no-bad-lock', 'no-failed-assertion'],
      promises: [
        {
          kind: 'finally',
          name: 'a-goes-on',
          sentence: 'A is told',
          witness: 'unlock',
          broken: ({ task }) => (task['A']!.pc === 'end' ? '' : 'A'),
        },
      ],
    });
  expect(await verdicts(waits(true))).toEqual({
    'no-bad-lock': 'holds',
    'no-failed-assertion': 'holds',
    'a-goes-on': 'holds',
  });
  expect(await verdicts(waits(false))).toMatchObject({ 'a-goes-on': 'violated' });
});

test('a handler, which the signal of a stranger comes to', async () => {
  const takes = (action: string) =>
    defineProtocol<{ taken: string }>({
      name: 'handler',
      summary: 'a signal is handled',
      state: { taken: '' },
      handlers: { A: { SIGUSR1: action } },
      tasks: { A: [rest('end', 'A')] },
      handler(k, sig) {
        k.s.taken = sig;
        k.move.event('taken');
      },
      environment: [sendFault('usr1-A', 'somebody sends SIGUSR1', 'A', 'SIGUSR1')],
      promises: [
        {
          kind: 'always',
          name: 'lives',
          sentence: 'A lives',
          witness: 'taken',
          broken: ({ task }) => (task['A']!.state === 'running' ? '' : 'A'),
        },
        {
          kind: 'always',
          name: 'is-left-alone',
          sentence: 'no handler runs',
          witness: 'taken',
          broken: ({ taken }) => taken,
        },
      ],
    });
  expect(await verdicts(takes('handler'))).toEqual({ lives: 'holds', 'is-left-alone': 'violated' });
  expect(await verdicts(takes('default'))).toMatchObject({ lives: 'violated' });
  expect(await verdicts(takes('ignore'))).toEqual({ lives: 'vacuous', 'is-left-alone': 'vacuous' });
});

test('a word is gone with its object', async () => {
  const reads = (after: boolean) => {
    const read = step<OwnState>('read', 'A', (k) => void load(k, 'box.word'));
    const drop = step<OwnState>('free', 'A', (k) => free(k, 'box'));
    const take = step<OwnState>('malloc', 'A', (k) => allocate(k, 'box'));
    return defineProtocol({
      name: 'box',
      summary: 'a word in a box',
      words: { 'box.word': 7 },
      objects: { box: '' },
      tasks: { A: [take, ...(after ? [drop, read] : [read, drop]), rest('end', 'A')] },
      properties: ['no-use-after-free'],
    });
  };
  expect(await verdicts(reads(false))).toEqual({ 'no-use-after-free': 'holds' });
  expect(await verdicts(reads(true))).toEqual({ 'no-use-after-free': 'violated' });
});

test('what names no task is refused', () => {
  const own = { name: 'x', summary: 'x', tasks: { A: [rest<OwnState>('end', 'A')] } };
  expect(() => defineProtocol({ ...own, starts: ['B'] })).toThrow('starts names B, which is no task');
  expect(() => defineProtocol({ ...own, objects: { box: 'B' } })).toThrow('objects names B');
  expect(() => defineProtocol({ ...own, tasks: {} })).toThrow('there are no tasks');
});
