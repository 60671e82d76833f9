// Ours and SPIN on the same systems, in the same run, in turn.
//
//     npm run bench                measures, writes test/bench/peers.json, and prints the tables
//     npm run bench -- --write     puts the tables of that file into README.md, between the two markers
//
// BENCH_ROUNDS is how often everything is run (5), BENCH_SECONDS after how long a run is cut (600), BENCH_ROW_SECONDS after how
// long a row is not run once more (no limit), BENCH_ROWS a part of the names of the rows that are wanted. SPIN is given
// the export, so that both look at the same states; its time is that of generating, compiling and searching. It judges
// nothing there (-A -E), while ours judges every promise.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publish } from '../../scripts/table.mjs';
import { measure, median, missingTool } from './measure.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const JSON_FILE = here('peers.json');
const CHECK = here('../../dist/check.js');
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 600);
const ROW_SECONDS = Number(process.env.BENCH_ROW_SECONDS ?? Infinity);
const WANTED = process.env.BENCH_ROWS ?? '';

/** The hand port is one of these guests, so that both can be compared. */
const HAND_PORT = { what: 'N=4, native, vfork-exit', file: here('native.pml') };
const rows = [
  ['N=1, proposal, any guest, no faults', 'qemu-clone-vm --guest usual --faults none'],
  ['N=1, proposal, any guest, a failing creation', 'qemu-clone-vm --guest usual'],
  ['N=1, proposal, reaper, any one fault', 'qemu-clone-vm --guest reaper --faults all'],
  [
    'N=2, repaired proposal, lasting-child, no faults',
    'qemu-clone-vm-eagain-fixed --guest lasting-child --faults none --clones 2',
  ],
  [
    'N=2, repaired proposal, vfork-exit, no faults, by sets',
    'qemu-clone-vm-eagain-fixed --guest vfork-exit --faults none --clones 2',
    '--engine symbolic',
  ],
  ['N=2, native, posix_spawn, any one fault', 'native --guest posix_spawn --faults all --clones 2'],
  ['N=3, native, crashing-child, no faults', 'native --guest crashing-child --faults none --clones 3'],
  ['N=3, native, vfork-exit, any one fault', 'native --guest vfork-exit --faults all --clones 3'],
  [
    'N=3, native, vfork-exit, any one fault, by sets',
    'native --guest vfork-exit --faults all --clones 3',
    '--engine symbolic',
  ],
  ['N=4, native, reaper, no faults', 'native --guest reaper --faults none --clones 4'],
  [HAND_PORT.what, 'native --guest vfork-exit --faults none --clones 4'],
].map(([what, line, ours = '']) => ({
  what,
  args: line.split(' '),
  options: ours.split(' ').filter(Boolean),
}));

/** The first has our states, one by one. What SPIN does if nothing is said leaves out values that nobody reads. */
const every = ['-o1', '-o2', '-o3'];
const settings = [
  { name: 'full', spin: every, cc: ['-DNOREDUCE'] },
  { name: 'partial order', spin: every, cc: [] },
  { name: 'as it comes', spin: [], cc: [] },
  { name: 'collapsed', spin: every, cc: ['-DNOREDUCE', '-DCOLLAPSE'] },
];

