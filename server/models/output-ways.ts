/** How an answer is given the form of a JSON Schema. */
import type { JSONSchema7, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { sayTools } from './tool-schemas/say-tools.ts';

/**
 * What a provider has for that. `format`: its API takes the schema of the answer, beside tools. `format-without-tools`: with tools in the
 * request the schema would forbid their calls, or is an error. `tool`: nothing that can be relied on, so a tool takes the answer.
 */
export type OutputWay = 'format' | 'format-without-tools' | 'tool';

type Schema = Readonly<Record<string, unknown>>;
type Request = Pick<LanguageModelV4CallOptions, 'responseFormat' | 'providerOptions'>;

/** What is laid over a request so that the provider of `model`, such as `openai.responses`, gives the answer this form. */
export function sayFormat(model: string, schema: Schema): Request {
  const { said } = sayTools(model, [{ name: 'answer', inputSchema: schema }], new Set());
  const form: Schema = said[0]?.inputSchema ?? schema;
  return {
    // A schema is JSON, which the types of this library say more narrowly.
    responseFormat: { type: 'json', name: 'answer', schema: form as JSONSchema7 },
    // OpenAI refuses a schema in its strict mode that could be read in two ways, and only asks for it in the other.
    ...(model.startsWith('openai.') && { providerOptions: { openai: { strictJsonSchema: isStrict(form) } } }),
  };
}

const STRICT_KEYWORDS = new Set([
  ...['type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'const', 'anyOf', '$ref', '$defs'],
  ...['title', 'description', 'pattern', 'format', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  ...['multipleOf', 'minItems', 'maxItems'],
]);

/** Whether a schema keeps to what OpenAI's strict mode takes: closed objects that require all they have, and these keywords. */
function isStrict(schema: unknown): boolean {
  if (!isObject(schema)) return false;
  const { properties, required, additionalProperties, items, anyOf, $defs } = schema;
  if (!Object.keys(schema).every((keyword) => STRICT_KEYWORDS.has(keyword))) return false;
  const isClosed = () =>
    additionalProperties === false &&
    Object.keys(isObject(properties) ? properties : {}).every(
      (name) => Array.isArray(required) && required.includes(name),
    );
  if ((schema.type === 'object' || properties !== undefined) && !isClosed()) return false;
  const inner = [...values(properties), ...values($defs), ...values(anyOf), ...(items === undefined ? [] : [items])];
  return inner.every(isStrict);
}

const values = (of: unknown): unknown[] => (typeof of === 'object' && of !== null ? Object.values(of) : []);
const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
