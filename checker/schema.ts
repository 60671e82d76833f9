/**
 * The shape of a state: a tree whose leaves are numbered from left to right.
 *
 * Each leaf keeps the list of the values it has had; a state is then a vector of small numbers, one a leaf.
 * An array of primitives is one leaf, whatever its length, so a queue may grow and shrink.
 */
import type { State } from '../model/system.js';
import { ModelError } from './outcome.js';

export type Primitive = string | number | boolean;
export type Value = Primitive | readonly Primitive[];

export interface LeafShape {
  readonly kind: 'leaf';
  readonly leaf: number;
  readonly list: boolean;
  readonly path: string;
}

export interface NodeShape {
  readonly kind: 'node';
  readonly list: boolean;
  readonly path: string;
  readonly children: ReadonlyMap<string, Shape>;
  /** The node as it was in the initial state. */
  readonly initial: Fields;
  /** The leaves below are `first` to `end - 1`. */
  readonly first: number;
  readonly end: number;
}

export type Shape = LeafShape | NodeShape;

/** A node of a plain state; of a list, too. */
export type Fields = Record<string, unknown>;

/** Field `key` of node number `parent`. */
interface Place {
  readonly parent: number;
  readonly key: string;
}

/** One state, as the positions of its leaf values in their domains. */
export type Vector = Uint16Array;

/** A leaf with more values than this is taken for one that grows without bound. */
export const MOST_VALUES = 4096;

export class Schema {
  readonly root: NodeShape;
  readonly leaves: LeafShape[] = [];
  /** The values each leaf has had so far. Lists are frozen: hand out copies. */
  readonly domains: Value[][] = [];
  private readonly positions: Map<Primitive, number>[] = [];
  /** All nodes, each after its parent, and where each leaf is: a state is copied and compared without a walk through the tree. */
  private readonly nodes: (Place & { readonly initial: Fields })[] = [];
  private readonly places: Place[] = [];

  constructor(initial: unknown) {
    const root = this.shapeOf(initial, '');
    if (root.kind === 'leaf' || root.list)
      throw new ModelError('the initial state is not an object with fields');
    this.root = root;
    this.nodes.push({ parent: -1, key: '', initial: root.initial });
    this.place(root);
  }

  /** The position of a value in the domain of its leaf; `who` is named if the domain outgrows its bound. */
  intern(leaf: number, value: unknown, who: string): number {
    const { path, list } = this.leaves[leaf]!;
    const clean = list ? listOf(value, path, who) : primitiveOf(value, path, who);
    const key = typeof clean === 'object' ? JSON.stringify(clean) : clean;
    const positions = this.positions[leaf]!;
    const known = positions.get(key);
    if (known !== undefined) return known;
    const domain = this.domains[leaf]!;
    if (domain.length >= MOST_VALUES) {
      throw new ModelError(
        `leaf ${path} left its finite domain: ${who} gives it value number ${MOST_VALUES + 1}`,
      );
    }
    domain.push(typeof clean === 'object' ? Object.freeze([...clean]) : clean);
    positions.set(key, domain.length - 1);
    return domain.length - 1;
  }

  /** Writes a plain state into `vector`, and refuses one that has lost its shape. */
  encode(state: unknown, vector: Vector, who: string): void {
    const visit = (shape: Shape, value: unknown): void => {
      if (shape.kind === 'leaf') vector[shape.leaf] = this.intern(shape.leaf, value, who);
      else for (const [key, child] of shape.children) visit(child, fieldsOf(shape, value, who)[key]);
    };
    visit(this.root, state);
  }

  /** Whether the leaves of a state that kept its shape are as `vector` says. */
  holds(state: State, vector: Vector): boolean {
    const found: Fields[] = [state];
    for (let i = 1; i < this.nodes.length; i++) {
      const { parent, key } = this.nodes[i]!;
      const value = found[parent]![key];
      if (!isFields(value)) return false;
      found.push(value);
    }
    for (let leaf = 0; leaf < vector.length; leaf++) {
      const { parent, key } = this.places[leaf]!;
      const [value, known] = [found[parent]![key], this.domains[leaf]![vector[leaf]!]!];
      if (value !== known && !(typeof known === 'object' && isSameList(value, known))) return false;
    }
    return true;
  }

