/** A JSON Schema as fields of a form. What the form cannot say is a field of JSON. Source: https://json-schema.org/draft/2020-12 */

/** A schema as a server says it: nothing of it is sure. */
export type Schema = Readonly<Record<string, unknown>>;

interface Common {
  /** What people call it: its title, else its name. */
  readonly label: string;
  /** Its type and its limits, for people: `integer, 1 to 10`. */
  readonly type: string;
  readonly description?: string;
  readonly isRequired: boolean;
  /** What it begins with; absent: nothing. */
  readonly initial?: unknown;
}

/** A field of a form, by what it is filled in with. */
export type Field =
  | (Common & { readonly kind: 'text'; readonly isLong: boolean; readonly isSecret: boolean })
  | (Common & { readonly kind: 'number' | 'boolean' | 'json' })
  | (Common & { readonly kind: 'choice'; readonly choices: readonly Choice[] })
  | (Common & { readonly kind: 'list'; readonly item: Field; readonly maxItems?: number })
  | (Common & { readonly kind: 'map'; readonly isSecret: boolean })
  | (Common & { readonly kind: 'group'; readonly fields: readonly NamedField[] });

/** One of the values that a field takes. */
export interface Choice {
  readonly label: string;
  readonly value: unknown;
}

/** A property of an object, and its field. */
export interface NamedField {
  readonly name: string;
  readonly field: Field;
}

// A schema that holds itself would be a form without an end: below this it is JSON.
const MAX_DEPTH = 6;
const MAX_CHOICES = 200;
/** Texts that may be longer may have lines. */
const MAX_LINE = 1024;
/** Words that a form has no answer to; where one stands, the value is JSON. */
const UNSAID = ['anyOf', 'oneOf', 'allOf', 'not', 'if', 'patternProperties', 'prefixItems', 'dependentSchemas'];

interface Place {
  readonly root: Schema;
  readonly name: string;
  readonly isRequired: boolean;
  readonly depth: number;
}

/** The form of the arguments of a tool. */
export const toForm = (schema: Schema): Field =>
  toField(schema, { root: schema, name: 'Arguments', isRequired: true, depth: 0 });

function toField(given: unknown, place: Place): Field {
  const schema = unwrap(given, place.root);
  const common = toCommon(schema, place);
  const json = { ...common, kind: 'json' as const, type: common.type || 'JSON' };
  if (place.depth > MAX_DEPTH) return json;
  const choices = toChoices(schema);
  if (choices) return { ...common, kind: 'choice', choices, type: common.type || 'one of these' };
  if (UNSAID.some((word) => word in schema)) return json;
  switch (typeOf(schema)) {
    case 'string':
      return { ...common, kind: 'text', isLong: isLong(schema), isSecret: schema.format === 'password' };
    case 'number':
    case 'integer':
      return { ...common, kind: 'number' };
    case 'boolean':
      return {
        ...common,
        kind: 'boolean',
        ...(place.isRequired && common.initial === undefined && { initial: false }),
      };
    case 'array':
      return toList(schema, common, place) ?? json;
    case 'object':
      return toMap(schema, common) ?? toGroup(schema, common, place) ?? json;
    default:
      return json;
  }
}

function toCommon(schema: Schema, { name, isRequired }: Place): Common {
  return {
    label: typeof schema.title === 'string' && schema.title.trim() !== '' ? schema.title : name,
    type: describeType(schema),
    isRequired,
    ...(typeof schema.description === 'string' && { description: schema.description }),
    // That nothing is meant when nothing is said need not be said.
    ...(schema.default !== undefined && schema.default !== null && { initial: schema.default }),
  };
}

function toList(schema: Schema, common: Common, { root, name, depth }: Place): Field | undefined {
  if (!isSchema(schema.items)) return undefined;
  const item = toField(schema.items, { root, name: `${name} item`, isRequired: true, depth: depth + 1 });
  return {
    ...common,
    kind: 'list',
    item,
    ...(typeof schema.maxItems === 'number' && { maxItems: schema.maxItems }),
    ...(common.isRequired && common.initial === undefined && { initial: [] }),
  };
}

/** Texts by names that only the caller knows. */
function toMap({ properties, additionalProperties: texts, propertyNames }: Schema, common: Common): Field | undefined {
  if (properties !== undefined || propertyNames !== undefined || !isSchema(texts) || texts.type !== 'string')
    return undefined;
  if (texts.enum !== undefined || UNSAID.some((word) => word in texts)) return undefined;
  return { ...common, kind: 'map', type: 'names and texts', isSecret: texts.format === 'password' };
}

function toGroup(schema: Schema, common: Common, { root, depth }: Place): Field | undefined {
  const properties = isSchema(schema.properties) ? Object.entries(schema.properties) : [];
  // Names that only the caller knows: there is no field to draw. A tool without arguments is another thing.
  if (!properties.length && (depth > 0 || isSchema(schema.additionalProperties))) return undefined;
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const fields = properties.map(([name, property]) => ({
    name,
    field: toField(property, { root, name, isRequired: required.has(name), depth: depth + 1 }),
  }));
  if (common.initial !== undefined || !common.isRequired) return { ...common, kind: 'group', fields };
  return { ...common, kind: 'group', fields, initial: initialOf(fields) };
}

