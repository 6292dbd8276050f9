import { isSchema, type Schema, textsIn } from './json-schema.ts';
import { findTarget } from './references.ts';

const COMBINING = ['$ref', 'allOf', 'anyOf', 'oneOf', 'enum', 'const', 'not'];
const MAX_DEPTH = 8;

/** What a schema says of the properties of an object. */
interface Shape {
  readonly properties: Schema;
  readonly required: readonly string[];
}

/**
 * The arguments of a tool as one object: what alternatives at the top say of properties stands side by side, and only what all of them require
 * is required. Which combinations are meant is left to the check of the arguments.
 */
export function toOneObject(root: Schema): Schema {
  const isOne = root.type === 'object' && isSchema(root.properties) && !COMBINING.some((keyword) => keyword in root);
  if (isOne) return root;
  const { properties, required } = shapeOf(root, root, 0);
  const others = Object.entries(root).filter(([keyword]) => !COMBINING.includes(keyword) && keyword !== 'required');
  return {
    ...Object.fromEntries(others),
    type: 'object',
    properties,
    ...(required.length > 0 && { required }),
  };
}

function shapeOf(schema: Schema, root: Schema, depth: number): Shape {
  const shapes = (list: unknown) =>
    (Array.isArray(list) && depth < MAX_DEPTH ? list.filter(isSchema) : []).map((one) => shapeOf(one, root, depth + 1));
  const { $ref: reference, allOf, anyOf, oneOf } = schema;
  const target = typeof reference === 'string' && reference !== '#' ? findTarget(root, reference) : undefined;
  const all = [...shapes([target]), ...shapes(allOf)];
  const alternatives = [shapes(anyOf), shapes(oneOf)].filter((list) => list.length > 0);
  const own = isSchema(schema.properties) ? schema.properties : {};
  return {
    properties: merge([own, ...[...all, ...alternatives.flat()].map(({ properties }) => properties)]),
    required: textsIn([
      ...textsIn(schema.required),
      ...all.flatMap(({ required }) => required),
      ...alternatives.flatMap(requiredByAll),
    ]),
  };
}

function requiredByAll([first, ...others]: readonly Shape[]): string[] {
  return textsIn(first?.required).filter((name) => others.every(({ required }) => required.includes(name)));
}

/** Properties of several objects; one that differs among them may be any of what they say. */
function merge(all: readonly Schema[]): Schema {
  const names = new Set(all.flatMap((properties) => Object.keys(properties)));
  const entries = [...names].map((name): [string, unknown] => {
    const said = all.filter((properties) => Object.hasOwn(properties, name)).map((properties) => properties[name]);
    const different = [...new Map(said.map((schema) => [JSON.stringify(schema), schema])).values()];
    return [name, different.length === 1 ? different[0] : { anyOf: different }];
  });
  return Object.fromEntries(entries);
}
