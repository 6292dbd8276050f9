import type { Dialect } from './dialects.ts';
import { isSchema, mapSchemas, type Schema } from './json-schema.ts';
import { keepValidKeywords } from './keywords.ts';

/** These commonly hold a boolean. */
const OPEN_OR_CLOSED = ['additionalProperties', 'unevaluatedProperties', 'unevaluatedItems'];
const TYPE_NAMES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

/** A schema with nothing in it, at any depth, that the provider refuses: what only narrows values is left out, names and types stay. */
export function cleanSchema(schema: Schema, dialect: Dialect): Schema {
  const { refusesKeywords, takesPattern } = dialect;
  const { items, additionalItems, ...valid } = keepValidKeywords(schema);
  const tuple = Array.isArray(items) ? { prefixItems: items, items: additionalItems ?? {} } : { items };
  const known = { ...valid, ...(items !== undefined && tuple) };
  const cleaned = mapSchemas(known, (inner, keyword) => toSchema(inner, keyword, dialect));
  const kept = Object.entries(cleaned).flatMap(([keyword, value]): [string, unknown][] => {
    if (refusesKeywords.includes(keyword)) return [];
    if (keyword === 'pattern') return takesPattern(String(value)) ? [[keyword, value]] : [];
    if (keyword === 'patternProperties') return keepPatterns(value, takesPattern);
    return [[keyword, value]];
  });
  return withRequiredParts(Object.fromEntries(kept), dialect);
}

/** A schema in the place of another one: a boolean becomes an object, a bare name of a type its schema, and what is none is left out. */
function toSchema(value: unknown, keyword: string, dialect: Dialect): unknown {
  const inner = isSchema(value) && fitsNothing(value) ? false : value;
  if (isSchema(inner)) return cleanSchema(inner, dialect);
  if (typeof inner === 'boolean' && OPEN_OR_CLOSED.includes(keyword)) return inner;
  // Nothing fits `false`, so there is nothing to offer in its place.
  if (inner === true) return {};
  if (inner === false) return undefined;
  if (typeof inner === 'string' && TYPE_NAMES.includes(inner)) return cleanSchema({ type: inner }, dialect);
  return keyword === 'properties' ? {} : undefined;
}

/** Whether it is what MCP, whose schemas of properties are objects, has in place of `false`. */
function fitsNothing({ not, ...others }: Schema): boolean {
  return isSchema(not) && Object.keys(not).length === 0 && Object.keys(others).length === 0;
}

function keepPatterns(value: unknown, takesPattern: Dialect['takesPattern']): [string, unknown][] {
  const taken = isSchema(value) ? Object.entries(value).filter(([pattern]) => takesPattern(pattern)) : [];
  return taken.length > 0 ? [['patternProperties', Object.fromEntries(taken)]] : [];
}

/** Adds what a provider misses: the items of an array. Takes away what it does not find: required properties that are not there. */
function withRequiredParts(schema: Record<string, unknown>, { wantsDeclared }: Dialect): Schema {
  const { required, ...others } = schema;
  const isArray = [schema.type].flat().includes('array');
  const { properties } = schema;
  const names =
    wantsDeclared && Array.isArray(required)
      ? required.filter((name) => isSchema(properties) && Object.hasOwn(properties, name))
      : required;
  return {
    ...others,
    ...(isArray && schema.items === undefined && { items: {} }),
    ...(Array.isArray(names) && names.length > 0 && { required: names }),
  };
}
