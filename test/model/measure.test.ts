import { test } from 'vitest';
import { explicit } from '../../checker/explicit.js';
import { system } from './ask.js';
import { early, withoutGhosts } from './decisions.js';
test('measure', async () => {
  for (const [n, s] of [['late', system('qemu-clone-vm')], ['noghost', withoutGhosts(system('qemu-clone-vm'))], ['early', early(system('qemu-clone-vm'))]] as const) {
    const r = await explicit(s, { maxStates: 40_000_000 });
    console.log(n, r.states, r.transitions, r.seconds, r.stopped, r.properties.map((p) => p.verdict).join());
  }
}, 600_000);
