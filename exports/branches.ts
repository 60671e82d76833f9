/**
 * Rules of which at most one applies in any reachable state, as one condition and one body: nested branches that ask for
 * one leaf after the other. What several do is said once.
 */
import type { Test } from '../checker/relation.js';

/** What is to hold, and what is then done. */
export interface Branch {
  readonly tests: readonly Test[];
  readonly effects: readonly string[];
}

/** How tests read, and how many values a leaf has. */
export interface Words {
  readonly say: (test: Test) => string;
  readonly size: (leaf: number) => number;
}

/** Whether one of them applies: an expression; `true` for always, `false` for never. */
export function conditionOf(branches: readonly Branch[], words: Words): string {
  if (branches.length === 0) return 'false';
  if (branches.some(({ tests }) => tests.length === 0)) return 'true';
  const { leaf, cases } = splitOf(branches, words);
  const terms = [...byText(cases, (rest) => conditionOf(rest, words))].flatMap(([text, values]) => {
    if (text === 'false') return [];
    if (values.length === words.size(leaf)) return [text];
    const test = words.say({ leaf, values });
    return [text === 'true' ? test : `${inner(test)} && ${inner(text)}`];
  });
  return terms.length === 1 ? terms[0]! : terms.map((term) => `(${term})`).join(' || ');
}

/** What is done, in lines, in a state where one of them applies. */
export function bodyOf(branches: readonly Branch[], words: Words): string[] {
  const [first, ...others] = branches;
  if (first === undefined) return [];
  const common = first.effects.filter((effect) => others.every(({ effects }) => effects.includes(effect)));
  const left = branches.map(({ tests, effects }) => ({
    tests,
    effects: effects.filter((effect) => !common.includes(effect)),
  }));
  const isDone = left.every(({ effects }) => effects.length === 0);
  // The tests come first: they are about the state before.
  return [...(isDone ? [] : choiceOf(left, words)), ...common.map((effect) => `${effect};`)];
}

function choiceOf(branches: readonly Branch[], words: Words): string[] {
  // One that tests nothing more applies; the others do in no state that can be reached.
  const certain = branches.length === 1 ? branches[0] : branches.find(({ tests }) => tests.length === 0);
  if (certain !== undefined) return certain.effects.map((effect) => `${effect};`);
  const { leaf, cases } = splitOf(branches, words);
  const known = cases.filter(({ rest }) => rest.length > 0);
  const bodies = byText(known, (rest) => bodyOf(rest, words).join('\n'));
  // The one that takes most values to describe is what is left when the others are not.
  const all = [...bodies].toSorted(([, a], [, b]) => a.length - b.length);
  if (all.length === 1) return all[0]![0].split('\n');
  return [
    'if',
    ...all.flatMap(([text, values], i) => [
      `:: ${i + 1 < all.length ? words.say({ leaf, values }) : 'else'} ->`,
      ...(text === '' ? 'true;' : text).split('\n').map((line) => `  ${line}`),
    ]),
    'fi;',
  ];
}

interface Case {
  readonly values: readonly number[];
  /** Those that may still apply, with what else they test. */
  readonly rest: readonly Branch[];
}

/** By the leaf that most of them test. Every value of it is in one case. */
function splitOf(branches: readonly Branch[], { size }: Words): { leaf: number; cases: Case[] } {
  const counts = new Map<number, number>();
  for (const { tests } of branches)
    for (const { leaf } of tests) counts.set(leaf, (counts.get(leaf) ?? 0) + 1);
  const [[leaf]] = [...counts].toSorted(([, a], [, b]) => b - a) as [[number, number]];
  const groups = new Map<string, { values: number[]; rest: Branch[] }>();
  for (let value = 0; value < size(leaf); value++) {
    const here = branches.filter(({ tests }) =>
      tests.every((test) => test.leaf !== leaf || test.values.includes(value)),
    );
    const key = here.map((branch) => branches.indexOf(branch)).join();
    const group = groups.get(key);
    if (group !== undefined) group.values.push(value);
    else {
      const rest = here.map(({ tests, effects }) => ({
        tests: tests.filter((test) => test.leaf !== leaf),
        effects,
      }));
      groups.set(key, { values: [value], rest });
    }
  }
  return { leaf, cases: [...groups.values()] };
}

/** The values of the cases of which the same is said. */
function byText(cases: readonly Case[], text: (rest: readonly Branch[]) => string): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const { values, rest } of cases) {
    const said = text(rest);
    found.set(said, [...(found.get(said) ?? []), ...values]);
  }
  return found;
}

function inner(term: string): string {
  return term.includes('||') ? `(${term})` : term;
}
