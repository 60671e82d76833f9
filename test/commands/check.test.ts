import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf, type Schema } from '../schema.js';
import { run, shell } from './run.js';

/** A question that is answered at once, and the answer is that a promise is broken. */
const broken = ['--property', 'no-leak', '--faults', 'none', '--depth', '6', '--quiet'];
/** One that is answered at once, and the answer is that all is well. */
const sound = ['native', '--property', 'no-hang', '--faults', 'none', '--quiet'];
/** One that takes long. */
const long = ['--faults', 'all', '--max-faults', '3'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clonecheck-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('check', () => {
  it('reports a broken promise with exit code 1 and a line that replays it', async () => {
    const { code, stdout } = await run(broken);
    expect(stdout).toMatch(
      /^qemu-clone-vm: 1 of 1 promise is broken, without any fault; the simplest in \d+ turns\./,
    );
    expect(code).toBe(1);
    const line = /check replay '([^']+)'/.exec(stdout)?.[1] ?? '';
    const again = await run(['replay', line]);
    expect(again.stdout).toContain('still breaks no-leak');
    expect(again.code).toBe(1);
  });

  it('reports promises that hold with exit code 0', async () => {
    const { code, stdout } = await run(sound);
    expect(stdout).toContain('✓ no-hang');
    expect(code).toBe(0);
  });

  it('does not pass off a bound as a proof under --require-exhausted', async () => {
    const bounded = [...sound, '--depth', '3'];
    expect((await run(bounded)).code).toBe(0);
    expect((await run([...bounded, '--require-exhausted'])).code).toBe(3);
    expect((await run([...sound, '--require-exhausted'])).code).toBe(0);
  });

  it('judges whole runs where that is asked for, and not under a bound', async () => {
    const asked = ['native', '--faults', 'none', '--property', 'wait-returns', '--quiet'];
    expect((await run([...asked, '--engine', 'all'])).stdout).toContain('✓ wait-returns  holds');
    const bounded = await run([...asked, '--depth', '2']);
    expect(bounded.stdout).toContain('? wait-returns  undecided');
    expect(bounded.stdout).toContain('Ask without --depth');
    expect(bounded.code).toBe(3);
    expect((await run(['native', '--faults', 'none', '--quiet'])).stdout).not.toContain('wait-returns');
  });

  it('plays a run again that waits for ever', async () => {
    const asked = ['--property', 'vfork-caller-goes-on', '--faults', 'kill-T', '--guest', 'posix_spawn'];
    const { stdout } = await run(['qemu-clone-vm', ...asked, '--quiet']);
    const line = /check replay '([^']+)'/.exec(stdout)?.[1] ?? '';
    const again = await run(['replay', line]);
    expect(again.stdout).toContain(
      'no task can move any more, so this never comes: vfork-caller-goes-on (P)',
    );
    expect(again.code).toBe(1);
  });

  it('does not pass off a limit as a pass', async () => {
    const { code, stdout } = await run([...sound, '--max-states', '10']);
    expect(stdout).toContain('undecided');
    expect(code).toBe(3);
  });

  it.each([
    ['--timeout', ['--timeout', '0.001'], 'stopped at --timeout'],
    ['--max-memory', ['--max-memory', '1M'], 'stopped for want of memory'],
  ])('tells what is known at %s, with exit code 3', async (_, limit, ending) => {
    const { code, stdout } = await run([
      'native',
      '--property',
      'no-hang',
      '--quiet',
      '--guest',
      'all',
      ...limit,
    ]);
    expect(stdout.replace(/\s+/g, ' ')).toContain(ending);
    expect(stdout).toMatch(/[\d,]+ states/);
    expect(stdout).toContain('? no-hang');
    expect(code).toBe(3);
  });

  it('ends before Node does when plain objects run out of memory', async () => {
    const { code, stdout } = await run(
      ['qemu-clone-vm', '--property', 'no-crash', '--faults', 'none', '--engine', 'reference', '--quiet'],
      { env: { NODE_OPTIONS: '--max-old-space-size=120' } },
    );
    expect(stdout.replace(/\s+/g, ' ')).toContain('stopped for want of memory');
    expect(stdout).toContain('? no-crash');
    expect(code).toBe(3);
  });

  it('says the same with every engine', async () => {
    expect(await verdicts('reference')).toEqual(await verdicts('explicit'));
    expect(await verdicts('symbolic')).toEqual(await verdicts('explicit'));
    expect(await verdicts('all')).toEqual(await verdicts('auto'));
  });

  it('writes JSON that fits the schema', async () => {
    const schema: Schema = JSON.parse(
      readFileSync(new URL('../../traces/schema.json', import.meta.url), 'utf8'),
    );
    const { stdout } = await run([...broken, '--format', 'json']);
    const report = JSON.parse(stdout);
    expect(faultsOf(schema, report)).toEqual([]);
    expect(report.runs[0]).toMatchObject({
      protocol: 'qemu-clone-vm',
      platform: 'linux',
      kernel: '6.18',
      depth: 6,
    });
    expect(report.runs[0].properties[0].counterexamples[0].trace.length).toBeGreaterThan(1);
  });

  it('writes the system for SPIN and for TLC, and says how many states they must find', async () => {
    const promela = await run([...sound, '--format', 'promela', '--guest', 'reaper']);
    expect(promela.stdout).toContain('\nactive proctype P() {\n');
    expect(promela.code).toBe(0);
    const file = join(folder, 'Native.tla');
    const { stdout } = await run([...sound, '--format', 'tla', '--guest', 'reaper', '--out', file]);
    const states = /([\d,]+) states\s·/.exec(stdout)![1]!.replace(',', '');
    const tla = readFileSync(file, 'utf8');
    rmSync(file);
    expect(tla).toMatch(/^---- MODULE Native ----\n/);
    for (const text of [tla, promela.stdout]) expect(text).toContain(` ${states} states, `);
  });

  it('writes no system that it has not seen in full', async () => {
    const { code, stderr } = await run([...broken, '--format', 'promela']);
    expect(stderr).toMatch(/an export needs the whole/);
    expect(code).toBe(2);
  });

  it('draws the trace, and the state graph when it is small', async () => {
    expect((await run([...broken, '--format', 'dot'])).stdout).toMatch(/^digraph trace/);
    expect((await run([...broken, '--format', 'svg'])).stdout).toContain('</svg>');
    expect((await run([...sound, '--graph', '--depth', '1', '--guest', 'SIGCHLD'])).stdout).toMatch(
      /^digraph states/,
    );
    const large = await run(['native', '--graph', '--quiet']);
    expect(large.stderr).toMatch(/the state graph has [\d,]+ states, and over 500 nobody can read it/);
    expect(large.code).toBe(2);
  });

  it('colours only where it is wanted', async () => {
    expect((await run(broken)).stdout).not.toContain('\u001b[');
    expect((await run([...broken, '--color', 'always'])).stdout).toContain('\u001b[');
    expect((await run(broken, { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[');
  });

  it('knows its version and its help', async () => {
    expect(await run(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    expect(await run(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('Exit codes:') });
  });
});

describe('what cannot be asked', () => {
  it.each([
    [['qemu-clone'], /there is no protocol 'qemu-clone'\. Did you mean qemu-clone-vm/],
    [['--property', 'no-laek'], /Did you mean no-leak\?/],
    [['--property', 'no-leak', 'native'], /'native' is a protocol, .*put the protocol first/],
    [['--faults', 'clone-X'], /there is no fault of qemu-clone-vm 'clone-X'\. Did you mean clone-/],
    [['--faults', 'clone-T:0'], /whole number from 1/],
    [['--faults', 'clone-T,clone-T'], /clone-T more than once/],
    [['--guest', 'SIGCHILD'], /Did you mean SIGCHLD\?/],
    [
      ['--faults', 'kill-D'],
      /the fault kill-D has nothing to strike; it needs a guest of --guest child-forks/,
    ],
    [['--format', 'jsno'], /Did you mean json\? \(it is one of text, json, dot, svg, promela or tla\)/],
    [['--engine', 'symbol'], /Did you mean symbolic\?/],
    [['--depth', '0'], /--depth takes a whole number from 1, and got '0'/],
    [['--depth', 'x'], /got 'x'/],
    [['--max-states', '1e3'], /got '1e3'/],
    [['--timeout', '-1'], /--timeout/],
    [['--max-memory', 'lots'], /512M or 4G/],
    [['--platform', 'vfork-as-fork'], /not supported; this release knows linux/],
    [['--kernel', '4.21'], /there is no kernel release "4.21" here/],
    [['--clones', '9'], /makes 9 clones, and at most 4 are modelled/],
    [['--without', 'everything'], /there is no experiment of qemu-clone-vm 'everything'/],
    [['--traces', 'some'], /it is one of all/],
    [['--color', 'blue'], /auto, always or never/],
    [['--graph', '--format', 'json'], /--graph is drawn with --format dot or svg/],
    [['native', 'qemu-clone-vm', '--format', 'dot'], /one protocol at a time/],
    [['native', 'qemu-clone-vm', '--format', 'tla'], /exports one protocol at a time/],
    [['native', '--format', 'promela', '--engine', 'reference'], /made from what the explicit engine learns/],
    [['native', '--faults', 'none', '--format', 'tla', '--out', '/tmp/a-b.tla'], /a-b is no name/],
    [['--dept', '3'], /unknown option '--dept'/],
    [['--depth'], /argument missing/],
    [['explain'], /missing required argument/],
    [['explain', 'no-hnag'], /Did you mean no-hang\?/],
    [['replay', 'hello'], /this is no replay line/],
    [['--out', '/nowhere/x'], /cannot write \/nowhere\/x/],
    [['--out', '/tmp'], /cannot write \/tmp: it is a directory/],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/ {4}at /);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

describe('the output', () => {
  it('goes to the file of --out, and the text to stdout', async () => {
    const file = join(folder, 'report.json');
    const { code, stdout } = await run([...broken, '--format', 'json', '--out', file]);
    expect(code).toBe(1);
    expect(stdout).toContain('1 of 1 promise is broken');
    expect(JSON.parse(readFileSync(file, 'utf8')).schemaVersion).toBe(1);
    expect(readdirSync(folder)).toEqual(['report.json']);
  });

  it('is not lost when the file cannot take it', async () => {
    const { code, stdout, stderr } = await run([...broken, '--out', '/dev/full']);
    expect(stdout).toContain('1 of 1 promise is broken');
    expect(stderr).toContain('cannot write /dev/full');
    expect(code).toBe(2);
  });

  it('complains when stdout cannot take it', async () => {
    const { code, stderr } = await shell(`$CHECK ${broken.join(' ')} > /dev/full`);
    expect(stderr).toContain('cannot write stdout');
    expect(code).toBe(2);
  });

  it('may be read in part: the exit code is still the verdict', async () => {
    const { stdout } = await shell(
      `$CHECK ${broken.join(' ')} --traces all | head -1; echo "code $PIPESTATUS"`,
    );
    expect(stdout).toMatch(/^qemu-clone-vm: .*\ncode 1\n$/);
    expect((await shell(`$CHECK ${sound.join(' ')} | true; exit $PIPESTATUS`)).code).toBe(0);
    expect((await shell(`$CHECK ${sound.join(' ')} >&-`)).code).toBe(0);
  });
});

describe('a signal', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s ends the search with what is known', async (name) => {
    const { code, stdout, stderr } = await run(long, { signals: [{ after: 1500, name }] });
    expect(stderr).toContain('stopping');
    expect(stdout).toContain('interrupted');
    expect([1, 3]).toContain(code);
    expect(code).toBe(stdout.includes('✗') ? 1 : 3);
  });

  it('leaves no half-written file', async () => {
    const file = join(folder, 'interrupted.json');
    const signals = [{ after: 1500, name: 'SIGINT' as const }];
    await run([...long, '--out', file, '--format', 'json'], { signals });
    expect(JSON.parse(readFileSync(file, 'utf8')).runs[0].stopped).toBe('signal');
    expect(readdirSync(folder).filter((each) => each.endsWith('.tmp'))).toEqual([]);
  });
});

describe('list and explain', () => {
  it('list names what explain explains', async () => {
    const { stdout } = await run(['list']);
    const names = [...stdout.matchAll(/^ {2}(\S+)/gm)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(20);
    for (const name of ['qemu-clone-vm', 'no-hang', 'clone-C', 'SIGCHLD']) expect(names).toContain(name);
    expect(stdout.split('\n').filter((line) => line.length > 110)).toEqual([]);
  });

  it.each(['qemu-clone-vm', 'no-hang', 'clone-C', 'SIGCHLD', 'vacuous'])('explains %s', async (name) => {
    const { code, stdout } = await run(['explain', name]);
    expect(stdout).toContain(`${name}: `);
    expect(code).toBe(0);
  });
});

async function verdicts(engine: string): Promise<unknown> {
  const { stdout } = await run([...sound, '--depth', '3', '--engine', engine, '--format', 'json']);
  return JSON.parse(stdout).runs[0].properties;
}
