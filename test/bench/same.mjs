// Does the running kernel answer each litmus test in the same way each time? `npm run bench:kernel`.
// Asks every test that comes with the package so often, or those whose names begin as told, and prints a Markdown table of
// those that do not; exit code 1 if there are any.
import { askKernel, runLitmus } from '../../dist/commands/litmus.js';
import { litmusSystem, readLitmus, shippedLitmus } from '../../dist/model/litmus/index.js';
import { startPuppet } from '../../dist/model/x86_64/puppet.js';

const RUNS = Number(process.env.BENCH_RUNS ?? 100);

const tests = shippedLitmus()
  .map((path) => readLitmus(path))
  .filter(
    ({ name }) => process.argv.length === 2 || process.argv.slice(2).some((start) => name.startsWith(start)),
  );

let [same, runs, steps] = [0, 0, 0];
/** @type {string[]} */
const rows = [];
const puppet = await startPuppet();
const started = performance.now();
for (const test of tests) {
  const system = litmusSystem(test);
  const explored = await runLitmus(test, system);
  /** @type {Map<string, number>} */
  const answers = new Map();
  for (let left = RUNS; left > 0; left--) {
    const { kernel } = await askKernel(puppet, system, explored);
    const { result, reason, outcomes } = kernel;
    const answer = [result, reason, ...outcomes.map((one) => `${one.result} ${one.reason}`)].join('; ');
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
    runs += kernel.runs;
    steps += kernel.commands;
  }
  if (answers.size === 1) same++;
  else for (const [answer, times] of answers) rows.push(`| ${test.name} | ${times} | ${answer} |`);
}
await puppet.end();
const seconds = (performance.now() - started) / 1000;
console.log(`${same} of ${tests.length} litmus tests have one answer in ${RUNS} rounds`);
console.log(
  `${runs} runs of ${steps} steps in ${seconds.toFixed(0)} s, ${Math.round(steps / seconds)} steps a second`,
);
if (rows.length > 0) console.log(['', '| test | times | answer |', '|---|---|---|', ...rows].join('\n'));
process.exitCode = rows.length > 0 ? 1 : 0;
