/** The shared properties, by name, and how a protocol comes to be judged by them. */
import { mayAnswer } from '../model/protocols/choices.js';
import type { Protocol, ProtocolOptions } from '../model/protocols/index.js';
import type { Property, System } from '../model/system.js';
import { cloneResult, guestMaskKept, vforkSuspendsCaller } from './guest.js';
import { noDoubleFree, noLeak, noUseAfterFree, ownTls } from './memory.js';
import { onlyOwnChildrenWaitable, singleExitSignal } from './notices.js';
import { exitSignalAsRequested, parentIsCaller } from './parentage.js';
import {
  cleartidAsNative,
  descriptorsCloseAsNative,
  exitEndsOneThread,
  sharesAsAsked,
  tidWordsAsNative,
} from './flags.js';
import { noHang, vforkCallerGoesOn, waitReturns } from './progress.js';
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
  tidWordsAsNative,
  cleartidAsNative,
  descriptorsCloseAsNative,
  sharesAsAsked,
  exitEndsOneThread,
  vforkCallerGoesOn,
  waitReturns,
] as unknown as readonly Property[];

/**
 * The system a protocol builds, with the properties it names that mean something for a guest of these choices and are
 * not on request, or those of them that `only` names.
 */
export function judged(protocol: Protocol, options: ProtocolOptions, only: readonly string[] = []): System {
  const may = mayAnswer(options.guest);
  const means = ({ name, needs, onRequest }: Property): boolean =>
    only.length > 0 ? only.includes(name) : onRequest !== true && (needs === undefined || needs.some(may));
  return {
    ...protocol.build(options),
    properties: [
      ...properties.filter(({ name }) => protocol.properties.includes(name)),
      ...(protocol.promises ?? []),
    ].filter(means),
  };
}
