/** The part of JSON Schema that `traces/schema.json` uses; a keyword it does not know is an error, not a pass. */

export interface Schema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: false;
  readonly anyOf?: readonly Schema[];
}

/** Everything that is wrong with a value, one line each; empty when it fits. */
export function faultsOf(schema: Schema, value: unknown, root = schema, path = ''): string[] {
  for (const keyword of Object.keys(schema)) {
    if (!keywords.has(keyword)) throw new Error(`the test knows no keyword ${keyword}`);
  }
  const wrong: string[] = [];
  const { type, pattern, minimum, minItems, items, anyOf } = schema;
  if (schema.$ref !== undefined) {
    const target = root.$defs?.[schema.$ref.replace('#/$defs/', '')];
    if (target === undefined) throw new Error(`nothing is at ${schema.$ref}`);
    wrong.push(...faultsOf(target, value, root, path));
  }
  const types = type === undefined ? [] : [type].flat();
  if (types.length > 0 && !types.some((each) => hasType(value, each)))
    wrong.push(`${path} is no ${types.join(' or ')}`);
  if ('const' in schema && value !== schema.const) wrong.push(`${path} is not ${String(schema.const)}`);
  if (schema.enum !== undefined && !schema.enum.includes(value)) wrong.push(`${path} is ${String(value)}`);
  if (anyOf !== undefined && anyOf.every((each) => faultsOf(each, value, root, path).length > 0)) {
    wrong.push(`${path} fits no alternative`);
  }
  if (typeof value === 'string' && pattern !== undefined && !new RegExp(pattern).test(value)) {
    wrong.push(`${path} does not match ${pattern}`);
  }
  if (typeof value === 'number' && value < (minimum ?? -Infinity)) wrong.push(`${path} is under ${minimum}`);
  if (Array.isArray(value)) {
    if (value.length < (minItems ?? 0)) wrong.push(`${path} has under ${minItems} items`);
    if (items !== undefined) {
      wrong.push(...value.flatMap((item, index) => faultsOf(items, item, root, join(path, String(index)))));
    }
  }
  return isObject(value) ? [...wrong, ...faultsOfFields(schema, value, root, path)] : wrong;
}

function faultsOfFields(schema: Schema, value: object, root: Schema, path: string): string[] {
  const { required = [], properties = {}, additionalProperties } = schema;
  const missing = required.filter((name) => !Object.hasOwn(value, name));
  const closed = additionalProperties === false;
  return [
    ...missing.map((name) => `${join(path, name)} is missing`),
    ...Object.entries(value).flatMap(([name, field]) => {
      const rule = properties[name];
      if (rule !== undefined) return faultsOf(rule, field, root, join(path, name));
      return closed ? [`${join(path, name)} is not described`] : [];
    }),
  ];
}

const keywords = new Set(
  (
    '$schema $id $defs $ref title description type const enum pattern minimum minItems items required properties ' +
    'additionalProperties anyOf'
  ).split(' '),
);

function hasType(value: unknown, type: string): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  return type === 'object' ? isObject(value) : typeof value === type;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function join(path: string, part: string): string {
  return path === '' ? part : `${path}.${part}`;
}
