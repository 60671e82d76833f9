/**
 * What a step could read besides the state, taken away while it runs: clocks and chance. A clock may say the same twice,
 * so running a step twice does not show that it reads one.
 */

/** Refuses what the step that runs now does, in the words that follow its name. */
type Refuse = (why: string) => never;

let refuseNow: Refuse = (why) => {
  throw new Error(`nobody ${why}`);
};

const refused = (call: string) => (): never =>
  refuseNow(`calls ${call}: a step is a pure function of the state, and chooses by move.choose()`);

const { Date: RealDate } = globalThis;
const noDate = new Proxy(RealDate, {
  construct: (target, given) =>
    given.length === 0 ? refused('new Date()')() : (Reflect.construct(target, given) as object),
  get: (target, key) => (key === 'now' ? refused('Date.now()') : (Reflect.get(target, key) as unknown)),
  apply: refused('Date()'),
});

const taken: readonly [object: object, key: string, instead: unknown][] = [
  [globalThis, 'Date', noDate],
  [Math, 'random', refused('Math.random()')],
  [performance, 'now', refused('performance.now()')],
];

/** Runs `body`; within it clocks and chance are refused. */
export function withoutClocks(refuse: Refuse, body: () => void): void {
  const before = refuseNow;
  const given = taken.map(([object, key]) => Object.getOwnPropertyDescriptor(object, key));
  refuseNow = refuse;
  for (const [object, key, value] of taken)
    Object.defineProperty(object, key, { value, configurable: true, writable: true });
  try {
    body();
  } finally {
    refuseNow = before;
    for (const [i, [object, key]] of taken.entries()) {
      const own = given[i];
      if (own === undefined) Reflect.deleteProperty(object, key);
      else Object.defineProperty(object, key, own);
    }
  }
}
