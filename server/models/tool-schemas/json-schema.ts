/** What is known of JSON Schema, of whatever draft: which keywords hold schemas, and how. */

/** A JSON Schema that is no boolean. */
export type Schema = Readonly<Record<string, unknown>>;

const MAPS = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];
const LISTS = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const SINGLES = [
  ...['items', 'additionalItems', 'unevaluatedItems', 'contains'],
  ...['additionalProperties', 'unevaluatedProperties', 'propertyNames'],
  ...['not', 'if', 'then', 'else', 'contentSchema'],
];

/** A schema in which each schema directly inside is what `change` makes of it; where that is undefined, it is left out. */
export function mapSchemas(schema: Schema, change: (inner: unknown, keyword: string) => unknown): Schema {
  const entries = Object.entries(schema).flatMap(([keyword, value]): [string, unknown][] => {
    if (SINGLES.includes(keyword)) return keep([[keyword, change(value, keyword)]]);
    if (LISTS.includes(keyword)) {
      const inner = Array.isArray(value) ? value.map((one) => change(one, keyword)).filter(isDefined) : [];
      return inner.length > 0 ? [[keyword, inner]] : [];
    }
    if (!MAPS.includes(keyword)) return [[keyword, value]];
    if (!isSchema(value)) return [];
    return [
      [keyword, Object.fromEntries(keep(Object.entries(value).map(([name, one]) => [name, change(one, keyword)])))],
    ];
  });
  return Object.fromEntries(entries);
}

/** Whether a value is an object with named fields. */
export const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The texts in a list, each once; none when it is no list. */
export const textsIn = (value: unknown): string[] =>
  Array.isArray(value) ? [...new Set(value.filter((one) => typeof one === 'string'))] : [];

const keep = (entries: [string, unknown][]) => entries.filter(([, value]) => isDefined(value));
const isDefined = (value: unknown) => value !== undefined;
