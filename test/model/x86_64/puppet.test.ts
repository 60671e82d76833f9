/** The helper: that it does what it is told, says why it cannot, and leaves nobody behind. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { build } from '../../../model/x86_64/build.js';
import { startPuppet, type Puppet, type PuppetOptions } from '../../../model/x86_64/puppet.js';
import { onKernel, seen, survivors } from './alive.js';

const CLONE_SIGCHLD = 'call 0 56 0x11 0x10018000';
const here = fileURLToPath(new URL('.', import.meta.url));

let folder: string;
let puppet: Puppet | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'puppet-'));
});

afterEach(async () => {
  await puppet?.end();
  puppet = undefined;
  rmSync(folder, { recursive: true });
});

interface Started {
  readonly held: Puppet;
  readonly tids: readonly number[];
  readonly alive: ReturnType<typeof seen>;
}

async function started(options: PuppetOptions = {}): Promise<Started> {
  const held = (puppet = await startPuppet(options));
  const changed = [...(await held.reset()), ...(await held.tasks(CLONE_SIGCHLD))];
  const tids = [held.pid, ...new Set(changed.map(({ tid }) => tid))];
  return { held, tids, alive: seen(tids) };
}

onKernel('a real task', () => {
  test('makes one call, is held before it lets go of its memory, and is told of last', async () => {
    const { held, tids } = await started();
    const [, root, child] = tids;
    expect(await held.tasks('call 1 39')).toMatchObject([{ id: 1, tid: child, state: 'ready', ret: child }]);
    expect(await held.tasks('call 1 60 3')).toMatchObject([{ id: 1, state: 'exiting' }]);
    expect(await held.tasks('go 1')).toMatchObject([{ id: 1, state: 'zombie' }]);
    expect([...(await held.look()).facts.values()]).toMatchObject([
      { shared: '0' },
      { id: 1, process: 'Z', ppid: root },
    ]);
    expect(await held.tasks('reap 1')).toMatchObject([{ id: 1, state: 'gone' }]);
    expect([...(await held.look()).facts.values()]).toMatchObject([
      { shared: '10000' },
      { id: 1, process: 'Z' },
    ]);
  });

  test('sleeps in a futex until another wakes it', async () => {
    const { held } = await started();
    expect(await held.tasks('store 0 0x10001000 7')).toMatchObject([{ id: 0, ret: 0 }]);
    expect(await held.tasks('load 1 0x10001000')).toMatchObject([{ id: 1, ret: 7 }]);
    expect(await held.tasks('call 1 202 0x10001000 0 7')).toMatchObject([{ id: 1, state: 'blocked' }]);
    const woken = await held.tasks('call 0 202 0x10001000 1 1');
    expect(woken).toMatchObject([
      { id: 0, state: 'ready', ret: 1 },
      { id: 1, state: 'ready', ret: 0 },
    ]);
  });

  test('executes a program, in which it comes back to its stub', async () => {
    const { held, tids } = await started();
    expect(await held.tasks('call 1 59 0x10002000 0x10002900 0')).toMatchObject([
      { id: 1, state: 'ready', ret: 0 },
    ]);
    expect(await held.tasks('call 1 39')).toMatchObject([{ id: 1, ret: tids[2] }]);
  });

  test('dies of a program that fails past the point of no return', async () => {
    const { held } = await started();
    expect(await held.tasks('call 1 59 0x10002400 0x10002900 0')).toMatchObject([{ id: 1, state: 'ready' }]);
    expect(await held.tasks('go 1')).toMatchObject([{ id: 1, state: 'signal', sig: 11 }]);
    expect(await held.tasks('signal 1 11')).toMatchObject([{ id: 1, state: 'exiting' }]);
    await held.tasks('go 1');
    expect(await held.tasks('reap 1')).toMatchObject([{ id: 1, state: 'gone', status: 11 }]);
  });

  test('runs a handler, and makes the call again that it interrupted, or not', async () => {
    const { held, tids } = await started();
    for (const [flags, again] of [
      [0x14, true],
      [0x04, undefined],
    ] as const) {
      for (const [at, value] of [0x10000040, 0, flags << 24, 0, 0x10000080, 0, 0, 0].entries())
        await held.poke(0x10003000 + 4 * at, value);
      await held.tasks('call 1 13 10 0x10003000 0 8');
      await held.tasks('call 1 202 0x10001000 0 0');
      const [, woken] = await held.tasks(`call 0 62 ${tids[2]} 10`);
      expect(woken).toMatchObject({ id: 1, state: 'ready', ret: -512 });
      expect(await held.tasks('go 1')).toMatchObject([{ state: 'signal', sig: 10, code: 0, pid: tids[1] }]);
      expect(await held.tasks('signal 1 10')).toMatchObject([{ id: 1, state: 'handler' }]);
      const [back] = await held.tasks('go 1');
      expect(back?.again).toBe(again);
      if (again === undefined) expect(back?.ret).toBe(-4);
    }
  });

  test('cannot be told what it is in no state to do', async () => {
    const { held } = await started();
    await expect(held.tasks('reap 1')).rejects.toThrow('the helper refuses "reap 1": the task is ready');
    await expect(held.tasks('go 9')).rejects.toThrow('no such task');
    expect(await held.tasks('call 1 39')).toHaveLength(1);
  });
});

onKernel('nobody is left behind', () => {
  test('when the helper ends', async () => {
    const { held, alive } = await started();
    await held.end();
    expect(await survivors(alive)).toEqual([]);
  });

  test('when it is killed', async () => {
    const { held, alive } = await started();
    process.kill(held.pid, 'SIGKILL');
    await expect(held.tasks('call 1 39')).rejects.toThrow('it was ended by SIGKILL');
    expect(await survivors(alive)).toEqual([]);
  });

  test('when it stops answering', async () => {
    const { held, alive } = await started({ seconds: 0.3 });
    process.kill(held.pid, 'SIGSTOP');
    await expect(held.tasks('call 1 39')).rejects.toThrow('it has not answered for 0.6 s');
    expect(await survivors(alive)).toEqual([]);
  });

  test('when a task does not come to rest', async () => {
    const { held, alive } = await started({ seconds: 0.3 });
    await held.poke(0x10003000, 60);
    await expect(held.tasks('call 1 35 0x10003000 0')).rejects.toThrow('a task does not come to rest');
    expect(await survivors(alive)).toEqual([]);
  });

  test('when a task is dying or asleep as the end comes', async () => {
    const { held, alive } = await started();
    await held.tasks('call 1 60 0');
    await held.tasks('call 0 56 0x11 0x1001c000');
    await held.tasks('call 0 61 -1 0 0');
    await held.end();
    expect(await survivors(alive)).toEqual([]);
  });

  test('when Node is killed', async () => {
    const node = spawn(process.execPath, [join(here, 'hold.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
    const line = await new Promise<string>((resolve) =>
      node.stdout.once('data', (text) => resolve(String(text))),
    );
    const tids = JSON.parse(line) as number[];
    const alive = seen(tids);
    expect(alive.length).toBeGreaterThan(2);
    node.kill('SIGKILL');
    expect(await survivors(alive)).toEqual([]);
  });
});

onKernel('where it cannot run it says why', () => {
  test('no compiler', async () => {
    const environment = { PATH: folder, XDG_CACHE_HOME: folder };
    await expect(startPuppet({ environment })).rejects.toThrow(/^there is no C compiler "cc"; install one/);
  });

  test('a compiler that fails leaves no draft in the cache', async () => {
    const cc = join(folder, 'cc');
    writeFileSync(cc, '#!/bin/sh\ntest "$1" = --version || { echo "x.c: error: no header" >&2; exit 1; }\n');
    chmodSync(cc, 0o755);
    const environment = { PATH: `${folder}:/bin`, XDG_CACHE_HOME: folder };
    await expect(startPuppet({ environment })).rejects.toThrow(
      'cc cannot compile the helper: x.c: error: no header',
    );
    expect(readdirSync(join(folder, 'clonecheck'))).toEqual([]);
  });

  test('a cache that cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    const environment = { ...process.env, XDG_CACHE_HOME: join(folder, 'file') };
    await expect(startPuppet({ environment })).rejects.toThrow(/ENOTDIR.*; set XDG_CACHE_HOME to a folder/);
  });

  test('ptrace is refused', async () => {
    const { puppet: real, ...images } = await build();
    const refuse = join(folder, 'refuse');
    execFileSync('cc', ['-o', refuse, join(here, 'refuse.c')]);
    const wrapper = join(folder, 'wrapper');
    writeFileSync(wrapper, `#!/bin/sh\nexec ${refuse} ${real} "$@"\n`);
    chmodSync(wrapper, 0o755);
    const start = startPuppet({ binaries: { puppet: wrapper, ...images } });
    await expect(start).rejects.toThrow('ptrace is refused: Operation not permitted');
  });
});

onKernel('the compiled helper', () => {
  test('is made once, and kept where the user keeps such things', async () => {
    const environment = { ...process.env, XDG_CACHE_HOME: folder };
    const first = await build(environment);
    const before = statSync(first.puppet).mtimeMs;
    expect(await build(environment)).toEqual(first);
    expect(statSync(first.puppet).mtimeMs).toBe(before);
    expect(first.puppet).toMatch(/clonecheck\/puppet-[\da-f]{16}\/puppet$/);
    expect(readdirSync(join(folder, 'clonecheck'))).toHaveLength(1);
  });

  test('two runs that compile at the same time do not disturb each other', async () => {
    const environment = { ...process.env, XDG_CACHE_HOME: folder };
    const [one, other] = await Promise.all([build(environment), build(environment)]);
    expect(one).toEqual(other);
    expect(readdirSync(join(folder, 'clonecheck'))).toHaveLength(1);
  });
});
