/** Reads a litmus file: lines `key: value`, and a program of one column per task. */
import { releaseRules } from '../platforms.js';
import {
  isOneOf,
  LitmusError,
  WORDS,
  type Atom,
  type Attribute,
  type Column,
  type Condition,
  type Litmus,
  type Operation,
} from './litmus.js';

const KEYS = [
  'rules',
  'question',
  'kernel',
  'words',
  'pipes',
  'limit',
  'task',
  'exists',
  'reached',
  'show',
  'expect',
  'because',
  'source',
] as const;
type Key = (typeof KEYS)[number];

interface Line {
  readonly line: number;
  readonly value: string;
}

export function parseLitmus(file: string, text: string): Litmus {
  const refuse = (line: number, what: string): never => {
    throw new LitmusError(file, line, what);
  };
  const { values, attributes, rows, lines } = scan(file, text, refuse);
  const get = (key: Key): Line | undefined => values.get(key);
  const need = (key: Key): Line =>
    get(key) ?? refuse(lines, `there is no "${key}:" line; a litmus test needs one`);

  const columns = columnsOf(rows, refuse);
  const expect = need('expect');
  const word = expect.value;
  if (!isOneOf(WORDS, word))
    return refuse(expect.line, `"${word}" is no answer: write Never, Sometimes or Always`);
  const never = expect.value === 'Never' && get('reached') === undefined;
  if (never)
    refuse(
      expect.line,
      'a test that expects Never needs a "reached:" line, a condition that is met at times',
    );
  const kernel = get('kernel');
  try {
    releaseRules(kernel?.value || undefined);
  } catch (error) {
    refuse(kernel?.line ?? lines, error instanceof Error ? error.message : String(error));
  }
  return {
    file,
    name: file.replace(/^.*[/\\]/, '').replace(/\.litmus$/, ''),
    rules: listOf(need('rules')),
    question: need('question').value,
    kernel: kernel?.value ?? '',
    words: wordsOf(get('words'), refuse),
    pipes: listOf(get('pipes')),
    sigpending: limitOf(get('limit'), refuse),
    attributes,
    columns,
    exists: conditionOf(need('exists'), refuse),
    reached: conditionOf(get('reached'), refuse),
    show: listOf(get('show')),
    showLine: get('show')?.line ?? 1,
    expect: word,
    because: need('because').value,
    source: need('source').value,
  };
}

type Refuse = (line: number, what: string) => never;

interface Scanned {
  readonly values: ReadonlyMap<Key, Line>;
  readonly attributes: Record<string, Attribute[]>;
  readonly rows: readonly Line[];
  /** The number of the last line. */
  readonly lines: number;
}

function scan(file: string, text: string, refuse: Refuse): Scanned {
  const values = new Map<Key, Line>();
  const attributes: Record<string, Attribute[]> = {};
  const rows: Line[] = [];
  let last: Key | undefined;
  const all = text.split(/\r?\n/);
  for (const [index, raw] of all.entries()) {
    const line = index + 1;
    const content = raw.trimEnd();
    if (content.trimStart().startsWith('#')) continue;
    if (content === '') {
      last = undefined;
      continue;
    }
    const [, key, task, value] = /^([a-z]+)(?: +(\w+))?:(?: +(.*))?$/.exec(content) ?? [];
    if (key !== undefined) {
      if (!isOneOf(KEYS, key)) return refuse(line, `"${key}:" is no key; there are ${KEYS.join(', ')}`);
      last = key;
      if (key === 'task') {
        if (task === undefined) refuse(line, 'write whom the line is about: "task P: ..."');
        const parts = (value ?? '').split(',').map((part) => part.trim().split(/\s+/));
        (attributes[task] ??= []).push(...parts.map((words) => ({ line, words })));
        continue;
      }
      if (task !== undefined) refuse(line, `"${key}:" has no name before its colon`);
      if (values.has(last)) refuse(line, `a second "${key}:" line`);
      values.set(last, { line, value: value ?? '' });
    } else if (last !== undefined && last !== 'task' && /^\s/.test(content)) {
      const before = values.get(last)!;
      values.set(last, { line: before.line, value: `${before.value} ${content.trim()}`.trim() });
    } else {
      rows.push({ line, value: content });
      last = undefined;
    }
  }
  if (rows.length === 0)
    refuse(all.length, `${file} has no program: a line with the names of the tasks, then one column each`);
  return { values, attributes, rows, lines: all.length };
}

