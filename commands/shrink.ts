/** The smallest part of a program that still does something: what can be left out is left out. */
import type { Program } from './program.js';

/** Leaves out one thing after the other for as long as `still` says that what is left does it. */
export async function shrink(
  program: Program,
  still: (smaller: Program) => Promise<boolean>,
): Promise<Program> {
  for (const smaller of smallerThan(program)) {
    if (await still(smaller)) return shrink(smaller, still);
  }
  return program;
}

/** The program without a task, an operation or an attribute, the greatest part first. */
function* smallerThan(program: Program): Generator<Program> {
  const { attributes, columns } = program;
  for (const { task } of columns) {
    const mentions = new RegExp(`\\b${task}\\b`);
    yield {
      attributes: attributes.filter((attribute) => !mentions.test(attribute)),
      columns: columns
        .filter((column) => column.task !== task)
        .map((column) => ({
          task: column.task,
          operations: column.operations.filter((operation) => !mentions.test(operation)),
        })),
    };
  }
  for (const [at, column] of columns.entries()) {
    for (const index of column.operations.keys()) {
      const operations = column.operations.filter((_, other) => other !== index);
      yield { attributes, columns: columns.with(at, { ...column, operations }) };
    }
  }
  for (const index of attributes.keys())
    yield { attributes: attributes.filter((_, other) => other !== index), columns };
  for (const [at, column] of columns.entries()) {
    for (const [index, operation] of column.operations.entries()) {
      for (const simpler of simplerThan(operation))
        yield {
          attributes,
          columns: columns.with(at, { ...column, operations: column.operations.with(index, simpler) }),
        };
    }
  }
}

/** The operation with one flag or option less. */
function* simplerThan(operation: string): Generator<string> {
  for (const match of operation.matchAll(/CLONE_\w+\||\|\w+|, \w+=\w+|^\w+ = (?=\w+\()/g))
    yield operation.slice(0, match.index) + operation.slice(match.index + match[0].length);
}
