import { textsIn } from './json-schema.ts';

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

type Check = (value: unknown) => unknown;

const text: Check = (value) => (typeof value === 'string' ? value : undefined);
const flag: Check = (value) => (typeof value === 'boolean' ? value : undefined);
const bound: Check = (value) => (Number.isFinite(value) ? value : undefined);
const count: Check = (value) => (Number.isSafeInteger(value) && Number(value) >= 0 ? value : undefined);
const names: Check = (value) => (textsIn(value).length > 0 ? textsIn(value) : undefined);
const list: Check = (value) => (Array.isArray(value) ? value : undefined);
const anything: Check = (value) => value;

/** What each keyword may hold, by https://json-schema.org/draft/2020-12; a value that it may not hold is left out. */
const CHECKS: Readonly<Record<string, Check>> = {
  ...of(['title', 'description', 'format', 'pattern', '$ref', 'contentEncoding', 'contentMediaType'], text),
  ...of(['uniqueItems', 'deprecated', 'readOnly', 'writeOnly'], flag),
  ...of(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'], bound),
  ...of(['minLength', 'maxLength', 'minItems', 'maxItems', 'minContains', 'maxContains'], count),
  ...of(['minProperties', 'maxProperties'], count),
  ...of(['default', 'const'], anything),
  multipleOf: (value) => (Number.isFinite(value) && Number(value) > 0 ? value : undefined),
  required: names,
  examples: list,
  enum: (value) => {
    const different = Array.isArray(value) ? [...new Map(value.map((one) => [JSON.stringify(one), one])).values()] : [];
    return different.length > 0 ? different : undefined;
  },
  type: (value) => {
    const known = textsIn([value].flat())
      .map((type) => type.toLowerCase())
      .filter((type) => TYPES.includes(type));
    return known.length > 1 ? [...new Set(known)] : known[0];
  },
};
// The other keywords of the kind `$id` say where a schema is found, which is of no use to a model.
const OF_REFERENCES = ['$ref', '$defs'];

/** The keywords of a schema with the values they may hold; what is no keyword of JSON Schema stays, unless it is null. */
export function keepValidKeywords(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(withoutOldBounds(schema)).flatMap(([keyword, value]) => {
    if (keyword.startsWith('$') && !OF_REFERENCES.includes(keyword)) return [];
    const check = Object.hasOwn(CHECKS, keyword) ? CHECKS[keyword] : undefined;
    const kept = check ? check(value) : (value ?? undefined);
    return kept === undefined ? [] : [[keyword, kept]];
  });
  return Object.fromEntries(entries);
}

/** Draft 4 has `exclusiveMinimum: true` beside a minimum where later ones have the bound itself. */
function withoutOldBounds(schema: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { exclusiveMinimum, exclusiveMaximum, minimum, maximum, ...others } = schema;
  if (typeof exclusiveMinimum !== 'boolean' && typeof exclusiveMaximum !== 'boolean') return schema;
  return {
    ...others,
    ...(exclusiveMinimum === true ? { exclusiveMinimum: minimum } : { minimum, exclusiveMinimum }),
    ...(exclusiveMaximum === true ? { exclusiveMaximum: maximum } : { maximum, exclusiveMaximum }),
  };
}

function of(keywords: readonly string[], check: Check): Record<string, Check> {
  return Object.fromEntries(keywords.map((keyword) => [keyword, check]));
}
