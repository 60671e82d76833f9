// Starts real tasks, says which, and waits for somebody to kill it.
import { startPuppet } from '../../../dist/model/x86_64/puppet.js';

const puppet = await startPuppet();
const [root] = await puppet.reset();
const changed = await puppet.tasks('call 0 56 0x11 0x10018000');
console.log(JSON.stringify([puppet.pid, root.tid, ...changed.map(({ tid }) => tid)]));
setInterval(() => {}, 1000);
