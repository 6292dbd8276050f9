/** Answers of the demo model in the form of a JSON Schema: what a text gives for it, and the plainest value for what it does not. */
import { fillArguments } from './arguments.ts';
import { asRecord, readProperties, type Schema, typeOf } from './properties.ts';
import { findValues } from './values.ts';

/** An object that has all that `schema` requires, from `text` as far as that goes. */
export function toJsonAnswer(schema: Schema, text: string): Record<string, unknown> {
  const { args } = fillArguments(schema, { text, values: findValues(text), rest: text.trim() });
  const missing = readProperties(schema).filter(({ name, isRequired }) => isRequired && !(name in args));
  return { ...args, ...Object.fromEntries(missing.map(({ name, schema: one }) => [name, toPlainValue(one, text)])) };
}

function toPlainValue(schema: Schema, text: string): unknown {
  const { enum: choices, const: only, minimum } = schema;
  if (only !== undefined) return only;
  if (Array.isArray(choices)) return choices[0];
  switch (typeOf(schema)) {
    case 'object':
      return toJsonAnswer(schema, text);
    case 'array':
      return Array.from({ length: Number(schema.minItems ?? 0) }, () => toPlainValue(asRecord(schema.items), text));
    case 'number':
    case 'integer':
      return typeof minimum === 'number' ? Math.ceil(minimum) : 0;
    case 'boolean':
      return false;
    case 'null':
      return null;
    default:
      return text.trim();
  }
}
