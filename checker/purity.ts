/**
 * What a step could read besides the state, refused while it runs: clocks and chance. A clock may say the same twice, so
 * running a step twice does not show that it reads one.
 *
 * The functions are replaced once, when the first step runs, by ones that ask whether a step is running: to put them in
 * and out around each step takes longer than a step.
 */

/** Refuses what the step that runs now does, in the words that follow its name. */
type Refuse = (why: string) => never;

let running: Refuse | undefined;
let isGuarded = false;

/** Runs `body`; within it clocks and chance are refused. */
export function withoutClocks(refuse: Refuse, body: () => void): void {
  if (!isGuarded) guard();
  const before = running;
  running = refuse;
  try {
    body();
  } finally {
    running = before;
  }
}

function guard(): void {
  isGuarded = true;
  const [random, now, RealDate] = [Math.random.bind(Math), performance.now.bind(performance), Date];
  Math.random = () => (check('Math.random()'), random());
  performance.now = () => (check('performance.now()'), now());
  globalThis.Date = new Proxy(RealDate, {
    construct(target, given, made) {
      if (given.length === 0) check('new Date()');
      return Reflect.construct(target, given, made) as object;
    },
    apply: (target, self, given) => (check('Date()'), Reflect.apply(target, self, given)),
    get(target, key) {
      if (key === 'now') check('Date.now()');
      return Reflect.get(target, key) as unknown;
    },
  });
}

function check(call: string): void {
  running?.(`calls ${call}: a step is a pure function of the state, and chooses by move.choose()`);
}
