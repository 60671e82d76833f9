// Does the running kernel answer each counterexample in the same way each time? `npm run bench:kernel`.
// Puts the simplest trace of every cause that `check` finds to it so often, and prints a Markdown table of those that are
// not answered alike; exit code 1 if there are any.
import { exploreAll } from '../../dist/commands/explore.js';
import { Kernel } from '../../dist/commands/kernel.js';
import { defaults, questionOf } from '../../dist/commands/question.js';
import { violations } from '../../dist/traces/report.js';

const RUNS = Number(process.env.BENCH_RUNS ?? 100);

const search = { properties: [], engine: 'auto', limits: {}, report: () => {} };
const found = violations(await exploreAll(questionOf('qemu-clone-vm', { ...defaults }), search));
/** @type {Map<string, number>[]} */
const answers = found.map(() => new Map());
const kernel = new Kernel(Infinity);
const started = performance.now();
for (let left = RUNS; left > 0; left--) {
  for (const [index, { run, property, counterexample }] of found.entries()) {
    const goal = { property: property.name, object: counterexample.cause.object };
    const { path, cycle = 0 } = counterexample;
    const asked = { question: run.question, system: run.system, path, goal, cycle };
    const { result, reason } = await kernel.ask(asked);
    const answer = `${result}: ${reason}`;
    answers[index].set(answer, (answers[index].get(answer) ?? 0) + 1);
  }
}
await kernel.end();
const seconds = (performance.now() - started) / 1000;
const rows = answers.flatMap((each, index) =>
  each.size === 1
    ? []
    : [...each].map(
        ([answer, times]) =>
          `| ${found[index].property.name}, ${found[index].counterexample.cause.label} | ${times} | ${answer} |`,
      ),
);
const same = answers.filter(({ size }) => size === 1).length;
console.log(
  `${same} of ${found.length} counterexamples have one answer in ${RUNS} rounds, ${seconds.toFixed(0)} s`,
);
if (rows.length > 0) console.log(['', '| cause | times | answer |', '|---|---|---|', ...rows].join('\n'));
process.exitCode = rows.length > 0 ? 1 : 0;
