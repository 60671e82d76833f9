// How states, transitions, time and memory grow with the number of clones and with faults: `npm run bench:growth`.
// Each row is a process of its own, so that user CPU and peak memory are its own. Prints a Markdown table.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const check = fileURLToPath(new URL('../../dist/check.js', import.meta.url));

/** One answer to each of the guest's questions, so that more than one clone can be explored at all. */
const ONE_GUEST = 'vfork,SIGCHLD,handler,unblocked,wait-nothing,child-exit-groups';
const rows = [
  ['one clone, any guest, no faults', 'qemu-clone-vm', '--faults', 'none'],
  ['one clone, any guest, a failing creation', 'qemu-clone-vm', '--guest', 'usual'],
  ['one clone, all parts of a run that names nothing', 'qemu-clone-vm'],
  ['one clone, one guest, no faults', 'qemu-clone-vm', '--guest', ONE_GUEST, '--faults', 'none'],
  ['one clone, one guest, any one fault', 'qemu-clone-vm', '--guest', ONE_GUEST, '--faults', 'all'],
  [
    'one clone, one guest, any two faults',
    'qemu-clone-vm',
    '--guest',
    ONE_GUEST,
    '--faults',
    'all',
    '--max-faults',
    '2',
  ],
  [
    'two clones at once, one guest, no faults',
    'qemu-clone-vm',
    '--guest',
    ONE_GUEST,
    '--faults',
    'none',
    '--clones',
    '2',
  ],
  ['two clones at once, native, any guest', 'native', '--faults', 'none', '--clones', '2'],
  ['two clones in a row, native, any guest', 'native', '--faults', 'none', '--rounds', '2'],
];
/** A row that takes longer is cut, and says so. */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 120);

console.log(
  `Node ${process.version}, ${cpus().length} x ${cpus()[0].model.trim()}; a row is cut after ${SECONDS} s\n`,
);
console.log('| what | states | transitions | turns | user CPU | peak memory | ended |');
console.log('|---|---|---|---|---|---|---|');
for (const [what, ...args] of rows) console.log(measure(what, args));

function measure(what, args) {
  const program = `
    process.argv.splice(1, 1, ${JSON.stringify(check)});
    process.on('exit', () => {
      const { userCPUTime, maxRSS } = process.resourceUsage();
      require('node:fs').writeSync(2, JSON.stringify({ user: userCPUTime / 1e6, rss: maxRSS / 1024 }));
    });
    import(${JSON.stringify(check)});`;
  const all = [...args, '--format', 'json', '--quiet', '--timeout', String(SECONDS)];
  const run = spawnSync(process.execPath, ['-e', program, check, ...all], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  const [result] = JSON.parse(run.stdout).runs;
  const { user, rss } = JSON.parse(run.stderr.slice(run.stderr.lastIndexOf('{')));
  const number = (n) => n.toLocaleString('en');
  return `| ${what} | ${number(result.states)} | ${number(result.transitions)} | ${result.turns} | ${user.toFixed(1)} s | ${rss.toFixed(0)} MB | ${result.stopped} |`;
}
