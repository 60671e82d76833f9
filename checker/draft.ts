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
import type { Fields, LeafShape, NodeShape, Schema, Shape, Vector } from './schema.js';

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

export class Draft {
  readonly root: State;
  /** Whether anything was assigned, even to what it was before. */
  isAssigned = false;
  private readonly watch: Watch;
  private readonly nodes = new Map<object, Node>();
  /** Which leaves were read. */
  private readonly read: Uint8Array;
  private readonly written = new Map<number, number>();
  private isLive = true;

  constructor(watch: Watch) {
    this.watch = watch;
    this.read = new Uint8Array(watch.schema.leaves.length);
    this.root = this.nodeOf(watch.schema.root);
  }

  /** Ends the draft and gives the leaves it gave a value, in their order, with the value's position. */
  finish(): Map<number, number> {
    this.settle(this.watch.schema.root, this.root);
    this.isLive = false;
    return new Map([...this.written].toSorted(([a], [b]) => a - b));
  }

  refuse(why: string): never {
    throw new ModelError(`${this.watch.who()} ${why}`);
  }

  mustBeAlive(): void {
    if (!this.isLive) this.refuse('kept its draft, or part of it, after it was over');
  }

  /** A step is about to assign a field. */
  assign(shape: NodeShape, key: string): void {
    if (this.watch.readonly) this.refuse(`writes ${fieldName(shape, key)}: a predicate reads only`);
    this.isAssigned = true;
  }

  /** What stands at a place that nobody has looked at yet. */
  valueAt(shape: Shape): unknown {
    if (shape.kind === 'node') return this.nodeOf(shape);
    return thaw(this.watch.schema.domains[shape.leaf]![this.note(shape.leaf)]!);
  }

  private nodeOf(shape: NodeShape): Fields {
    const node = new Node(this, shape);
    const proxy = new Proxy(node.fields, node);
    this.nodes.set(proxy, node);
    return proxy;
  }

  private note(leaf: number): number {
    const position = this.watch.vector[leaf]!;
    if (this.read[leaf] === 0) {
      this.read[leaf] = 1;
      this.watch.onRead(leaf, position);
    }
    return position;
  }

  /** Works out the leaves below `shape`, now that `value` stands there. */
  private settle(shape: NodeShape, value: unknown): void {
    const node = typeof value === 'object' && value !== null ? this.nodes.get(value) : undefined;
    if (node === undefined) {
      const fields = fieldsOf(shape, value, this.watch.who());
      for (const [key, child] of shape.children) this.settleField(child, fields[key]);
    } else if (node.shape === shape) {
      for (const key of Object.keys(node.fields)) {
        const child = shape.children.get(key)!;
        if (child.kind === 'node' || child.list || node.assigned.has(key))
          this.settleField(child, node.fields[key]);
      }
    } else this.settleMoved(shape, node);
  }

  private settleField(shape: Shape, value: unknown): void {
    if (shape.kind === 'node') this.settle(shape, value);
    else this.put(shape, value);
  }

  /** The subtree of another place stands here: what it has not read itself is read now. */
  private settleMoved(shape: NodeShape, node: Node): void {
    fieldsOf(shape, node.outline(), this.watch.who());
    for (const [key, child] of shape.children) {
      const own = node.shape.children.get(key)!;
      if (Object.hasOwn(node.fields, key)) this.settleField(child, node.fields[key]);
      else if (own.kind === child.kind) this.settleField(child, this.valueAt(own));
      else this.refuse(`puts ${own.path} at ${child.path}, which has another shape`);
    }
  }

  private put({ leaf }: LeafShape, value: unknown): void {
    const { schema, vector, who } = this.watch;
    const position = schema.intern(leaf, value, who());
    if (this.read[leaf] === 0 || vector[leaf] !== position) this.written.set(leaf, position);
  }
}

/** An object or a list of the draft. Its fields are there once they were looked at or assigned. */
class Node implements ProxyHandler<Fields> {
  readonly shape: NodeShape;
  readonly fields: Fields;
  readonly assigned = new Set<string>();
  private readonly draft: Draft;

  constructor(draft: Draft, shape: NodeShape) {
    this.draft = draft;
    this.shape = shape;
    this.fields = emptyFields(shape);
    if (Array.isArray(this.fields)) this.fields.length = shape.children.size;
  }

  /** An object with the same fields. */
  outline(): Fields {
    const fields = emptyFields(this.shape);
    for (const key of this.shape.children.keys()) fields[key] = 0;
    return fields;
  }

  get(fields: Fields, key: string | symbol): unknown {
    this.draft.mustBeAlive();
    if (typeof key === 'symbol') return Reflect.get(fields, key) as unknown;
    const value = fields[key];
    // A function is none of ours, but may have the name of a field that nobody has looked at yet.
    if (value !== undefined && typeof value !== 'function') return value;
    const child = this.shape.children.get(key);
    return child === undefined ? value : this.look(key, child);
  }

  set(fields: Fields, key: string | symbol, value: unknown): boolean {
    const { draft, shape } = this;
    draft.mustBeAlive();
    // splice() and its like assign the length even where it stays as it is.
    if (shape.list && key === 'length' && value === shape.children.size) return true;
    if (typeof key !== 'string' || !shape.children.has(key)) {
      return draft.refuse(`adds the field ${fieldName(shape, key)}: the shape of the state is fixed`);
    }
    draft.assign(shape, key);
    this.assigned.add(key);
    fields[key] = value;
    return true;
  }

  has(fields: Fields, key: string | symbol): boolean {
    return (typeof key === 'string' && this.shape.children.has(key)) || Reflect.has(fields, key);
  }

  ownKeys(): string[] {
    const { children, list } = this.shape;
    return list ? [...children.keys(), 'length'] : [...children.keys()];
  }

  /** The getter keeps Object.keys() and spreading from reading what they only list. */
  getOwnPropertyDescriptor(fields: Fields, key: string | symbol): PropertyDescriptor | undefined {
    const child = typeof key === 'string' ? this.shape.children.get(key) : undefined;
    if (child === undefined || typeof key !== 'string') return Reflect.getOwnPropertyDescriptor(fields, key);
    return { get: () => this.look(key, child), enumerable: true, configurable: true };
  }

  deleteProperty(_: Fields, key: string | symbol): never {
    return this.draft.refuse(
      `takes away the field ${fieldName(this.shape, key)}: the shape of the state is fixed`,
    );
  }

  defineProperty(_: Fields, key: string | symbol): never {
    return this.draft.refuse(
      `redefines the field ${fieldName(this.shape, key)}: the shape of the state is fixed`,
    );
  }

  setPrototypeOf(): never {
    return this.draft.refuse(`gives ${this.shape.path} a prototype: a state is plain data`);
  }

  preventExtensions(): never {
    return this.draft.refuse(`freezes ${this.shape.path}: the draft is not its to freeze`);
  }

  private look(key: string, child: Shape): unknown {
    if (!Object.hasOwn(this.fields, key)) this.fields[key] = this.draft.valueAt(child);
    return this.fields[key];
  }
}

function fieldName({ path }: NodeShape, key: PropertyKey): string {
  return path === '' ? String(key) : `${path}.${String(key)}`;
}
