// Why each part of the QEMU proposal is there: drops one after the other, and says what breaks that did not break before.
//
//     npm run why                prints a Markdown table
//     npm run why -- --write     puts it into README.md, between the two markers
//
// The base is the protocol with the repair of its EAGAIN, without faults, so that what is known to be wrong hides
// nothing. Where nothing breaks, a creation may fail or a task be killed, once a run, in both.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { explicit } from '../dist/checker/explicit.js';
import { protocols } from '../dist/model/protocols/index.js';
import { judged } from '../dist/properties/index.js';

const BASE = 'qemu-clone-vm-eagain-fixed';

/** A guest that sees everything these parts are for, and whose space is small. */
const GUEST = ['SIGCHLD', 'handler', 'unblocked', 'wait-nothing', 'wait-child', 'child-exit-groups', 'child-execs'];
const KILLS = ['kill-P', 'kill-C', 'kill-T'];

/** Why dropping a part changes nothing. Whatever is not named here is expected to break something. */
const WHY_NOTHING = {
  CLONE_SIGHAND:
    'T runs with all signals blocked, and C gets a copy of the handlers from either; it would take a guest that asks for `CLONE_SIGHAND`, whose C would share with T instead of P',
  CLONE_FILES:
    'neither T nor QEMU opens anything meanwhile, and C gets a copy of the descriptors from either; it would take a guest that asks for `CLONE_FILES`, or a sibling that opens while T is made',
  clone_lock:
    'what it protects, the list of CPUs, is not in the model; what goes away is the lock released twice (`no-bad-lock`)',
};

const BEGIN = '<!-- why:begin -->';
const END = '<!-- why:end -->';

const protocol = protocols.find(({ name }) => name === BASE);

/** The table, as Markdown. */
export async function table() {
  const before = { none: await causes([], []), all: undefined };
  const rows = [];
  for (const { name, sentence } of protocol.experiments) {
    let found = fresh(await causes([name], []), before.none);
    if (found.length === 0) {
      const faults = [...protocol.defaultFaults, ...KILLS];
      before.all ??= await causes([], faults);
      found = fresh(await causes([name], faults), before.all);
    }
    rows.push(`| \`${name}\` | ${sentence} | ${cell(name, found)} |`);
  }
  return ['| `--without` | what is different | what breaks that did not break before |', '|---|---|---|', ...rows].join('\n');
}

/** Every way in which a promise is broken, simplest first. */
async function causes(without, faults) {
  const options = { faults: faults.map((name) => ({ name, budget: 1 })), maxFaults: 1, guest: GUEST, clones: 1, rounds: 1, without };
  const result = await explicit(judged(protocol, options));
  if (process.env.WHY_DEBUG) console.error(without.join(), faults.length, result.states, result.seconds);
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

function cell(name, found) {
  if (process.env.WHY_DEBUG) console.error(found.map((f)=>`   ${f.property} ${f.label} ${f.object} ${f.faults} ${f.turns}`).join('\n'));
  return found.length;
}
console.log(await table());
