/** The program keeps its own rules: its assertions and its locks. */
import { step } from './judged.js';

export const noFailedAssertion = step({
  name: 'no-failed-assertion',
  sentence: 'no assertion of the protocol fails',
  witness: 'assert',
});

export const noCrash = step({
  name: 'no-crash',
  sentence: 'no task dies of a fault in the code of the protocol itself',
  witness: 'tls-given',
});

export const noBadLock = step({
  name: 'no-bad-lock',
  sentence: 'nobody releases a lock it does not hold, or frees one in use',
  witness: 'unlock',
});
