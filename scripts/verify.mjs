// Everything that can be asked of one clone, and that the engines agree on it, however long it takes: npm run verify:full
//
//     node scripts/verify.mjs [PROTOCOL...] [--kernel RELEASE] [--faults NAME,...] [--guests PROFILE,...] [--walks N]
//                             [--timeout SECONDS]
//
// For each protocol: every usual guest, and each guest profile, without faults and with each single fault, one search each
// by the explicit engine. Where it found few enough states, the symbolic engine searches the same and must find the same; where
// they are fewer still the reference as well. Where the reference does not, what the explicit engine has learned is compared
// with plain execution along random walks. A search that a limit ended is no pass.
import { parseArgs } from 'node:util';
import { differences } from '../dist/checker/compare.js';
import { explicit } from '../dist/checker/explicit.js';
import { reference } from '../dist/checker/reference.js';
import { symbolic } from '../dist/checker/symbolic/symbolic.js';
import { union } from '../dist/checker/union.js';
import { compareWalks } from '../dist/checker/walks.js';
import { DEFAULT_RELEASE, releaseRules } from '../dist/model/platforms.js';
import { isFor, protocols } from '../dist/model/protocols/index.js';
import { judged } from '../dist/properties/index.js';

/** How many states an engine is given: the reference takes up to 30 KB and a millisecond for each. */
const MOST_STATES = [
  [symbolic, 3_000_000],
  [reference, 20_000],
];

const asked = options();
let passed = true;
console.log('| protocol | guest | faults | compared | states | seconds | verdict |');
console.log('|---|---|---|---|---|---|---|');
for (const protocol of asked.protocols) await verify(protocol);
process.exitCode = passed ? 0 : 1;

async function verify(protocol) {
  const usual = { name: 'every usual guest', choices: [] };
  const profiles = protocol.profiles.filter(({ name }) => asked.guests?.includes(name) ?? true);
  for (const { name, choices } of [usual, ...profiles]) {
    const kinds = protocol.faults.filter((fault) => !fault.impossible && isFor(choices, fault));
    const faults = [undefined, ...kinds.map((fault) => fault.name).filter(isAsked)];
    const results = [];
    const moves = [];
    for (const fault of faults) {
      const what = `${protocol.name}, ${name}, ${fault ?? 'no fault'}`;
      const system = systemOf(protocol, choices, fault);
      const result = await searched(system, what);
      for (const [engine, most] of MOST_STATES)
        if (result.states <= most) await follow(engine, system, result, what);
        else if (engine === reference) moves.push(walked(system, what));
      results.push(result);
    }
    row(protocol, name, faults.length - 1, moves, union(results, results[0].properties));
  }
}

function isAsked(fault) {
  return asked.faults?.includes(fault) ?? true;
}

/** Every way in which a run of these guests with at most this fault can go. */
function systemOf(protocol, guest, fault) {
  return judged(protocol, {
    faults: fault === undefined ? [] : [{ name: fault, budget: 1 }],
    maxFaults: 1,
    guest,
    clones: 1,
    rounds: 1,
    kernel: asked.kernel,
    without: [],
  });
}

async function searched(system, what) {
  tell(what);
  const result = await explicit(system, asked.limits);
  if (!result.exhausted) fail(`${what}: ended by ${result.stopped}`);
  return result;
}

/** Another engine searches the same, and must find the same. */
async function follow(engine, system, result, what) {
  if (!result.exhausted) return;
  const other = await engine(system, asked.limits);
  if (!other.exhausted) fail(`${what}: the ${other.engine} engine was ended by ${other.stopped}`);
  else for (const line of differences(result, other)) fail(`${what}: ${line}`);
}

/** What was learned beside plain execution, along random walks; how many moves were compared. */
function walked(system, what) {
  const { compared, disagreements } = compareWalks(system, asked.walks);
  for (const line of disagreements) fail(`${what}: ${line}`);
  return compared;
}

/** One search a fault, and one without. */
function row({ name }, guest, faults, moves, { states, seconds, properties }) {
  const of = (verdict) => properties.filter((property) => property.verdict === verdict);
  const causes = of('violated').flatMap(({ counterexamples }) => counterexamples).length;
  const verdict = [
    causes === 0 ? '' : `${of('violated').length} promises broken, ${causes} causes`,
    ...['holds', 'vacuous', 'undecided'].map((word) =>
      of(word).length === 0 ? '' : `${of(word).length} ${word}`,
    ),
  ].filter((part) => part !== '');
  const total = number(moves.reduce((sum, one) => sum + one, 0));
  const compared =
    moves.length === 0 ? 'in full' : `in full, but ${moves.length} by ${total} moves at random`;
  console.log(
    `| ${name} | ${guest} | none, and each of ${faults} | ${compared} | ${number(states)} | ${seconds.toFixed(1)} | ${verdict.join('; ')} |`,
  );
}

function fail(line) {
  passed = false;
  console.error(`FAILED: ${line}`);
}

function tell(line) {
  console.error(`${new Date().toISOString().slice(11, 19)} ${line}`);
}

function number(n) {
  return n.toLocaleString('en');
}

function options() {
  const { values, positionals } = read();
  const known = (what, names, all) => {
    const wrong = names?.find((name) => !all.includes(name));
    if (wrong !== undefined) refuse(`there is no ${what} '${wrong}'; there are ${all.join(', ')}`);
    return names;
  };
  const all = (of) => [...new Set(protocols.flatMap(of).map(({ name }) => name))];
  known(
    'protocol',
    positionals,
    all((protocol) => protocol),
  );
  return {
    protocols: protocols.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
    faults: known(
      'fault',
      values.faults?.split(','),
      all(({ faults }) => faults),
    ),
    guests: known(
      'guest profile',
      values.guests?.split(','),
      all(({ profiles }) => profiles),
    ),
    kernel: release(values.kernel),
    walks: count('walks', values.walks),
    limits: values.timeout === undefined ? {} : { timeout: count('timeout', values.timeout) },
  };
}

function read() {
  const text = { type: 'string' };
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        kernel: { ...text, default: DEFAULT_RELEASE },
        faults: text,
        guests: text,
        walks: { ...text, default: '100000' },
        timeout: text,
      },
    });
  } catch (error) {
    return refuse(error.message);
  }
}

function release(name) {
  try {
    releaseRules(name);
    return name;
  } catch (error) {
    return refuse(error.message);
  }
}

function count(flag, text) {
  return /^\d{1,9}$/.test(text) ? Number(text) : refuse(`--${flag} takes a whole number, and got '${text}'`);
}

function refuse(message) {
  console.error(`error: ${message}`);
  return process.exit(2);
}
