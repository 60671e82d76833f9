/**
 * The draft a step works on while it is watched: it behaves like the plain state, and tells which leaves were read.
 *
 * Each node is a real object or array whose fields are filled in when they are first read. So assigning a
 * subtree, swapping two of them or putting one in two places does what it does to plain data: the object that
 * was put there is there. What became of each leaf is worked out when the step is over.
 */
import type { State } from '../model/system.js';
import { ModelError } from './outcome.js';
import { emptyFields, fieldsOf, thaw } from './schema.js';
import type { Fields, LeafShape, NodeShape, Schema, Vector } from './schema.js';

export interface Draft {
  readonly root: State;
  /** Whether anything was assigned, even to what it was before. */
  readonly assigned: () => boolean;
  /** Ends the draft and gives the leaves it gave a value, in their order, with the value's position. */
  readonly finish: () => Map<number, number>;
}

export interface Watch {
  readonly schema: Schema;
  readonly vector: Vector;
  /** Who works on the draft, for messages. */
  readonly who: () => string;
  /** Called when a leaf is read that the step has not written itself, at the first time only. */
  readonly onRead: (leaf: number, position: number) => void;
  /** A predicate reads only. */
  readonly readonly?: boolean;
}

/** Stands in a field that nobody has looked at yet. */
const UNREAD = Symbol('unread');

export function draftOf(watch: Watch): Draft {
  const { schema, vector, who, onRead } = watch;
  const read = new Map<number, number>();
  const nodes = new WeakMap<object, { shape: NodeShape; fields: Fields }>();
  let assigned = false;
  let live = true;

  const refuse: (why: string) => never = (why) => {
    throw new ModelError(`${who()} ${why}`);
  };
  const alive = () => {
    if (!live) refuse('kept its draft, or part of it, after it was over');
  };
  const note = (leaf: number): number => {
    const position = vector[leaf]!;
    if (!read.has(leaf)) {
      read.set(leaf, position);
      onRead(leaf, position);
    }
    return position;
  };

  const nodeOf = (shape: NodeShape): Fields => {
    const fields = emptyFields(shape);
    for (const key of shape.children.keys()) fields[key] = UNREAD;
    const look = (key: string): unknown => {
      if (fields[key] !== UNREAD) return fields[key];
      const child = shape.children.get(key)!;
      fields[key] =
        child.kind === 'node' ? nodeOf(child) : thaw(schema.domains[child.leaf]![note(child.leaf)]!);
      return fields[key];
    };
    const proxy = new Proxy(fields, {
      get(target, key) {
        alive();
        if (typeof key === 'string' && shape.children.has(key)) return look(key);
        return Reflect.get(target, key) as unknown;
      },
      set(target, key, value: unknown) {
        alive();
        if (watch.readonly) refuse(`writes ${fieldName(shape, key)}: a predicate reads only`);
        // splice() and its like assign the length even where it stays as it is.
        if (shape.list && key === 'length' && value === shape.children.size) return true;
        if (typeof key !== 'string' || !shape.children.has(key)) {
          return refuse(`adds the field ${fieldName(shape, key)}: the shape of the state is fixed`);
        }
        assigned = true;
        target[key] = value;
        return true;
      },
      // The getter keeps Object.keys() and spreading from reading what they only list.
      getOwnPropertyDescriptor(target, key) {
        if (typeof key !== 'string' || !shape.children.has(key))
          return Reflect.getOwnPropertyDescriptor(target, key);
        return { get: () => look(key), enumerable: true, configurable: true };
      },
      deleteProperty: (_, key) =>
        refuse(`takes away the field ${fieldName(shape, key)}: the shape of the state is fixed`),
      defineProperty: (_, key) =>
        refuse(`redefines the field ${fieldName(shape, key)}: the shape of the state is fixed`),
      setPrototypeOf: () => refuse(`gives ${shape.path} a prototype: a state is plain data`),
      preventExtensions: () => refuse(`freezes ${shape.path}: the draft is not its to freeze`),
    });
    nodes.set(proxy, { shape, fields });
    return proxy;
  };

  const written = new Map<number, number>();
  const put = (shape: LeafShape, position: number) => {
    if (read.get(shape.leaf) !== position) written.set(shape.leaf, position);
  };
  /** Works out the leaves below `shape`, now that `value` stands there. */
  const settle = (shape: NodeShape, value: unknown): void => {
    const node = typeof value === 'object' && value !== null ? nodes.get(value) : undefined;
    const fields = node === undefined ? fieldsOf(shape, value, who()) : node.fields;
    if (node !== undefined && node.shape !== shape) fieldsOf(shape, node.fields, who());
    for (const [key, child] of shape.children) {
      const own = node?.shape.children.get(key);
      if (fields[key] !== UNREAD) {
        if (child.kind === 'node') settle(child, fields[key]);
        else put(child, schema.intern(child.leaf, fields[key], who()));
      } else if (own !== child && own !== undefined) {
        // The subtree of another place stands here: what it has not read itself is read now.
        if (own.kind === 'node' && child.kind === 'node') settle(child, nodeOf(own));
        else if (own.kind === 'leaf' && child.kind === 'leaf') {
          put(child, schema.intern(child.leaf, schema.domains[own.leaf]![note(own.leaf)], who()));
        } else refuse(`puts ${own.path} at ${child.path}, which has another shape`);
      }
    }
  };

  const root = nodeOf(schema.root);
  return {
    root,
    assigned: () => assigned,
    finish() {
      settle(schema.root, root);
      live = false;
      return new Map([...written].toSorted(([a], [b]) => a - b));
    },
  };
}

function fieldName({ path }: NodeShape, key: PropertyKey): string {
  return path === '' ? String(key) : `${path}.${String(key)}`;
}
