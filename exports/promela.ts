/**
 * A system in Promela, for SPIN: the same transition system, step for step.
 *
 * One process a slot, one label a program counter, one `d_step` a rule. Leaves that one slot alone touches are local to
 * its process. Step failures are assertions in the steps that fail, so that they add no states.
 */
import type { Leaf, Relation, Rule, Test } from '../checker/relation.js';
import { bodyOf, type Branch, conditionOf, type Words } from './branches.js';
import { Names } from './names.js';
import { type Places, placesOf } from './places.js';
import { touching } from './touching.js';

/** `about` is what a reader should know first, in lines. */
export function formatPromela(relation: Relation, about: readonly string[]): string {
  return new Writer(relation).text(about);
}

/** Rules that lead to one label, of which one at most applies. */
interface Option {
  readonly target: string;
  readonly branches: readonly Branch[];
  readonly says: readonly string[];
}

class Writer {
  private readonly relation: Relation;
  private readonly places: readonly Places[];
  private readonly names = new Names(RESERVED);
  /** For each leaf the slots that test or assign it. */
  private readonly touching: readonly ReadonlySet<number>[];
  private readonly variables: ReadonlyMap<number, string>;
  private readonly processes: readonly string[];

  constructor(relation: Relation) {
    const { leaves, slots } = relation;
    this.relation = relation;
    this.places = placesOf(relation);
    this.touching = touching(relation);
    this.processes = slots.map(({ name }) => this.names.of(name));
    const isVariable = (leaf: number) => this.touching[leaf]!.size > 0 && this.codes(leaf) > 1;
    this.variables = new Map(
      leaves.flatMap(({ path }, leaf) => (isVariable(leaf) ? [[leaf, this.names.of(path)]] : [])),
    );
  }

  text(about: readonly string[]): string {
    const { leaves, slots } = this.relation;
    const globals = [...this.variables.keys()].filter((leaf) => !this.isLocal(leaf));
    const parts = [
      comment(about),
      ...globals.map((leaf) => this.declaration(leaf, '')),
      ...slots.map((_, slot) => this.process(slot)),
      comment(['What the numbers mean.', '', ...leaves.flatMap((leaf, i) => this.legend(leaf, i))]),
    ];
    return `${parts.join('\n')}\n`;
  }

  private process(slot: number): string {
    const { name, kind, rules } = this.relation.slots[slot]!;
    const { leaf, groups, placeOf } = this.places[slot]!;
    const own = [...this.variables.keys()].filter(
      (one) => this.isLocal(one) && this.touching[one]!.has(slot),
    );
    const labels = this.labels(slot);
    const placeOfRule = ({ guard }: Rule) => (leaf < 0 ? 0 : placeOf[guard[0]!.values[0]!]!);
    const blocks = groups.map((_, place) => {
      const options = new Map<string, Option>();
      for (const rule of rules.filter((one) => placeOfRule(one) === place)) {
        const option = this.option(slot, place, rule, labels);
        const key = JSON.stringify([option.target, rule.choices]);
        const { branches = [], says = [] } = options.get(key) ?? {};
        options.set(key, {
          target: option.target,
          branches: [...branches, ...option.branches],
          says: [...new Set([...says, ...option.says])],
        });
      }
      const body = [...options.values()].flatMap((option) => this.lines(option));
      return [`${labels[place]!}:`, ...(body.length === 0 ? ['  false;'] : ['  if', ...body, '  fi;'])].join(
        '\n',
      );
    });
    return [
      '',
      `/* ${clean(name)}: ${kind === 'task' ? 'a task' : 'of the environment'} */`,
      `active proctype ${this.processes[slot]!}() {`,
      ...own.map((one) => this.declaration(one, '  ')),
      ...blocks,
      '}',
    ].join('\n');
  }

  private option(slot: number, place: number, rule: Rule, labels: readonly string[]): Option {
    const { label, choices, guard, writes, failure } = rule;
    const { leaf, groups, placeOf, codeOf } = this.places[slot]!;
    const from = guard[0]?.values[0] ?? 0;
    const move = leaf < 0 ? undefined : writes.find((write) => write.leaf === leaf);
    const effects = writes
      .filter((write) => write !== move || codeOf[write.value] !== codeOf[from])
      .filter((write) => this.variables.has(write.leaf))
      .map((write) => `${this.variables.get(write.leaf)!} = ${this.code(write.leaf, write.value)}`);
    const breaks = failure && ` /* ${clean(`breaks ${failure.property} of ${failure.object}`)} */`;
    return {
      target: labels[move === undefined ? place : placeOf[move.value]!]!,
      branches: [
        {
          tests: guard.filter((test) => test.leaf !== leaf || groups[place]!.length > 1),
          effects: breaks === undefined ? effects : [...effects, `assert(false)${breaks}`],
        },
      ],
      says: [choices.length === 0 ? label : `${label} (${choices.join()})`],
    };
  }