  /** A plain state of its own, shared with nobody. */
  decode(vector: Vector): State {
    // A copy of the initial state, and what is otherwise: to make an object field by field takes longer.
    const made: Fields[] = [];
    for (const { parent, key, initial } of this.nodes) {
      const fields = copyOf(initial);
      if (made.length > 0) made[parent]![key] = fields;
      made.push(fields);
    }
    for (let leaf = 0; leaf < vector.length; leaf++) {
      if (vector[leaf] === 0 && !this.leaves[leaf]!.list) continue;
      const { parent, key } = this.places[leaf]!;
      made[parent]![key] = thaw(this.domains[leaf]![vector[leaf]!]!);
    }
    return made[0]!;
  }

  /** Takes note of where everything below a node is. */
  private place(shape: NodeShape): void {
    const parent = this.nodes.length - 1;
    for (const [key, child] of shape.children) {
      if (child.kind === 'leaf') this.places[child.leaf] = { parent, key };
      else {
        this.nodes.push({ parent, key, initial: child.initial });
        this.place(child);
      }
    }
  }

  private shapeOf(value: unknown, path: string): Shape {
    if (typeof value !== 'object' || value === null || isListOfPrimitives(value)) {
      const list = typeof value === 'object' && value !== null;
      const shape: Shape = { kind: 'leaf', leaf: this.leaves.length, list, path };
      this.leaves.push(shape);
      this.domains.push([]);
      this.positions.push(new Map());
      this.intern(shape.leaf, value, 'the initial state');
      return shape;
    }
    plainOrRefuse(value, path, 'the initial state');
    const first = this.leaves.length;
    const children = new Map(
      Object.entries(value).map(([key, child]) => [
        key,
        this.shapeOf(child, path === '' ? key : `${path}.${key}`),
      ]),
    );
    const list = Array.isArray(value);
    return { kind: 'node', list, path, children, initial: copyOf(value), first, end: this.leaves.length };
  }
}

/** An object or a list, to be filled with the fields of `shape`. */
export function emptyFields(shape: NodeShape): Fields {
  const fields: unknown = shape.list ? [] : {};
  if (!isFields(fields)) throw new TypeError('an object is no object');
  return fields;
}

function copyOf(value: object): Fields {
  const fields: unknown = Array.isArray(value) ? [...value] : { ...value };
  if (!isFields(fields)) throw new TypeError('an object is no object');
  return fields;
}

/** A copy of a leaf value that its receiver may change. */
export function thaw(value: Value): unknown {
  return typeof value === 'object' ? [...value] : value;
}

/** The fields of a value that must have the shape of `shape`; refused if one came or went. */
export function fieldsOf(shape: NodeShape, value: unknown, who: string): Fields {
  const { path, children, list } = shape;
  if (!isFields(value) || Array.isArray(value) !== list) {
    throw new ModelError(
      `${who} puts ${nameOf(value)} where ${path} has ${list ? 'a list of objects' : 'an object'}`,
    );
  }
  plainOrRefuse(value, path, who);
  const keys = Object.keys(value);
  const strange =
    keys.find((key) => !children.has(key)) ?? [...children.keys()].find((key) => !Object.hasOwn(value, key));
  if (strange !== undefined) {
    const verb = children.has(strange) ? 'takes away' : 'adds';
    throw new ModelError(
      `${who} ${verb} the field ${path === '' ? strange : `${path}.${strange}`}: the shape of the state is fixed`,
    );
  }
  return value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isSameList(value: unknown, known: readonly Primitive[]): boolean {
  return Array.isArray(value) && value.length === known.length && known.every((item, i) => item === value[i]);
}

function isListOfPrimitives(value: object): boolean {
  return (
    Array.isArray(value) &&
    (value.length === 0 || value.some((item) => typeof item !== 'object' || item === null))
  );
}

function plainOrRefuse(value: object, path: string, who: string): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = Array.isArray(value) || prototype === Object.prototype || prototype === null;
  if (!plain) throw new ModelError(`${who} puts ${nameOf(value)} at ${path}: a state is plain data`);
}

function primitiveOf(value: unknown, path: string, who: string): Primitive {
  if (typeof value === 'number') {
    if (!Number.isFinite(value))
      throw new ModelError(`${who} puts ${value} at ${path}: a number must be finite`);
    return value === 0 ? 0 : value;
  }
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  throw new ModelError(`${who} puts ${nameOf(value)} at ${path}: a leaf is a string, a number or a boolean`);
}

function listOf(value: unknown, path: string, who: string): Primitive[] {
  if (!Array.isArray(value)) throw new ModelError(`${who} puts ${nameOf(value)} at ${path}, which is a list`);
  return Array.from(value, (item: unknown, i) => primitiveOf(item, `${path}.${i}`, who));
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (Array.isArray(value)) return 'a list';
  const { constructor } = value;
  return constructor === Object || typeof constructor !== 'function' ? 'an object' : `a ${constructor.name}`;
}
