// Everything that can be asked of one clone, and that the engines agree on it, however long it takes: npm run verify:full
//
//     node scripts/verify.mjs [PROTOCOL...] [--faults NAME,...] [--guests PROFILE,...] [--walks N] [--timeout SECONDS]
//
// For each protocol: every guest with each single fault, one search a fault, by the explicit engine. Where that found few
// enough states for the reference engine, that and the symbolic one search the same. Where not, it is compared by part: each
// guest profile with each single fault in full, and what is left by random walks. A search that a limit ended is no pass.
import { parseArgs } from 'node:util';
import { differences } from '../dist/checker/compare.js';
import { explicit } from '../dist/checker/explicit.js';
import { reference } from '../dist/checker/reference.js';
import { symbolic } from '../dist/checker/symbolic/symbolic.js';
import { union } from '../dist/checker/union.js';
import { compareWalks } from '../dist/checker/walks.js';
import { DEFAULT_RELEASE } from '../dist/model/platforms.js';
import { protocols } from '../dist/model/protocols/index.js';
import { judged } from '../dist/properties/index.js';

/** The reference takes up to 30 KB a state, and a second for some 2,500. */
const MOST_STATES = 200_000;

const asked = options();
let passed = true;
console.log('| protocol | guest | faults | compared | states | seconds | verdict |');
console.log('|---|---|---|---|---|---|---|');
for (const protocol of asked.protocols) await verify(protocol);
process.exitCode = passed ? 0 : 1;

async function verify(protocol) {
  const kinds = protocol.faults.filter(({ impossible }) => !impossible).map(({ name }) => name);
  const faults = [undefined, ...kinds.filter((name) => asked.faults?.includes(name) ?? true)];
  const whole = [];
  const unfollowed = [];
  for (const fault of faults) {
    const system = systemOf(protocol, [], fault);
    const result = await searched(system, `${protocol.name}, every guest, ${fault ?? 'no fault'}`);
    if (result.states > MOST_STATES) unfollowed.push(fault);
    else await follow(system, result);
    whole.push(result);
  }
  const how = unfollowed.length === 0 ? 'in full' : 'by part';
  row(protocol, 'every guest', listed(faults), how, union(whole));
  if (unfollowed.length === 0) return;
  for (const { name, choices } of protocol.profiles.filter(
    (one) => asked.guests?.includes(one.name) ?? true,
  )) {
    const results = [];
    for (const fault of unfollowed) {
      const system = systemOf(protocol, choices, fault);
      results.push(await searched(system, `${protocol.name}, ${name}, ${fault ?? 'no fault'}`));
      await follow(system, results.at(-1));
    }
    row(protocol, name, listed(unfollowed), 'in full', union(results));
  }
  tell(`${protocol.name}, random walks`);
  const { compared, disagreements } = compareWalks(systemOf(protocol, [], ...kinds), asked.walks);
  for (const line of disagreements) fail(line);
  console.log(
    `| ${protocol.name} | every guest | any one of ${kinds.length} | ${number(compared)} moves at random | | | |`,
  );
}

/** One search a fault, and one without. */
function listed(faults) {
  const kinds = faults.filter((name) => name !== undefined).length;
  return faults.includes(undefined) ? `none, and each of ${kinds}` : `each of ${kinds}`;
}

/** Every way in which a run with at most one of these faults can go. */
function systemOf(protocol, guest, ...faults) {
  return judged(protocol, {
    faults: faults.filter((name) => name !== undefined).map((name) => ({ name, budget: 1 })),
    maxFaults: 1,
    guest,
    clones: 1,
    rounds: 1,
    kernel: DEFAULT_RELEASE,
    without: [],
  });
}

async function searched(system, what) {
  tell(what);
  const result = await explicit(system, asked.limits);
  if (!result.exhausted) fail(`${what}: ended by ${result.stopped}`);
  return result;
}

/** The other engines search the same, and must find the same. */
async function follow(system, result) {
  if (!result.exhausted) return;
  for (const engine of [symbolic, reference]) {
    const other = await engine(system, asked.limits);
    if (!other.exhausted) fail(`${system.name}: the ${other.engine} engine was ended by ${other.stopped}`);
    else for (const line of differences(result, other)) fail(`${system.name}: ${line}`);
  }
}

function row({ name }, guest, faults, compared, { states, seconds, properties }) {
  const of = (verdict) => properties.filter((property) => property.verdict === verdict);
  const causes = of('violated').flatMap(({ counterexamples }) => counterexamples).length;
  const verdict = [
    causes === 0 ? '' : `${of('violated').length} promises broken, ${causes} causes`,
    ...['holds', 'vacuous', 'undecided'].map((word) =>
      of(word).length === 0 ? '' : `${of(word).length} ${word}`,
    ),
  ].filter((part) => part !== '');
  console.log(
    `| ${name} | ${guest} | ${faults} | ${compared} | ${number(states)} | ${seconds.toFixed(1)} | ${verdict.join('; ')} |`,
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
    walks: count('walks', values.walks),
    limits: values.timeout === undefined ? {} : { timeout: count('timeout', values.timeout) },
  };
}

function read() {
  const text = { type: 'string' };
  try {
    return parseArgs({
      allowPositionals: true,
      options: { faults: text, guests: text, walks: { ...text, default: '1000000' }, timeout: text },
    });
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
