// What each fault breaks in the QEMU proposal, beyond what is broken without it, for one small guest.
//
//     npm run faults                prints a Markdown table
//     npm run faults -- --write     puts it into README.md, between the two markers
//
// Failing creations are not in it: each row of the original that has a path for one is told of in words. Nor is what only
// strikes where the guest asks for more than this one does.
import { readFileSync } from 'node:fs';
import { protocols } from '../dist/model/protocols/index.js';
import { causes, publish, ways } from './table.mjs';

/** The tests read it too. */
const { protocol: NAME, guest: GUEST } = JSON.parse(
  readFileSync(new URL('faults.json', import.meta.url), 'utf8'),
);

/** What happens, in words. The numbers are made by the search. */
const WHAT_HAPPENS = {
  'exit_group-P':
    "P ends while C lives, and M with it: T's stack, `mgr` and M's TLS image are nobody's to free.",
  'execve-P':
    'Exec kills M with the other threads of P, and P gets a memory of its own: C lives on in the old one with what nobody is to free.',
  'kill-P': 'C waits for a lock that died with P.',
  'kill-C':
    "Without vfork P waits for C's broadcast, and C is dead: P never comes back. Linux returns from clone. (With RCU in the model there might be more: T unregisters what a C killed early never registered.)",
  'stop-P': 'Nothing but time is lost.',
  'stop-C': 'Nothing but time is lost.',
  'core-P': 'As `term-P`: QEMU handles SIGQUIT as well.',
  'term-P':
    'A signal that arrives just before `do_fork` blocks all leaves QEMU\'s host mask full, and that is the mask the child inherits as "the guest\'s". One that ends the guest later leaves C behind, as `exit_group-P` does.',
  'term-C': 'QEMU ends by the signal, as the guest asks, and nobody frees the `TaskState`.',
  'foreign-exit-signal': 'As `term-P`, by the very signal that the guest handles.',
  'kill-T':
    "The kernel clears T's word whatever T died of, so M frees the TLS image that C still runs on. If T dies before C runs, P never comes back.",
  'stop-T':
    "A stop tells the parent by SIGCHLD too. `si_code & (CLD_EXITED\\|CLD_KILLED\\|CLD_DUMPED)` is true of CLD_STOPPED, so the stop uses up T's hidden entry, and T's death reaches the guest.",
  'stray-futex': "M takes any return of 0 for T's death, and frees T's stack and C's TLS image under them.",
  'stray-cond':
    'None of the waits is a loop: one spurious wake-up, which POSIX allows, fails the assertion of a completion.',
};

async function table() {
  const protocol = protocols.find(({ name }) => name === NAME);
  const struck = protocol.faults.filter(
    ({ name, impossible, needs }) =>
      !impossible && needs === undefined && !protocol.defaultFaults.includes(name),
  );
  const rows = [];
  for (const { name } of struck) {
    if (WHAT_HAPPENS[name] === undefined) throw new Error(`scripts/faults.mjs says nothing of ${name}`);
    const found = await causes(protocol, { guest: GUEST, faults: [name] });
    const broken = ways(
      found.filter(({ faults }) => faults.length > 0),
      false,
    );
    rows.push(`| \`${name}\` | ${broken.join('; ') || 'nothing'} | ${WHAT_HAPPENS[name]} |`);
  }
  return [
    '| `--faults` | what breaks that does not without it | what happens |',
    '|---|---|---|',
    ...rows,
  ].join('\n');
}

await publish('faults', table);
