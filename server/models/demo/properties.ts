/** Reads from the JSON Schema of a tool which arguments it takes. */

/** JSON Schema of a tool's arguments, as its server wrote it. */
export type Schema = Readonly<Record<string, unknown>>;

/** The kinds of values that the name or the format of a property can tell. */
type Kind = 'zones' | 'expressions' | 'urls' | 'globs' | 'paths' | 'dates' | 'emails' | 'text';

/** A property of a schema, and what kind of value it stands for. */
export interface Property {
  readonly name: string;
  readonly schema: Schema;
  readonly type: string;
  readonly kind: Kind;
  readonly isRequired: boolean;
}

/** The properties of a schema of arguments, in its order. */
export function readProperties(inputSchema: Schema): Property[] {
  const required: unknown = inputSchema.required;
  const isRequired = (name: string) => Array.isArray(required) && required.includes(name);
  return Object.entries(asRecord(inputSchema.properties)).map(([name, value]) => {
    const schema = firstAlternative(asRecord(value));
    const items = asRecord(schema.items);
    const type = typeOf(schema);
    const kind = kindOf(name, type === 'array' ? { ...items, description: schema.description } : schema);
    return { name, schema, type, kind, isRequired: isRequired(name) };
  });
}

function firstAlternative(schema: Schema): Schema {
  const alternatives: unknown = schema.anyOf ?? schema.oneOf;
  if (!Array.isArray(alternatives)) return schema;
  const first = alternatives.map(asRecord).find((each) => each.type !== 'null');
  return { ...first, ...schema };
}

/** The JSON type of a value, as far as its schema tells it: the first one that is not null. */
export function typeOf({ type, enum: choices, properties }: Schema): string {
  const first: unknown = Array.isArray(type) ? type.find((each) => each !== 'null') : type;
  if (typeof first === 'string') return first;
  if (properties) return 'object';
  return Array.isArray(choices) ? typeof choices[0] : 'string';
}

function kindOf(name: string, { format, description }: Schema): Kind {
  const words = name
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
  const isNamed = (...kinds: string[]) => words.some((word) => kinds.includes(word));
  if (isNamed('timezone', 'tz', 'zone', 'timezones') || /\bIANA\b/.test(String(description))) return 'zones';
  if (isNamed('expression', 'expressions', 'expr', 'formula', 'equation', 'calculation')) return 'expressions';
  if (format === 'uri' || isNamed('url', 'urls', 'uri', 'uris', 'link', 'href')) return 'urls';
  if (isNamed('pattern', 'patterns', 'glob', 'globs')) return 'globs';
  if (isNamed('path', 'paths', 'filename', 'filepath', 'dir', 'directory', 'folder', 'file', 'files')) return 'paths';
  if (format === 'date' || format === 'date-time') return 'dates';
  return format === 'email' ? 'emails' : 'text';
}

/** Whether a property is a number. */
export const isNumeric = ({ type }: Property): boolean => type === 'number' || type === 'integer';
/** The value when it is an object; else an empty one. */
export const asRecord = (value: unknown): Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {};
