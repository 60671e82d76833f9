/**
 * Random systems as data: a small language of steps, and an interpreter that makes a system of them.
 *
 * The shapes it draws are those that models have and engines get wrong: queues changed in place, scans over all
 * tasks, subtrees swapped and copied, choices that depend on reads, steps that fail, faults with a budget.
 */
import fc from 'fast-check';
import type { Move, Property, State, System } from '../../model/system.js';

export type Expr =
  | { readonly op: 'const' | 'var' | 'has'; readonly n: number }
  | { readonly op: 'reg' | 'length' | 'sum' | 'faults' | 'someone' | 'text' | 'pc' }
  | { readonly op: 'eq' | 'less' | 'and' | 'add'; readonly a: Expr; readonly b: Expr };

export type Stmt =
  | { readonly op: 'set'; readonly n: number; readonly a: Expr }
  | { readonly op: 'mine' | 'push' | 'assign' | 'scan' | 'mark'; readonly a: Expr }
  | { readonly op: 'shift' | 'sort' | 'swap' | 'copy' | 'spread' | 'filter' | 'reverse' }
  | { readonly op: 'event'; readonly name: string }
  | { readonly op: 'choose' | 'climb'; readonly n: number }
  | { readonly op: 'fail' | 'violate'; readonly a: Expr; readonly object: string }
  | { readonly op: 'if'; readonly a: Expr; readonly yes: readonly Stmt[]; readonly no: readonly Stmt[] };

export interface StepSpec {
  readonly choose: number;
  readonly guard: Expr;
  readonly body: readonly Stmt[];
  readonly next: number;
}

export interface SlotSpec {
  readonly kind: 'task' | 'environment';
  readonly fault: string;
  /** It has no place of its own: what it does next is decided by a variable, so two such slots can do the same. */
  readonly placeless: boolean;
  readonly steps: readonly StepSpec[];
}

export interface SystemSpec {
  readonly vars: number;
  readonly slots: readonly SlotSpec[];
  readonly always: readonly Expr[];
  readonly finally: readonly Expr[];
  /** What comes, and from which states on it is owed: those in which it is true, or with `undefined` the start. */
  readonly eventually: readonly { readonly comes: Expr; readonly when: Expr | undefined }[];
}

interface Task {
  pc: number;
  v: number;
  name: string;
}

interface Toy extends State {
  vars: { [name: string]: number };
  queue: number[];
  tasks: Task[];
  struck: string[];
}

const expr: fc.Arbitrary<Expr> = fc.letrec<{ expr: Expr; leaf: Expr; pair: Expr }>((tie) => ({
  expr: fc.oneof({ maxDepth: 2, withCrossShrink: true }, tie('leaf'), tie('pair')),
  leaf: fc.oneof(
    fc.record({ op: fc.constantFrom('const' as const, 'var' as const, 'has' as const), n: fc.nat(2) }),
    fc.record({
      op: fc.constantFrom(
        'reg' as const,
        'length' as const,
        'sum' as const,
        'faults' as const,
        'someone' as const,
        'text' as const,
        'pc' as const,
      ),
    }),
  ),
  pair: fc.record({
    op: fc.constantFrom('eq' as const, 'less' as const, 'and' as const, 'add' as const),
    a: tie('expr'),
    b: tie('expr'),
  }),
})).expr;

