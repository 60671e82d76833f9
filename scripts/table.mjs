// A table of README.md that is made by a search: printed, or put between its two markers.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { explicit } from '../dist/checker/explicit.js';
import { DEFAULT_RELEASE } from '../dist/model/platforms.js';
import { judged } from '../dist/properties/index.js';

const README = fileURLToPath(new URL('../README.md', import.meta.url));

/** Prints the table that `make` makes; with `--write` puts it into README.md, between the markers of this name. */
export async function publish(name, make) {
  const flags = process.argv.slice(2);
  if (flags.some((flag) => flag !== '--write')) {
    console.error('error: the only flag there is is --write');
    process.exit(2);
  }
  if (flags.includes('--write')) {
    // Missing markers are said at once, not after the search.
    between(name, '');
    writeFileSync(README, between(name, await make()));
    console.error('README.md has the table');
  } else {
    console.log(await make());
  }
}

/** The text of README.md with something between two markers. */
function between(name, made) {
  const [opening, closing] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const text = readFileSync(README, 'utf8');
  const [begin, end] = [text.indexOf(opening), text.indexOf(closing)];
  if (begin >= 0 && end > begin)
    return `${text.slice(0, begin + opening.length)}\n\n${made}\n\n${text.slice(end)}`;
  console.error(
    `error: README.md lacks ${opening} and ${closing}, in this order; put them where the table is to be`,
  );
  return process.exit(2);
}

/** Every way in which a promise is broken, simplest first, with at most one of these faults. */
export async function causes(protocol, { guest, faults = [], without = [] }) {
  const options = {
    faults: faults.map((name) => ({ name, budget: 1 })),
    maxFaults: 1,
    guest,
    clones: 1,
    rounds: 1,
    kernel: DEFAULT_RELEASE,
    without,
  };
  const result = await explicit(judged(protocol, options));
  if (!result.exhausted) throw new Error(`the search of ${protocol.name} did not come to its end`);
  return result.properties.flatMap(({ name, counterexamples }) =>
    counterexamples.map(({ cause, turns }) => ({ property: name, ...cause, turns })),
  );
}

/** One entry a promise: on what, in how few turns, by which fault if it takes one and `tellFault` says so. */
export function ways(found, tellFault = true) {
  return [...new Set(found.map(({ property }) => property))].map((property) => {
    const here = found.filter((one) => one.property === property);
    const objects = [...new Set(here.map(({ object }) => `\`${object}\``))].join(', ');
    const [{ turns, faults }] = here;
    const fault = tellFault ? faults.map((one) => `, with ${one}`).join('') : '';
    return `\`${property}\` (${objects}) in ${turns} turns${fault}`;
  });
}
