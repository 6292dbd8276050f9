import type { z } from 'zod';
import type { Endpoint } from '../../contract/kit.ts';
import { invalidFields } from '../call/validation-error.ts';

/** The most wrong parameters that one answer names. */
const MAX_FIELDS = 20;

/** Reads a query string into an input: unknown names and repeated single values are refused, never guessed at. */
export type QueryReader = (query: string, input: Record<string, unknown>) => void;

/** The query reader of one endpoint. */
export function createQueryReader({ query: schema }: Endpoint): QueryReader {
  let fieldsOfSchema: ReadonlyMap<string, boolean> | undefined;
  return (query, input) => {
    // Read by the first request: a start looks into no schema.
    fieldsOfSchema ??= new Map(Object.entries(schema?.shape ?? {}).map(([name, field]) => [name, isArray(field)]));
    const isList = fieldsOfSchema;
    // A body must not reach what the contract reads from the query.
    for (const name of isList.keys()) delete input[name];
    if (query === '') return;
    const fields: { path: string; message: string }[] = [];
    for (const [name, value] of new URLSearchParams(query)) {
      const earlier = input[name];
      if (!isList.has(name)) fields.push({ path: name, message: 'unknown query parameter' });
      else if (wasMended(value, query)) fields.push({ path: name, message: NO_UTF_8 });
      else if (isList.get(name)) input[name] = Array.isArray(earlier) ? [...earlier, value] : [value];
      else if (earlier !== undefined) fields.push({ path: name, message: 'given more than once' });
      else input[name] = value;
    }
    if (fields.length) throw invalidFields(fields.slice(0, MAX_FIELDS));
  };
}

/** What is wrong with a parameter that {@link wasMended}. */
export const NO_UTF_8 = 'is not UTF-8: it holds half of a surrogate pair, or bytes that are no character';

/** Whether a value holds U+FFFD that nobody wrote: it is what readers make of bytes that are no UTF-8. */
export const wasMended = (value: string, query: string): boolean =>
  value.includes('\ufffd') && !query.includes('\ufffd') && !/%EF%BF%BD/i.test(query);

function isArray(schema: z.core.$ZodType): boolean {
  const definition: z.core.$ZodTypeDef & { innerType?: z.core.$ZodType; in?: z.core.$ZodType } = schema._zod.def;
  const inner = definition.innerType ?? definition.in;
  return inner ? isArray(inner) : definition.type === 'array';
}