const stmt: fc.Arbitrary<Stmt> = fc.letrec<{ stmt: Stmt; plain: Stmt; branch: Stmt }>((tie) => ({
  stmt: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    { weight: 5, arbitrary: tie('plain') },
    { weight: 1, arbitrary: tie('branch') },
  ),
  plain: fc.oneof(
    { weight: 3, arbitrary: fc.record({ op: fc.constant('set' as const), n: fc.nat(2), a: expr }) },
    {
      weight: 4,
      arbitrary: fc.record({
        op: fc.constantFrom(
          'mine' as const,
          'push' as const,
          'assign' as const,
          'scan' as const,
          'mark' as const,
        ),
        a: expr,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        op: fc.constantFrom(
          'shift' as const,
          'sort' as const,
          'swap' as const,
          'copy' as const,
          'spread' as const,
          'filter' as const,
          'reverse' as const,
        ),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ op: fc.constant('event' as const), name: fc.constantFrom('tested', 'other') }),
    },
    { weight: 2, arbitrary: fc.record({ op: fc.constant('climb' as const), n: fc.nat(2) }) },
    {
      weight: 1,
      arbitrary: fc.record({ op: fc.constant('choose' as const), n: fc.integer({ min: 1, max: 3 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        op: fc.constantFrom('fail' as const, 'violate' as const),
        a: expr,
        object: fc.constantFrom('x', 'y'),
      }),
    },
  ),
  branch: fc.record({
    op: fc.constant('if' as const),
    a: expr,
    yes: fc.array(tie('stmt'), { maxLength: 2 }),
    no: fc.array(tie('stmt'), { maxLength: 2 }),
  }),
})).stmt;

const step: fc.Arbitrary<StepSpec> = fc.record({
  choose: fc.constantFrom(0, 0, 0, 1, 2, 3),
  guard: fc.oneof(
    { weight: 3, arbitrary: fc.constant<Expr>({ op: 'const', n: 1 }) },
    { weight: 2, arbitrary: expr },
  ),
  body: fc.array(stmt, { maxLength: 3 }),
  next: fc.nat(3),
});

const slot: fc.Arbitrary<SlotSpec> = fc.record({
  kind: fc.constantFrom('task' as const, 'task' as const, 'environment' as const),
  fault: fc.constantFrom('', 'kill', 'stop'),
  placeless: fc.constantFrom(false, false, true),
  steps: fc.array(step, { minLength: 1, maxLength: 4 }),
});

export const systemSpec: fc.Arbitrary<SystemSpec> = fc.record({
  vars: fc.integer({ min: 1, max: 3 }),
  slots: fc.oneof(
    { weight: 1, arbitrary: fc.array(slot, { minLength: 1, maxLength: 1 }) },
    { weight: 5, arbitrary: fc.array(slot, { minLength: 2, maxLength: 4 }) },
  ),
  always: fc.array(expr, { maxLength: 2 }),
  finally: fc.array(expr, { maxLength: 2 }),
  eventually: fc.array(fc.record({ comes: expr, when: fc.option(expr, { nil: undefined }) }), {
    maxLength: 2,
  }),
});

export function systemOf(spec: SystemSpec): System<Toy> {
  const properties: Property<Toy>[] = [
    { kind: 'step', name: 'no-fail', sentence: 'no step fails', witness: 'tested' },
    ...spec.always.map((a, i): Property<Toy> => {
      const ofTask = (state: Toy, me: number) =>
        truth(a, state, me) ? `object${state.queue.length}of${me}` : '';
      const broken = (state: Toy) =>
        state.tasks.map((_, me) => ofTask(state, me)).find((object) => object !== '') ?? '';
      const parts = (state: Toy) => state.tasks.map((_, me) => ({ broken: (now: Toy) => ofTask(now, me) }));
      return { kind: 'always', name: `always-${i}`, sentence: '', witness: 'tested', broken, parts };
    }),
    ...spec.finally.map((a, i): Property<Toy> => {
      const broken = (state: Toy) => (truth(a, state, 0) ? `object${state.tasks[0]!.v}` : '');
      return { kind: 'finally', name: `finally-${i}`, sentence: '', witness: 'other', broken };
    }),
    ...spec.eventually.map(({ comes, when }, i): Property<Toy> => {
      const broken = (state: Toy) => (truth(comes, state, 0) ? '' : `object${state.tasks[0]!.v}`);
      const asked = when && { when: (state: Toy) => truth(when, state, 0) };
      return {
        kind: 'eventually',
        name: `eventually-${i}`,
        sentence: '',
        witness: 'tested',
        broken,
        ...asked,
      };
    }),
  ];
  return {
    name: 'random',
    initial: {
      vars: Object.fromEntries(Array.from({ length: spec.vars }, (_, i) => [`v${i}`, 0])),
      queue: [],
      tasks: spec.slots.map((_, i) => ({ pc: 0, v: 0, name: `t${i}` })),
      struck: [],
    },
    slots: spec.slots.map((one, me) => ({
      name: `s${me}`,
      kind: one.kind,
      step: (draft: Toy, move: Move) => takeStep(one, me, draft, move),
    })),
    properties,
    steps: [],
    faults: ({ struck }) => struck,
  };
}

function takeStep(one: SlotSpec, me: number, draft: Toy, move: Move): void {
  const { kind, fault, steps, placeless } = one;
  const pc = placeless ? draft.vars['v0']! : draft.tasks[me]!.pc;
  const spec = steps[pc % steps.length]!;
  move.at(`pc${pc}`, `row ${me}.${pc}`);
  const strikes = kind === 'environment' && fault !== '';
  if (strikes && draft.struck.length >= 2) move.block();
  const reg =
    spec.choose === 0 ? 0 : move.choose(1 + ((spec.choose + value({ op: 'var', n: 0 }, draft, me)) % 3));
  if (!truth(spec.guard, draft, me, reg)) move.block();
  if (strikes) {
    draft.struck.push(fault);
    draft.struck.sort();
  }
  run(spec.body, draft, move, me, { reg, violated: false });
  if (!placeless) draft.tasks[me]!.pc = spec.next;
  move.says(`${me} did ${pc}`);
}

interface Frame {
  reg: number;
  violated: boolean;
}

function run(body: readonly Stmt[], draft: Toy, move: Move, me: number, frame: Frame): void {
  const { tasks, queue } = draft;
  for (const one of body) {
    switch (one.op) {
      case 'set': {
        const name = `v${one.n % Object.keys(draft.vars).length}`;
        draft.vars[name] = value(one.a, draft, me, frame.reg);
        break;
      }
      case 'mine':
        tasks[me]!.v = value(one.a, draft, me, frame.reg) % 2;
        break;
      case 'push':
        if (draft.queue.length < 2) draft.queue.push(value(one.a, draft, me, frame.reg));
        break;
      case 'assign':
        draft.queue = [value(one.a, draft, me, frame.reg)];
        break;
      case 'scan':
        for (const task of tasks) if (task.v === value(one.a, draft, me, frame.reg)) task.v = 1 - task.v;
        break;
      case 'mark': {
        const found = tasks.find(({ v }) => v === value(one.a, draft, me, frame.reg));
        if (found !== undefined) found.name = 'marked';
        break;
      }
      case 'shift':
        draft.queue.shift();
        break;
      case 'sort':
        draft.queue.sort((x, y) => x - y);
        break;
      case 'reverse':
        queue.reverse();
        break;
      case 'filter':
        draft.queue = draft.queue.filter((item) => item !== 1);
        break;
      case 'swap':
        [tasks[0], tasks[tasks.length - 1]] = [tasks.at(-1)!, tasks[0]!];
        break;
      case 'copy':
        tasks[0] = { ...tasks.at(-1)! };
        break;
      case 'spread':
        draft.vars = { ...draft.vars, v0: draft.tasks[me]!.v };
        break;
      case 'event':
        move.event(one.name);
        break;
      case 'climb':
        // What one task does in two steps another may do in one.
        draft.vars['v0'] = Math.min(3, draft.vars['v0']! + 1 + one.n);
        break;
      case 'choose':
        frame.reg = move.choose(one.n);
        break;
      case 'fail':
        if (!frame.violated && truth(one.a, draft, me, frame.reg)) move.fail('no-fail', one.object);
        break;
      case 'violate':
        if (!frame.violated && truth(one.a, draft, me, frame.reg)) {
          frame.violated = true;
          move.violate('no-fail', one.object);
        }
        break;
      case 'if':
        run(truth(one.a, draft, me, frame.reg) ? one.yes : one.no, draft, move, me, frame);
        break;
    }
  }
}

function truth(a: Expr, state: Toy, me: number, reg = 0): boolean {
  return value(a, state, me, reg) !== 0;
}

function value(a: Expr, state: Toy, me: number, reg = 0): number {
  switch (a.op) {
    case 'const':
      return a.n;
    case 'var':
      return state.vars[`v${a.n % Object.keys(state.vars).length}`]!;
    case 'has':
      return Number(state.queue.includes(a.n));
    case 'reg':
      return reg;
    case 'length':
      return state.queue.length;
    case 'sum':
      return state.tasks.map(({ v }) => v).reduce((x, y) => x + y, 0) % 3;
    case 'faults':
      return state.struck.length;
    case 'someone':
      return Number(state.tasks.some(({ v }) => v === 1));
    case 'text':
      return JSON.stringify(state.tasks[0]).length % 3;
    case 'pc':
      return state.tasks[me]!.pc % 3;
    case 'eq':
      return Number(value(a.a, state, me, reg) === value(a.b, state, me, reg));
    case 'less':
      return Number(value(a.a, state, me, reg) < value(a.b, state, me, reg));
    case 'and':
      return Number(truth(a.a, state, me, reg) && truth(a.b, state, me, reg));
    case 'add':
      return (value(a.a, state, me, reg) + value(a.b, state, me, reg)) % 3;
    default:
      return unreachable(a);
  }
}

function unreachable(never: never): never {
  throw new Error(`unreachable: ${JSON.stringify(never)}`);
}
