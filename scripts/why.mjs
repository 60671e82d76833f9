// Why each part of the QEMU proposal is there: drops one after the other, and says what breaks that did not break before.
//
//     npm run why                prints a Markdown table
//     npm run why -- --write     puts it into README.md, between the two markers
//
// The base is the protocol with the repair of its EAGAIN, without faults, so that what is known to be wrong hides
// nothing. Where nothing breaks, a creation may fail or a task be killed, once a run, in both; where nothing breaks even
// then, the guest's child is to share handlers and descriptors with the caller.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { explicit } from '../dist/checker/explicit.js';
import { protocols } from '../dist/model/protocols/index.js';
import { judged } from '../dist/properties/index.js';

/** The base, a guest that sees what these parts are for and whose space is small, and what else it may ask for. The tests read it too. */
const {
  base: BASE,
  guest: GUEST,
  sharing: SHARING,
} = JSON.parse(readFileSync(new URL('why.json', import.meta.url), 'utf8'));
const KILLS = ['kill-P', 'kill-C', 'kill-T'];

/** Why dropping a part changes nothing. Whatever is not named here is expected to break something. */
const WHY_NOTHING = {
  clone_lock:
    'what it protects, the list of CPUs, is not in the model; what goes away is the lock released twice (`no-bad-lock`)',
};

/** What the model makes more of than Linux would. */
const REMARKS = {
  'block-signals':
    'Linux gives a signal to the caller while it can take it, which the model does not: then `no-crash` is left, in 8 turns',
};

const BEGIN = '<!-- why:begin -->';
const END = '<!-- why:end -->';

const protocol = protocols.find(({ name }) => name === BASE);

/** The table, as Markdown. */
async function table() {
  const before = { none: await causes([], []), all: undefined, sharing: undefined };
  const rows = [];
  for (const { name, sentence } of protocol.experiments) {
    let found = fresh(await causes([name], []), before.none);
    if (found.length === 0) {
      const faults = [...protocol.defaultFaults, ...KILLS];
      before.all ??= await causes([], faults);
      found = fresh(await causes([name], faults), before.all);
    }
    const shares = found.length === 0;
    if (shares) {
      before.sharing ??= await causes([], [], SHARING);
      found = fresh(await causes([name], [], SHARING), before.sharing);
    }
    const guest = shares && found.length > 0 ? `, for a guest of \`--guest ${SHARING.join()}\`` : '';
    rows.push(`| \`${name}\` | ${sentence} | ${cell(name, found)}${guest} |`);
  }
  return [
    '| `--without` | what is different | what breaks that did not break before |',
    '|---|---|---|',
    ...rows,
  ].join('\n');
}

/** Every way in which a promise is broken, simplest first. */
async function causes(without, faults, more = []) {
  const options = {
    faults: faults.map((name) => ({ name, budget: 1 })),
    maxFaults: 1,
    guest: [...GUEST, ...more],
    clones: 1,
    rounds: 1,
    without,
  };
  const result = await explicit(judged(protocol, options));
  if (!result.exhausted) throw new Error(`the search without ${without.join()} did not come to its end`);
  return result.properties.flatMap(({ name, counterexamples }) =>
    counterexamples.map(({ cause, turns }) => ({ property: name, ...cause, turns })),
  );
}

function fresh(found, known) {
  const key = ({ property, label, object, faults }) => [property, label, object, ...faults].join(' ');
  const old = new Set(known.map(key));
  return found.filter((one) => !old.has(key(one)));
}

/** One line a promise: on what, in how few turns, by which fault if it takes one. */
function cell(name, found) {
  const reason = WHY_NOTHING[name];
  if ((found.length === 0) !== (reason !== undefined))
    throw new Error(`without ${name}: ${found.length} new causes, which scripts/why.mjs does not expect`);
  if (reason !== undefined) return `nothing: ${reason}`;
  const names = [...new Set(found.map(({ property }) => property))];
  return names
    .map((property) => {
      const ways = found.filter((one) => one.property === property);
      const objects = [...new Set(ways.map(({ object }) => `\`${object}\``))].join(', ');
      const [{ turns, faults }] = ways;
      return `\`${property}\` (${objects}) in ${turns} turns${faults.map((fault) => `, with ${fault}`).join('')}`;
    })
    .join('; ')
    .concat(REMARKS[name] === undefined ? '' : ` (${REMARKS[name]})`);
}

/** Puts the table between the markers of a text; without them there is nowhere to put it. */
function between(text, made) {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) return undefined;
  return `${text.slice(0, begin + BEGIN.length)}\n\n${made}\n\n${text.slice(end)}`;
}

const README = fileURLToPath(new URL('../README.md', import.meta.url));

/** The text of README.md with the table in its place. */
function written(made) {
  const updated = between(readFileSync(README, 'utf8'), made);
  if (updated !== undefined) return updated;
  console.error(
    `error: README.md lacks ${BEGIN} and ${END}, in this order; put them where the table is to be`,
  );
  return process.exit(2);
}

const flags = process.argv.slice(2);
if (flags.some((flag) => flag !== '--write')) {
  console.error('error: the only flag there is is --write');
  process.exit(2);
}
if (flags.includes('--write')) {
  // Missing markers are said at once, not after the search.
  written('');
  writeFileSync(README, written(await table()));
  console.error('README.md has the table');
} else {
  console.log(await table());
}
