/** What a program that uses clonecheck as a library can import: the contract, the kernel, the protocols. */
export type { Move, Property, Slot, State, StepInfo, System } from './system.js';
export * from './kernel/index.js';
export { defaultProtocol, protocols, type Protocol, type ProtocolOptions } from './protocols/index.js';