/** Columns are separated by a bar with a blank on each side, so that flags can be or-ed without one. */
function cells(value: string): string[] {
  return ` ${value} `.split(/(?<=\s)\|(?=\s)/).map((cell) => cell.trim());
}

function columnsOf(rows: readonly Line[], refuse: Refuse): Column[] {
  const [head, ...body] = rows;
  const names = cells(head!.value);
  const wrong = names.find((name) => !/^[A-Z]\w*$/.test(name));
  if (wrong !== undefined)
    refuse(head!.line, `"${wrong}" is no name of a task; the program begins with names like "P | C"`);
  if (new Set(names).size !== names.length) refuse(head!.line, 'two columns have the same name');
  const columns = names.map((task): { task: string; operations: Operation[] } => ({ task, operations: [] }));
  for (const { line, value } of body) {
    const row = cells(value);
    if (row.length > names.length) refuse(line, `${row.length} cells where there are ${names.length} tasks`);
    for (const [index, cell] of row.entries())
      if (cell !== '') columns[index]!.operations.push(operationOf(line, cell, refuse));
  }
  return columns;
}

function operationOf(line: number, text: string, refuse: Refuse): Operation {
  const call = /^(?:(\w+)\s*=\s*)?(\w+)\((.*?)\)\s*(.*)$/.exec(text);
  if (call !== null) {
    const [, result = '', name, args, after] = call;
    const list = args!.trim() === '' ? [] : args!.split(',').map((arg) => arg.trim());
    return { line, text, result, name: name!, args: list, after: after! };
  }
  const [, left, right] = /^(\w+)\s*=\s*(\w+)$/.exec(text) ?? [];
  if (left === undefined || right === undefined)
    refuse(line, `"${text}" is no operation; write a call like "r = wait4(-1, __WALL)", "x = 1" or "r = x"`);
  return { line, text, result: left, name: 'assign', args: [right], after: '' };
}

function listOf(line: Line | undefined): string[] {
  return (line?.value ?? '').split(/[\s,]+/).filter((item) => item !== '');
}

function wordsOf(line: Line | undefined, refuse: Refuse): Record<string, number> {
  const words: Record<string, number> = {};
  for (const item of (line?.value ?? '').split(',').map((part) => part.trim())) {
    if (item === '') continue;
    const [, name, value] = /^([a-z]\w*)\s*=\s*(\d+)$/.exec(item) ?? [];
    if (name === undefined || Number(value) > 99)
      refuse(line!.line, `"${item}" is no word with a small value: write "x = 0, y = 1"`);
    words[name] = Number(value);
  }
  return words;
}

function limitOf(line: Line | undefined, refuse: Refuse): number | undefined {
  if (line === undefined) return undefined;
  const [, value] = /^sigpending (\d+)$/.exec(line.value) ?? [];
  if (value === undefined) refuse(line.line, `"${line.value}" is no limit; there is "sigpending 0"`);
  return Number(value);
}

function conditionOf(line: Line | undefined, refuse: Refuse): Condition {
  if (line === undefined) return [];
  return line.value.split(' & ').map((text): Atom => {
    const [, what, sign, value] = /^([\w.]+)\s*(!?=)\s*([\w|+:-]+)$/.exec(text.trim()) ?? [];
    if (what === undefined)
      refuse(line.line, `"${text}" is no condition; write "P.r = 0 & C.state != zombie"`);
    return { line: line.line, what, equal: sign === '=', value: value! };
  });
}
