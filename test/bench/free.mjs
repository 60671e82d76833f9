// Do random programs that run without a tracer come to what the model forbids? `npm run build && node test/bench/free.mjs`.
// Takes the programs of `check conform` from one seed on, those that can run free, and prints each that does: they are known gaps
// of the model (docs/x86_64.md), or new ones.
import { askFree } from '../../dist/commands/free.js';
import { runLitmus } from '../../dist/commands/litmus.js';
import { printProgram, randomProgram } from '../../dist/commands/program.js';
import { Random } from '../../dist/commands/random.js';
import { LitmusError, litmusSystem, parseLitmus } from '../../dist/model/litmus/index.js';
import { startPuppet } from '../../dist/model/x86_64/puppet.js';

const SEED = Number(process.env.BENCH_SEED ?? 400);
const PROGRAMS = Number(process.env.BENCH_PROGRAMS ?? 3600);
const RUNS = Number(process.env.BENCH_RUNS ?? 6);

/** The program of a seed, which shows all that can be looked at; undefined if its text contradicts itself. */
function testOf(seed) {
  const program = randomProgram(new Random(seed));
  const results = program.columns.flatMap(({ task, operations }) =>
    operations.flatMap((text) => {
      const [, register] = /^([rs]) =/.exec(text) ?? [];
      return register === undefined ? [] : [`${task}.${register}`];
    }),
  );
  const states = program.columns.map(({ task }) => `${task}.state`);
  try {
    const test = parseLitmus('random.litmus', printProgram(program, 'Does it?'));
    const show = [...new Set(['x', 'y', ...states, ...results, ...test.show])];
    return { program, test: { ...test, show }, system: litmusSystem({ ...test, show }) };
  } catch (error) {
    if (error instanceof LitmusError) return undefined;
    throw error;
  }
}

let [ran, runs, forbidden] = [0, 0, 0];
const puppet = await startPuppet();
for (let seed = SEED; seed < SEED + PROGRAMS; seed++) {
  const found = testOf(seed);
  if (found === undefined) continue;
  const { program, test, system } = found;
  const { outcomes } = await runLitmus(test, system);
  const free = await askFree(puppet, test, system, outcomes, RUNS);
  runs += free.runs;
  if (free.runs > 0) ran++;
  if (free.forbidden === undefined) continue;
  forbidden++;
  console.log(`# seed ${seed}\n${printProgram(program, 'Does it?')}${JSON.stringify(free.forbidden)}\n`);
}
await puppet.end();
console.log(`${ran} programs ran free, ${runs} runs; ${forbidden} came to what the model forbids`);
