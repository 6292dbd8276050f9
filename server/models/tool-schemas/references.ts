import { isSchema, mapSchemas, type Schema } from './json-schema.ts';

/** Beyond so many schemas no reference is followed any more: a few definitions that refer to each other can say a schema without end. */
const MAX_SCHEMAS = 3000;
const TO_DEFINITION = /^#\/(?:\$defs|definitions)\/[^/]+$/;

/**
 * A schema whose references lead somewhere. One to another document, or to nothing, is left out, which lets its place take anything. One to a
 * definition stays if `keepsDefinitions`; any other is replaced by what it refers to, and inside of itself by no more than its type.
 */
export function resolveReferences(root: Schema, { keepsDefinitions }: { keepsDefinitions: boolean }): Schema {
  let count = 0;
  const resolve = (schema: unknown, open: readonly string[]): unknown => {
    if (!isSchema(schema)) return schema;
    count++;
    const { $ref: reference, ...siblings } = schema;
    const inner = (): Schema => mapSchemas(siblings, (one) => resolve(one, open));
    const target = typeof reference === 'string' ? findTarget(root, reference) : undefined;
    if (typeof reference !== 'string' || !target) return inner();
    if (keepsDefinitions && TO_DEFINITION.test(reference)) return { ...inner(), $ref: reference };
    if (open.includes(reference) || count > MAX_SCHEMAS) return { ...outlineOf(target), ...inner() };
    return { ...withoutDefinitions(resolve(target, [...open, reference])), ...inner() };
  };
  const resolved = resolve(keepsDefinitions ? root : withoutDefinitions(root), ['#']);
  return isSchema(resolved) ? resolved : {};
}

/** What a reference within the document leads to. */
export function findTarget(root: Schema, reference: string): Schema | undefined {
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return undefined;
  let place: unknown = root;
  for (const step of reference.slice(2).split('/')) {
    const name = decode(step);
    place =
      typeof place === 'object' && place !== null && Object.hasOwn(place, name) ? Reflect.get(place, name) : undefined;
  }
  return isSchema(place) ? place : undefined;
}

function decode(step: string): string {
  const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

const outlineOf = ({ type, description }: Schema): Schema => ({
  ...(type !== undefined && { type }),
  ...(description !== undefined && { description }),
});

function withoutDefinitions(schema: unknown): Schema {
  if (!isSchema(schema)) return {};
  const { $defs: _, definitions: __, ...others } = schema;
  return others;
}
