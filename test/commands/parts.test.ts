/** The run that names neither faults nor guest choices, as a user sees it. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { GUEST_PROFILES } from '../../model/protocols/choices.js';
import { isFor, type Fault } from '../../model/protocols/index.js';
import { possibleFaults, protocol } from '../model/ask.js';
import { faultsOf, type Schema } from '../schema.js';
import { run } from './run.js';

interface JsonRun {
  readonly profile: string | null;
  readonly parts: number;
  readonly guest: readonly string[];
  readonly faults: readonly { readonly name: string }[];
  readonly states: number;
  readonly stopped: string;
  readonly properties: readonly {
    readonly verdict: string;
    readonly counterexamples: readonly { readonly cause: { faults: string[] }; readonly replay: string }[];
  }[];
}

async function runsOf(...args: string[]): Promise<{ code: number | null; runs: JsonRun[]; stderr: string }> {
  const { code, stdout, stderr } = await run([...args, '--format', 'json']);
  const schema: Schema = JSON.parse(
    readFileSync(new URL('../../traces/schema.json', import.meta.url), 'utf8'),
  );
  const report = JSON.parse(stdout);
  expect(faultsOf(schema, report)).toEqual([]);
  return { code, runs: report.runs, stderr };
}

function faultNamed(name: string): Fault {
  return protocol('qemu-clone-vm').faults.find((fault) => fault.name === name)!;
}

const profiles = GUEST_PROFILES.map(({ name }) => name);

describe('the whole', () => {
  let runs: JsonRun[];
  let code: number | null;
  beforeAll(
    async () => ({ runs, code } = await runsOf('native', 'qemu-clone-vm', '--depth', '5', '--quiet')),
  );

  it('is followed by its parts: every usual guest without faults, each profile with every fault', () => {
    const names = [null, null, ...profiles];
    expect(runs.map(({ profile }) => profile)).toEqual([...names, ...names]);
    const [whole, free, ...others] = runs.slice(runs.length / 2);
    const faults = possibleFaults('qemu-clone-vm');
    expect(whole).toMatchObject({ parts: 1 + profiles.length, guest: ['all'] });
    expect(whole!.faults.map(({ name }) => name)).toEqual(faults);
    expect(free).toMatchObject({ parts: 0, guest: ['usual'], faults: [] });
    others.forEach((part, index) => {
      expect(part).toMatchObject({ parts: 0, guest: GUEST_PROFILES[index]!.choices });
      expect(part.faults.map(({ name }) => name)).toEqual(
        faults.filter((fault) => isFor(part.guest, faultNamed(fault))),
      );
    });
  });

  it('is the sum of its parts', () => {
    const [whole, ...parts] = runs.slice(0, runs.length / 2);
    expect(whole!.states).toBe(parts.reduce((sum, { states }) => sum + states, 0));
  });

  it('has for each cause a line that replays it in the part that found it', async () => {
    expect(code).toBe(1);
    const whole = runs[runs.length / 2]!;
    const causes = whole.properties.flatMap(({ counterexamples }) => counterexamples);
    const needing = causes.filter(({ cause }) => cause.faults.length > 0);
    expect(needing.length).toBeGreaterThan(5);
    for (const { replay } of [causes[0]!, needing[0]!, needing.at(-1)!]) {
      const again = await run(['replay', replay]);
      expect(again.stdout).toMatch(/still breaks/);
      expect(again.code).toBe(1);
    }
  });
});

describe('a run is one search', () => {
  it.each([
    [['--faults', 'none']],
    [['--guest', 'usual']],
    [['--guest', 'all', '--depth', '1']],
    [['--guest', 'reaper']],
    [['--max-faults', '1']],
    [['--rounds', '2', '--depth', '2']],
  ])('with %j', async (args) => {
    const { runs } = await runsOf('native', '--quiet', ...args);
    expect(runs.map(({ parts }) => parts)).toEqual([0]);
  });

  it('and not with what restricts neither faults nor guests', async () => {
    const { runs } = await runsOf(
      'native',
      '--quiet',
      '--kernel',
      '5.10',
      '--property',
      'no-hang',
      '--timeout',
      '60',
    );
    expect(runs).toHaveLength(2 + profiles.length);
  });
});

it('several clones with every guest, and no bound, get a hint', async () => {
  const args = ['native', '--clones', '2', '--engine', 'explicit'];
  const unbounded = await run(args, { signals: [{ after: 1000, name: 'SIGTERM' }] });
  expect(unbounded.stderr).toContain('hint: native: several clones with every guest may take hours');
  expect((await run([...args, '--depth', '1'])).stderr).not.toContain('hint');
});

describe('a limit', () => {
  it('is one of the whole, and the part that meets it is the last', async () => {
    const { runs, code } = await runsOf('native', '--quiet', '--max-states', '6000');
    const [whole, ...parts] = runs;
    expect(parts.length).toBeLessThan(1 + profiles.length);
    expect(parts.map(({ stopped }) => stopped)).toEqual([...parts.slice(1).map(() => 'exhausted'), 'states']);
    expect(whole).toMatchObject({ stopped: 'states', states: 6000 });
    expect(whole!.properties.map(({ verdict }) => verdict)).toEqual(whole!.properties.map(() => 'undecided'));
    expect(code).toBe(3);
  });

  it('or a signal leaves what the parts before it found', async () => {
    const { code, stdout, stderr } = await run([], { signals: [{ after: 2500, name: 'SIGINT' }] });
    expect(stderr).toContain('stopping');
    expect(stdout).toContain('interrupted');
    expect(stdout).toMatch(/Not explored to the end: .*lasting-child/s);
    expect(code).toBe(stdout.includes('✗') ? 1 : 3);
  });
});

describe('the text', () => {
  it('says what was explored and what was not', async () => {
    const { code, stdout } = await run(['native', '--quiet']);
    for (const name of [...profiles, ...possibleFaults('native')]) expect(stdout).toContain(name);
    expect(stdout).toContain('--guest all --faults all');
    expect(stdout).not.toContain('Not explored to the end');
    expect(stdout.split('\n').filter((line) => line.length > 110)).toEqual([]);
    expect(code).toBe(0);
  });

  it('on stderr tells which part is running', async () => {
    // After five seconds there is a line, by when a fast machine is at a later part than a slow one.
    const { stderr } = await run(['--timeout', '6']);
    const [, part, name] =
      new RegExp(`^part (\\d+) of ${1 + profiles.length}, ([^:]+): [\\d,]+ states`).exec(stderr) ?? [];
    const names = ['every usual guest without faults', ...profiles];
    expect(name).toBe(names[Number(part) - 1]);
    expect(names).toContain(name);
  });
});