function initialOf(fields: readonly NamedField[]): Record<string, unknown> {
  const begun = fields.filter(({ field }) => field.initial !== undefined);
  return Object.fromEntries(begun.map(({ name, field }) => [name, field.initial]));
}

/** Follows `$ref`, and takes a choice between one thing and nothing, as optional parameters are written, for the one thing. */
function unwrap(given: unknown, root: Schema): Schema {
  let schema = isSchema(given) ? given : {};
  for (let steps = 0; steps < 2 * MAX_DEPTH; steps++) {
    const inner = innerOf(schema, root);
    if (!inner) return schema;
    const { $ref: _ref, anyOf: _any, oneOf: _one, allOf: _all, ...outside } = schema;
    schema = { ...inner, ...outside };
  }
  return {};
}

function innerOf(schema: Schema, root: Schema): Schema | undefined {
  if (typeof schema.$ref === 'string') return resolve(schema.$ref, root);
  for (const word of ['anyOf', 'oneOf', 'allOf']) {
    const parts = schema[word];
    if (!Array.isArray(parts)) continue;
    const rest = parts.filter((part) => isSchema(part) && part.type !== 'null').filter(isSchema);
    const isOneThing = rest.length === 1 && !('properties' in schema);
    if (isOneThing && (word === 'allOf' || parts.length === 2 || parts.length === 1)) return rest[0];
  }
  return undefined;
}

function resolve(reference: string, root: Schema): Schema | undefined {
  if (!reference.startsWith('#/')) return undefined;
  let found: unknown = root;
  for (const part of reference.slice(2).split('/')) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    found = isSchema(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  }
  return isSchema(found) ? found : undefined;
}

function toChoices(schema: Schema): Choice[] | undefined {
  if (schema.const !== undefined) return [{ label: labelOf(schema.const), value: schema.const }];
  if (Array.isArray(schema.enum)) {
    if (!schema.enum.length || schema.enum.length > MAX_CHOICES) return undefined;
    const names: readonly unknown[] = Array.isArray(schema.enumNames) ? schema.enumNames : [];
    return schema.enum.map((value, place) => {
      const name = names[place];
      return { value, label: typeof name === 'string' ? name : labelOf(value) };
    });
  }
  const parts = schema.oneOf ?? schema.anyOf;
  if (!Array.isArray(parts) || !parts.length || parts.length > MAX_CHOICES) return undefined;
  if (!parts.every((part) => isSchema(part) && part.const !== undefined)) return undefined;
  return parts.map(({ const: value, title }) => ({ value, label: typeof title === 'string' ? title : labelOf(value) }));
}

const labelOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** The one type of a schema; nothing, null or one of them counts as one. Undefined: it has none, or several. */
function typeOf(schema: Schema): string | undefined {
  const types = [schema.type ?? (isSchema(schema.properties) ? 'object' : undefined)].flat();
  const rest = types.filter((type) => type !== 'null');
  return rest.length === 1 && typeof rest[0] === 'string' ? rest[0] : undefined;
}

function isLong({ format, maxLength, pattern }: Schema): boolean {
  return format === undefined && pattern === undefined && !(typeof maxLength === 'number' && maxLength <= MAX_LINE);
}

/** The type and the limits of a schema, for people; empty where it says none. */
function describeType(schema: Schema): string {
  const { format, pattern, multipleOf, uniqueItems, items } = schema;
  const types = [schema.type].flat().filter((type) => typeof type === 'string');
  const isOfMany = types.includes('array') && isSchema(items) && typeof items.type === 'string';
  return [
    isOfMany ? `array of ${String(items.type)}` : types.join(' or '),
    typeof format === 'string' && format,
    rangeOf(schema.minimum, schema.maximum),
    typeof schema.exclusiveMinimum === 'number' && `more than ${schema.exclusiveMinimum}`,
    typeof schema.exclusiveMaximum === 'number' && `less than ${schema.exclusiveMaximum}`,
    typeof multipleOf === 'number' && `multiple of ${multipleOf}`,
    rangeOf(schema.minLength, schema.maxLength, ' characters'),
    rangeOf(schema.minItems, schema.maxItems, ' items'),
    uniqueItems === true && 'each once',
    typeof pattern === 'string' && `pattern ${pattern}`,
  ]
    .filter(Boolean)
    .join(', ');
}

function rangeOf(min: unknown, max: unknown, unit = ''): string {
  const hasMin = typeof min === 'number';
  const hasMax = typeof max === 'number';
  if (hasMin && hasMax) return `${min} to ${max}${unit}`;
  if (hasMin) return `at least ${min}${unit}`;
  return hasMax ? `at most ${max}${unit}` : '';
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
