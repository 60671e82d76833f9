/** The README's command output is what the commands print. `PROMOTE=1` rewrites it. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { RULES } from '../model/kernel/rules.js';
import { ask, creationFaults } from './model/ask.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = `${root}README.md`;

/** Times differ from run to run; nothing else does. */
function settled(text: string): string {
  return text.replaceAll(/\d+(\.\d+)? s\b/g, 'N s');
}

function outputOf(command: string): string {
  const built = command.replaceAll('npx check', 'node dist/check.js');
  const script = `set -o pipefail; ${built}; true`;
  return execFileSync('bash', ['-c', script], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
}

/** The test of a fresh clone looks at this one: it makes the same search. */
const FIRST = '$ npx check --depth 12 --quiet | head -18\n';
const isPromoted = process.env['PROMOTE'] === '1';

/** A block of commands, each followed by what it prints. */
function rerun(block: string): string {
  if (block.startsWith(FIRST) && !isPromoted) return block;
  const commands = block.split('\n').filter((line) => line.startsWith('$ '));
  return commands.map((line) => `${line}\n${outputOf(line.slice(2))}`).join('');
}

describe('the README', () => {
  test('shows what the commands print', { timeout: 600_000 }, () => {
    const text = readFileSync(file, 'utf8');
    const fresh = text.replaceAll(
      /```console\n(.*?)```/gs,
      (_all, block: string) => `\`\`\`console\n${rerun(block)}\`\`\``,
    );
    expect(text).toContain(FIRST);
    if (isPromoted) writeFileSync(file, fresh);
    else expect(settled(text)).toBe(settled(fresh));
  });

  test('gives the reason of every rule that is left out, of which there are at most ten', () => {
    const text = readFileSync(file, 'utf8');
    const out = RULES.flatMap((rule) => ('leftOut' in rule ? [`| ${rule.id} | ${rule.leftOut} |`] : []));
    expect(out.length).toBeLessThanOrEqual(10);
    for (const row of out) expect(text).toContain(row);
    expect(text).toContain(`Of the ${RULES.length} rules`);
  });

  test('names every cause without faults and with a failing creation, with its turns', async () => {
    const text = readFileSync(file, 'utf8');
    const result = await ask('qemu-clone-vm', { faults: creationFaults('qemu-clone-vm') });
    for (const { name, counterexamples } of result.properties) {
      for (const { cause, turns } of counterexamples) {
        // The loss of the TaskState on failing paths is one row: it is the same for each.
        if (cause.label === 'do_fork.return') continue;
        const at = cause.label === name ? 'at the end' : `\`${cause.label}\``;
        const needs = cause.faults.length === 0 ? '' : ` \`${cause.faults.join()}\` |`;
        expect(text).toContain(`| \`${name}\` | ${at} |${needs} ${turns} |`);
      }
    }
  });
});
