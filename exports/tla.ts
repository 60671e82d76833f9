/**
 * A system in TLA+, for TLC: the same transition system, step for step, as plain as can be.
 *
 * The state is one record with a field a leaf, and values are what they are in the model. One definition a slot and
 * label. Where a step fails is an invariant, so that it adds no states.
 */
import type { Leaf, Relation, Rule, Test } from '../checker/relation.js';
import type { Primitive, Value } from '../checker/schema.js';
import { Names } from './names.js';
import { touching } from './touching.js';

/** `about` is what a reader should know first, in lines. A module must bear the name of its file. */
export function formatTla(relation: Relation, module: string, about: readonly string[]): string {
  const { leaves, slots } = relation;
  const names = new Names(RESERVED);
  const fields = new Map(
    touching(relation).flatMap((slots, leaf) =>
      slots.size > 0 ? [[leaf, { name: names.of(leaves[leaf]!.path), text: texts(leaves[leaf]!) }]] : [],
    ),
  );
  const initial = [...fields.values()].map(({ name, text }) => `    ${name} |-> ${text[0]!}`);
  // A record has at least one field.
  if (initial.length === 0) initial.push('    nothing |-> 0');
  const actions = slots.flatMap(({ name, rules }) => {
    const labels = [...new Set(rules.map(({ label }) => label))];
    return labels.map((label) => ({
      name: names.of(`${name}_${label}`),
      label: `${name}:${label}`,
      rules: rules.filter((rule) => rule.label === label),
    }));
  });
  const failures = slots.flatMap(({ rules }) => rules.filter(({ failure }) => failure !== undefined));
  const promises = [...new Set(failures.map(({ failure }) => failure!.property))].map((property) => ({
    name: names.of(property),
    guards: failures.filter(({ failure }) => failure!.property === property).map(({ guard }) => guard),
  }));
  const moving = actions
    .map((action) => ({ ...action, rules: action.rules.filter(({ failure }) => !failure?.ends) }))
    .filter(({ rules }) => rules.length > 0);
  const conjuncts = (guard: readonly Test[]) => guard.map((test) => testText(test, fields));

  return `${[
    `---- MODULE ${module} ----`,
    ...about.map((line) => `\\* ${line}`.trimEnd()),
    'EXTENDS Integers, Sequences',
    'VARIABLE s',
    '',
    'Init ==',
    '  s = [',
    initial.join(',\n'),
    '  ]',
    '',
    ...moving.flatMap(({ name, label, rules }) => [
      `\\* ${label}`,
      `${name} ==`,
      ...rules.map((rule) => disjunct([...conjuncts(rule.guard), effectText(rule, fields)])),
      '',
    ]),
    'Next ==',
    ...(moving.length === 0 ? ['  FALSE'] : moving.map(({ name }) => `  \\/ ${name}`)),
    '',
    ...promises.flatMap(({ name, guards }) => [
      `${name} ==`,
      '  ~(',
      ...guards.map((guard) => disjunct(guard.length === 0 ? ['TRUE'] : conjuncts(guard))),
      '  )',
      '',
    ]),
    '====',
    'INIT Init',
    'NEXT Next',
    'CHECK_DEADLOCK FALSE',
    ...promises.map(({ name }) => `\\* INVARIANT ${name}`),
  ].join('\n')}\n`;
}

interface Field {
  readonly name: string;
  /** Each value of the leaf as TLA+ writes it. */
  readonly text: readonly string[];
}

function disjunct(conjuncts: readonly string[]): string {
  return `  \\/ ${conjuncts.map((one) => `/\\ ${one}`).join('\n     ')}`;
}

function testText({ leaf, values }: Test, fields: ReadonlyMap<number, Field>): string {
  const { name, text } = fields.get(leaf)!;
  const all = values.map((value) => text[value]!);
  return all.length === 1 ? `s.${name} = ${all[0]!}` : `s.${name} \\in {${all.join(', ')}}`;
}

function effectText({ writes }: Rule, fields: ReadonlyMap<number, Field>): string {
  const changes = writes.map(({ leaf, value }) => {
    const { name, text } = fields.get(leaf)!;
    return `!.${name} = ${text[value]!}`;
  });
  return changes.length === 0 ? "s' = s" : `s' = [s EXCEPT ${changes.join(', ')}]`;
}

/** TLC compares values of one type only: a leaf that holds several has them as strings. */
function texts({ values }: Leaf): string[] {
  const kinds = new Set(values.flatMap((value) => (isList(value) ? value : [value])).map(kindOf));
  const plain = kinds.size <= 1 && !kinds.has('fraction');
  const one = (value: Primitive) => (plain ? primitive(value) : string(JSON.stringify(value)));
  return values.map((value) => (isList(value) ? `<<${value.map(one).join(', ')}>>` : one(value)));
}

function kindOf(value: Primitive): string {
  return typeof value === 'number' && !Number.isSafeInteger(value) ? 'fraction' : typeof value;
}

function primitive(value: Primitive): string {
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  return typeof value === 'number' ? String(value) : string(value);
}

function string(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function isList(value: Value): value is readonly Primitive[] {
  return typeof value === 'object';
}

const RESERVED = (
  'ACTION ASSUME ASSUMPTION AXIOM BOOLEAN BY CASE CHOOSE CONSTANT CONSTANTS COROLLARY DEF DEFINE DEFS DOMAIN ELSE ' +
  'ENABLED EXCEPT EXTENDS FALSE HAVE HIDE IF IN INSTANCE Init Int LAMBDA LEMMA LET LOCAL MODULE NEW Nat Next OBVIOUS ' +
  'OMITTED ONLY OTHER PICK PROOF PROPOSITION PROVE QED RECURSIVE SF_ STATE STEP STRING SUBSET SUFFICES TAKE ' +
  'TEMPORAL THEN THEOREM TRUE UNCHANGED UNION USE VARIABLE VARIABLES WF_ WITH WITNESS Append Head Len SelectSeq Seq ' +
  'SubSeq Tail s'
).split(' ');
