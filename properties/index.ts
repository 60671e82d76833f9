/** The shared properties, by name, and how a protocol comes to be judged by them. */
import type { Protocol, ProtocolOptions } from '../model/protocols/index.js';
import type { Property, System } from '../model/system.js';
import { cloneResult, guestMaskKept, vforkSuspendsCaller } from './guest.js';
import { noDoubleFree, noLeak, noUseAfterFree, ownTls } from './memory.js';
import { onlyOwnChildrenWaitable, singleExitSignal } from './notices.js';
import { exitSignalAsRequested, parentIsCaller } from './parentage.js';
import { noHang } from './progress.js';
import { noBadLock, noCrash, noFailedAssertion } from './soundness.js';

export const properties = [
  noFailedAssertion,
  noCrash,
  noUseAfterFree,
  noDoubleFree,
  noBadLock,
  noLeak,
  noHang,
  singleExitSignal,
  onlyOwnChildrenWaitable,
  exitSignalAsRequested,
  parentIsCaller,
  ownTls,
  vforkSuspendsCaller,
  guestMaskKept,
  cloneResult,
] as unknown as readonly Property[];

/** The system a protocol builds, with the properties it names, or those of them that `only` names. */
export function judged(protocol: Protocol, options: ProtocolOptions, only: readonly string[] = []): System {
  const wanted = protocol.properties.filter((name) => only.length === 0 || only.includes(name));
  return { ...protocol.build(options), properties: properties.filter(({ name }) => wanted.includes(name)) };
}
