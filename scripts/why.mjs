// Why each part of the QEMU proposal is there: drops one after the other, and says what breaks that did not break before.
//
//     npm run why                prints a Markdown table
//     npm run why -- --write     puts it into README.md, between the two markers
//
// The base is the protocol with the repair of its EAGAIN, without faults, so that what is known to be wrong hides
// nothing. Where nothing breaks, a creation may fail or a task be killed, once a run, in both; where nothing breaks even
// then, the guest's child is to share handlers and descriptors with the caller.
import { readFileSync } from 'node:fs';
import { protocols } from '../dist/model/protocols/index.js';
import { causes, publish, ways } from './table.mjs';

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

const protocol = protocols.find(({ name }) => name === BASE);

/** The table, as Markdown. */
async function table() {
  const ask = (without, faults, more = []) =>
    causes(protocol, { guest: [...GUEST, ...more], faults, without });
  const before = { none: await ask([], []), all: undefined, sharing: undefined };
  const rows = [];
  for (const { name, sentence } of protocol.experiments) {
    let found = fresh(await ask([name], []), before.none);
    if (found.length === 0) {
      const faults = [...protocol.defaultFaults, ...KILLS];
      before.all ??= await ask([], faults);
      found = fresh(await ask([name], faults), before.all);
    }
    const shares = found.length === 0;
    if (shares) {
      before.sharing ??= await ask([], [], SHARING);
      found = fresh(await ask([name], [], SHARING), before.sharing);
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
  return ways(found)
    .join('; ')
    .concat(REMARKS[name] === undefined ? '' : ` (${REMARKS[name]})`);
}

await publish('why', table);
