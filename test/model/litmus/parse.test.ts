import { describe, expect, test } from 'vitest';
import { litmusSystem, parseLitmus } from '../../../model/litmus/index.js';
import { systemOf } from './walk.js';

const GOOD = [
  'question: Does it?',
  'rules: VF-1, K5',
  'kernel: 5.10',
  'words: x = 0, y = 1',
  'pipes: p',
  'task P: handles SIGCHLD SA_RESTART, blocks SIGUSR1',
  '# a comment',
  '',
  'P                                      | C',
  'r = clone(C, CLONE_VM|CLONE_VFORK|SIGCHLD) | x = 1',
  's = x                                  | exit(3)',
  '',
  'exists: P.s = 1 & C.state != done',
  'expect: Always',
  'because: It waits,',
  '  and goes on then.',
  'source: kernel_clone, 5.10',
];

function refusal(lines: readonly string[]): string {
  try {
    litmusSystem(parseLitmus('test.litmus', lines.join('\n')));
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  throw new Error('it was accepted');
}

/** The good file with one line in the place of another. */
function changed(line: number, text: string): string[] {
  return GOOD.map((old, index) => (index === line - 1 ? text : old));
}

test('reads every part of a file', () => {
  const litmus = parseLitmus('folder/good.litmus', GOOD.join('\n'));
  expect(litmus).toMatchObject({
    name: 'good',
    rules: ['VF-1', 'K5'],
    kernel: '5.10',
    words: { x: 0, y: 1 },
    pipes: ['p'],
    expect: 'Always',
    because: 'It waits, and goes on then.',
    exists: [
      { what: 'P.s', equal: true, value: '1' },
      { what: 'C.state', equal: false, value: 'done' },
    ],
  });
  expect(litmus.columns.map(({ task, operations }) => [task, operations.map(({ text }) => text)])).toEqual([
    ['P', ['r = clone(C, CLONE_VM|CLONE_VFORK|SIGCHLD)', 's = x']],
    ['C', ['x = 1', 'exit(3)']],
  ]);
  expect(() => litmusSystem(litmus)).not.toThrow();
});

describe('a wrong line is named with what is accepted there', () => {
  test.each([
    [3, 'kernel: 4.99', 'there is no kernel release "4.99" here; from 2.6.19 to 7.1'],
    [3, 'kernels: 5.10', '"kernels:" is no key; there are rules, question, kernel'],
    [4, 'words: x = 1000', '"x = 1000" is no word with a small value: write "x = 0, y = 1"'],
    [6, 'task P: eats SIGCHLD', `"eats SIGCHLD" says nothing of a task; write child of P; thread of P`],
    [6, 'task P: handles SIGFOO', 'there is no signal "SIGFOO"; write handles SIGCHLD'],
    [6, 'task C: child of P', 'C is cloned, so it is not there at the start'],
    [6, 'task: child of P', 'write whom the line is about'],
    [9, 'p | c', '"p" is no name of a task; the program begins with names like "P | C"'],
    [10, 'r = clone(D, CLONE_VM) | x = 1', '"D" is no task of this file, which has P, C; write r = clone(C,'],
    [10, 'r = clone(C, CLONE_WM) | x = 1', '"CLONE_WM" is none of CLONE_VM, CLONE_FS'],
    [
      10,
      'r = clone(C, SIGCHLD) | z = 1',
      '"1" is no word of this file, whose "words:" line has x, y; write x = 1',
    ],
    [10, 'r = clone(C, SIGCHLD) | x += 1', '"x += 1" is no operation; write a call like'],
    [10, 'r = fork() | x = 1', 'there is no fork(); there is clone, clone3'],
    [11, 's = exit(0) |', 'exit() has no result: write exit(0)'],
    [11, 's = x | exit(0) | exit(1)', '3 cells where there are 2 tasks'],
    [11, 's = wait4(-1, WNOHANK) |', '"WNOHANK" is none of WNOHANG, WNOWAIT'],
    [11, 's = futex(x, FUTEX_WAITT, 1) |', '"FUTEX_WAITT" is no operation on a futex'],
    [11, 's = read(q) |', '"q" is no pipe of this file, whose "pipes:" line has p'],
    [13, 'exists: P.s == 1', '"P.s == 1" is no condition; write "P.r = 0 & C.state != zombie"'],
    [13, 'exists: P.q = 1', 'nothing is called "P.q" here; there is x, y, P.r, P.s, TASK.state'],
    [13, 'exists: C.state = zombi', '"zombi" is no state at the end; there is done, blocked'],
    [14, 'expect: Maybe', '"Maybe" is no answer: write Never, Sometimes or Always'],
    [14, 'expect: Never', 'a test that expects Never needs a "reached:" line'],
    [14, 'rules: X', 'a second "rules:" line'],
  ])('line %i: %s', (line, text, message) => {
    const told = refusal(changed(line, text));
    expect(told).toContain(`test.litmus:${line}: `);
    expect(told).toContain(message);
  });

  test('a key that is not there', () => {
    expect(refusal(GOOD.slice(1))).toContain('there is no "question:" line; a litmus test needs one');
  });

  test('no program', () => {
    expect(refusal(GOOD.filter((_, index) => index < 8 || index > 10))).toContain(
      'test.litmus has no program',
    );
  });
});

test('a thread has the parent of its leader, whichever line comes first', () => {
  const lines = ['task M: thread of C', 'task C: child of P', '', 'P | C | M', '  |   | exit(0)'];
  const { initial } = systemOf(...lines);
  expect(initial).toMatchObject({
    task: { M: { real_parent: 'P' }, C: { real_parent: 'P' }, P: { children: ['C'] } },
  });
});