function bench() {
  const missing = missingTool(['time', 'timeout', 'spin', 'cc']);
  if (missing !== undefined) {
    console.error(`error: ${missing} is not here (Debian: apt-get install time spin gcc)`);
    process.exit(2);
  }
  const folder = mkdtempSync(join(tmpdir(), 'clonecheck-bench-'));
  const wanted = rows.filter(({ what }) => what.includes(WANTED));
  const done = wanted.map((row) => ({
    ...row,
    seconds: 0,
    ours: [],
    spins: settings.map(({ name }) => ({ name, runs: [] })),
    hand: [],
  }));
  try {
    for (const [i, { args }] of wanted.entries()) {
      const out = ['--format', 'promela', '--out', join(folder, `${i}.pml`)];
      const line = [CHECK, ...args, ...out, '--quiet'];
      const { status, stderr } = spawnSync(process.execPath, line, { encoding: 'utf8' });
      if (status === 2) throw new Error(`cannot export ${args.join(' ')}: ${stderr}`);
    }
    for (let round = 1; round <= ROUNDS; round++) {
      for (const [i, row] of done.entries()) {
        if (row.seconds > ROW_SECONDS) continue;
        console.error(`round ${round} of ${ROUNDS}: ${row.what}`);
        const since = performance.now();
        row.ours.push(runOurs([...row.args, ...row.options]));
        for (const [at, setting] of settings.entries())
          row.spins[at].runs.push(runSpin(join(folder, `${i}.pml`), setting, row.ours[0].states));
        if (row.what === HAND_PORT.what)
          row.hand.push(runSpin(HAND_PORT.file, settings[0], row.ours[0].states));
        row.seconds += (performance.now() - since) / 1000;
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const machine = `${cpus().length} x ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, ${version('spin -V')}, ${version('cc --version')}`;
  return { machine, date: new Date().toISOString().slice(0, 10), rounds: ROUNDS, rows: done };
}

function version(command) {
  return spawnSync('sh', ['-c', command], { encoding: 'utf8' }).stdout.split('\n')[0].trim();
}

function runOurs(args) {
  const command = [CHECK, ...args, '--format', 'json', '--quiet', '--timeout', String(SECONDS)];
  // 1: something is broken; 3: something is vacuous.
  const { stdout, ...figures } = measure(process.execPath, command, {
    seconds: SECONDS + 60,
    statuses: [0, 1, 3],
  });
  const [{ states, exhausted }] = JSON.parse(stdout).runs;
  return exhausted ? { ...figures, states } : { cut: true };
}

/** Generates, compiles and searches. The hash table is as large as the states ask for. */
function runSpin(model, { spin, cc }, states = 2 ** 22) {
  const cwd = mkdtempSync(join(tmpdir(), 'clonecheck-spin-'));
  const options = { cwd, seconds: SECONDS };
  const bits = Math.max(16, Math.ceil(Math.log2(states)));
  try {
    const generate = measure('spin', [...spin, '-a', model], options);
    const compile = measure(
      'cc',
      ['-O2', '-DSAFETY', '-DMEMLIM=16384', ...cc, '-o', 'pan', 'pan.c'],
      options,
    );
    const { stdout, ...search } = measure('./pan', ['-A', '-E', '-c0', '-m100000', `-w${bits}`], options);
    if (search.cut || generate.cut || compile.cut) return { cut: true };
    if (!/states, stored/.test(stdout) || /max search depth too small|pan: reached -DMEMLIM/.test(stdout))
      return { cut: true };
    return {
      states: Number(/(\d+) states, stored/.exec(stdout)[1]),
      generate: generate.user,
      compile: compile.user,
      search: search.user,
      user: generate.user + compile.user + search.user,
      wall: generate.wall + compile.wall + search.wall,
      memory: search.memory,
    };
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

/** The medians of some runs; undefined if one was cut. */
function middle(runs) {
  if (runs.length === 0 || runs.some(({ cut }) => cut)) return undefined;
  return Object.fromEntries(Object.keys(runs[0]).map((key) => [key, median(runs.map((run) => run[key]))]));
}

function tables({ machine, date, rounds, rows }) {
  const lines = rows.map((row) => line(row, rounds));
  const hand = rows.flatMap((row) => handLine(row));
  return [
    `${machine}; ${date}; medians of ${rounds}. Seconds are of user CPU, in brackets of the clock.`,
    '',
    '| what | states | ours | memory | SPIN: generate + compile + search | memory | its states | ours / SPIN | states a second, ours : SPIN |',
    '|---|---|---|---|---|---|---|---|---|',
    ...lines,
    ...(hand.length === 0 ? [] : ['', ...hand]),
  ].join('\n');
}

function line({ what, ours, spins }, rounds) {
  const our = middle(ours);
  const all = spins
    .map(({ name, runs }) => ({ name, ...(middle(runs) ?? { cut: true }) }))
    .filter(({ cut }) => !cut);
  const [best] = all.toSorted((a, b) => a.user - b.user);
  const full = all.find(({ name }) => name === settings[0].name);
  if (our !== undefined && full !== undefined && our.states !== full.states)
    throw new Error(`${what}: we find ${our.states} states, and SPIN ${full.states}`);
  const cells = [
    ours.length === rounds ? what : `${what} (${ours.length} of ${rounds} rounds)`,
    our === undefined ? '' : count(our.states),
    our === undefined ? 'not ended' : `${our.user.toFixed(1)} s (${our.wall.toFixed(1)})`,
    our === undefined ? '' : `${our.memory.toFixed(0)} MB`,
    best === undefined
      ? 'not ended'
      : `${best.generate.toFixed(1)} + ${best.compile.toFixed(1)} + ${best.search.toFixed(1)} s (${best.wall.toFixed(1)}), ${best.name}`,
    best === undefined ? '' : `${best.memory.toFixed(0)} MB`,
    best === undefined ? '' : count(best.states),
    our === undefined || best === undefined ? '' : (our.user / best.user).toFixed(2),
    our === undefined || full === undefined
      ? ''
      : `${count(our.states / our.user)} : ${count(full.states / full.search)}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function handLine({ what, spins, hand }) {
  const [port, made] = [middle(hand), middle(spins[0].runs)];
  if (port === undefined || made === undefined) return [];
  const speed = ({ states, search }) => states / search;
  return [
    `The export of "${what}" against a port written by hand, both in full: ${count(speed(made))} and ${count(speed(port))} states a second of search (${(speed(made) / speed(port)).toFixed(2)}), ${count(made.states)} and ${count(port.states)} states, ${made.compile.toFixed(1)} and ${port.compile.toFixed(1)} s to compile.`,
  ];
}

function count(number) {
  return Math.round(number).toLocaleString('en');
}

await publish('bench', async () => {
  if (process.argv.includes('--write')) {
    if (existsSync(JSON_FILE)) return tables(JSON.parse(readFileSync(JSON_FILE, 'utf8')));
    console.error(`error: there is no ${JSON_FILE}; npm run bench makes it`);
    process.exit(2);
  }
  const result = bench();
  writeFileSync(JSON_FILE, `${JSON.stringify(result, null, 2)}\n`);
  return tables(result);
});
