/** What a program that uses clonecheck as a library can import: the contract, the kernel, libc, the protocols. */
export type { Move, Property, Slot, State, StepInfo, System } from './system.js';
export * from './kernel/index.js';
export { defineProtocol, type Definition, type OwnState } from './protocols/define.js';
export {
  kill as killFault,
  send as sendFault,
  stop as stopFault,
  strayFutexWake,
  type Actor,
} from './protocols/environment.js';
export { defaultProtocol, protocols, type Protocol, type ProtocolOptions } from './protocols/index.js';
export {
  assertion,
  completion_await,
  completion_finish,
  cond_broadcast,
  cond_sleep,
  cond_wake,
  crash,
  FLAGS_OF_PTHREAD_CREATE,
  free,
  mutex_lock,
  mutex_unlock,
} from './protocols/pthread.js';
