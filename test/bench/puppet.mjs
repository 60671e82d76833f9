// How many steps of real tasks a second go through the driver: `npm run build && node test/bench/puppet.mjs`.
// A step is one command to one task: a system call, a store, a load. Prints a Markdown table.
import { startPuppet } from '../../dist/model/x86_64/puppet.js';

const STEPS = Number(process.env.BENCH_STEPS ?? 50_000);
const ROUNDS = 3;
/** @type {[string, string[]][]} */
const rows = [
  ['a system call (getpid)', ['call 1 39']],
  ['a store and a load', ['store 1 0x10001000 7', 'load 2 0x10001000']],
  ['sleep in a futex, and a wake', ['call 1 202 0x10001004 0 0', 'call 2 202 0x10001004 1 1']],
  ['a system call, and what /proc tells of 3 tasks', ['call 1 39', 'look']],
];

console.log('| what | steps | steps a second, slowest to fastest of 3 |\n|---|---|---|');
for (const [name, commands] of rows) {
  /** @type {number[]} */
  const speeds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const puppet = await startPuppet();
    await puppet.tasks('call 0 56 0x111 0x10018000');
    await puppet.tasks('call 0 56 0x111 0x1001c000');
    const started = performance.now();
    for (let step = 0; step < STEPS; step += commands.length)
      for (const command of commands) {
        if (command === 'look') await puppet.look();
        else await puppet.tasks(command);
      }
    speeds.push(STEPS / ((performance.now() - started) / 1000));
    await puppet.end();
  }
  const [slow, fast] = [Math.min(...speeds), Math.max(...speeds)].map((speed) => Math.round(speed));
  console.log(`| ${name} | ${STEPS} | ${slow} to ${fast} |`);
}