  private lines({ branches, target, says }: Option): string[] {
    const words: Words = {
      say: (test) => this.test(test),
      size: (leaf) => this.relation.leaves[leaf]!.values.length,
    };
    const condition = conditionOf(branches, words);
    const body = bodyOf(branches, words);
    // SPIN takes a step to its own label that does nothing for a mistake, unless it looks as if it did something.
    if (condition === 'true' && body.length === 0) body.push('true;');
    const leave = `goto ${target} /* ${clean(says.join(', '))} */`;
    if (body.length === 0) return [`  :: ${condition}; ${leave}`];
    return [
      `  :: d_step {`,
      `       ${condition};`,
      ...body.map((line) => `       ${line}`),
      `     }; ${leave}`,
    ];
  }

  private test({ leaf, values }: Test): string {
    const name = this.variables.get(leaf)!;
    const codes = values.map((value) => this.code(leaf, value)).toSorted((a, b) => a - b);
    const size = this.codes(leaf);
    // The shorter way to say it.
    if (codes.length > 1 && codes.length > size / 2) {
      const others = Array.from({ length: size }, (_, code) => code).filter((code) => !codes.includes(code));
      return others.map((code) => `${name} != ${code}`).join(' && ');
    }
    return codes.map((code) => `${name} == ${code}`).join(' || ');
  }

  private declaration(leaf: number, indent: string): string {
    const codes = this.codes(leaf);
    const type = codes <= 2 ? 'bit' : codes <= 256 ? 'byte' : 'short';
    return `${indent}${type} ${this.variables.get(leaf)!};`;
  }

  private isLocal(leaf: number): boolean {
    return this.touching[leaf]!.size === 1;
  }

  private codes(leaf: number): number {
    return this.placesAt(leaf)?.codes ?? this.relation.leaves[leaf]!.values.length;
  }

  private code(leaf: number, value: number): number {
    return this.placesAt(leaf)?.codeOf[value] ?? value;
  }

  private placesAt(leaf: number): Places | undefined {
    return this.places.find((places) => places.leaf === leaf);
  }

  private labels(slot: number): string[] {
    const { leaf, groups } = this.places[slot]!;
    const names = new Names();
    const text = (value: number) =>
      leaf < 0 ? 'rest' : String(this.relation.leaves[leaf]!.values[value]) || 'nowhere';
    // A label that begins with `end`, `accept` or `progress` would mean something to SPIN.
    return groups.map((group) => names.of(`at_${group.map(text).join('_or_')}`));
  }

  private legend({ path, values }: Leaf, leaf: number): string[] {
    const name = this.variables.get(leaf);
    if (name === undefined) return [];
    const codes = values.map((value, i) => `${this.code(leaf, i)} ${JSON.stringify(value)}`);
    return [`${name} is ${path}:`, ...codes.map((code) => `  ${code}`)];
  }
}

function comment(lines: readonly string[]): string {
  return ['/*', ...lines.map((line) => ` * ${clean(line)}`.trimEnd()), ' */'].join('\n');
}

/** Text that cannot end a comment. */
function clean(text: string): string {
  return text.replaceAll('*/', '* /').replaceAll('/*', '/ *');
}

/** Words of Promela, and of the C that SPIN makes of it. */
const RESERVED = (
  'active assert atomic bit bool break byte c_code c_decl c_expr c_state c_track chan d_step do D_proctype else ' +
  'empty enabled eval false fi for full get_priority goto hidden if in init inline int len local ltl mtype nempty ' +
  'never nfull notrace np_ od of pc_value pid print printf printm priority proctype provided return run select set_priority ' +
  'short show skip STDIN timeout trace true typedef unless unsigned xr xs auto case char const continue default double ' +
  'enum extern float long register signed sizeof static struct switch union void volatile while now P0 State'
).split(' ');
