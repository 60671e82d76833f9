/** The protocols of the library. */
import { native } from './native.js';
import type { Protocol } from './protocol.js';
import { qemuCloneVm, qemuCloneVmEagainFixed } from './qemu.js';

export { isFor } from './protocol.js';
export type { Described, Fault, Profile, Protocol, ProtocolOptions } from './protocol.js';

export const protocols: readonly Protocol[] = [qemuCloneVm, qemuCloneVmEagainFixed, native];
export const defaultProtocol = 'qemu-clone-vm';
