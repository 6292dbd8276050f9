/** JSON Schemas as type hints of Python, which people and models read and nothing evaluates. */
import { toPythonLiteral } from './python-text.ts';

/** A JSON Schema, of which a few keywords are read here. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

// A schema may point to itself: what is deeper or wider would take for ever and tell a reader nothing.
const MAX_DEPTH = 3;
const MAX_PARTS = 8;
const MAX_CHOICES = 30;
const SIMPLE: Readonly<Record<string, string>> = {
  string: 'str',
  integer: 'int',
  number: 'float',
  boolean: 'bool',
  null: 'None',
};

/** Any value as a schema; one that is not an object is the empty schema, which allows everything. */
export const asSchema = (value: unknown): JsonSchema => (isSchema(value) ? value : {});
const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schemas that `$ref`s of `schema` point to, by name. */
export const definitionsOf = (schema: JsonSchema): JsonSchema => ({
  ...asSchema(schema.definitions),
  ...asSchema(schema.$defs),
});

/** The schema that a `$ref` points to, else the schema itself. */
export function resolve(schema: JsonSchema, definitions: JsonSchema): JsonSchema {
  const name = typeof schema.$ref === 'string' ? /^#\/(?:\$defs|definitions)\/(.+)$/.exec(schema.$ref)?.[1] : undefined;
  return name === undefined ? schema : asSchema(definitions[name]);
}

/** A type hint such as `Literal["a", "b"] | None`. */
export function toPythonType(value: unknown, definitions: JsonSchema, depth = 0): string {
  const schema = resolve(asSchema(value), definitions);
  if (depth > MAX_DEPTH) return 'Any';
  const inner = (one: unknown) => toPythonType(one, definitions, depth + 1);
  const union = (parts: readonly unknown[]) =>
    (parts.length <= MAX_PARTS && [...new Set(parts.map(inner))].join(' | ')) || 'Any';
  if ('const' in schema) return isLiteral(schema.const) ? `Literal[${toPythonLiteral(schema.const)}]` : 'Any';
  const { enum: choices, anyOf, oneOf, allOf, type } = schema;
  if (Array.isArray(choices) && choices.length && choices.length <= MAX_CHOICES && choices.every(isLiteral)) {
    return `Literal[${choices.map(toPythonLiteral).join(', ')}]`;
  }
  if (Array.isArray(anyOf)) return union(anyOf);
  if (Array.isArray(oneOf)) return union(oneOf);
  if (Array.isArray(allOf) && allOf.length === 1) return inner(allOf[0]);
  if (Array.isArray(type)) return union(type.map((one) => ({ ...schema, type: one })));
  if (type === 'array') return `list[${inner(Array.isArray(schema.items) ? {} : schema.items)}]`;
  if (type === 'object' || schema.properties) return objectType(schema, inner);
  return SIMPLE[String(type)] ?? 'Any';
}

function objectType(schema: JsonSchema, inner: (one: unknown) => string): string {
  const { additionalProperties, properties } = schema;
  const isMap = !properties && typeof additionalProperties === 'object' && additionalProperties !== null;
  return `dict[str, ${isMap ? inner(additionalProperties) : 'Any'}]`;
}

const isLiteral = (value: unknown) => value === null || ['string', 'number', 'boolean'].includes(typeof value);
