import type { z } from 'zod';
import type { Endpoint } from '../../contract/kit.ts';
import { invalidFields } from '../call/validation-error.ts';

/** The most wrong parameters that one answer names. */
const MAX_FIELDS = 20;

/** Reads a query string into an input: unknown names and repeated single values are refused, never guessed at. */
export type QueryReader = (query: string, input: Record<string, unknown>) => void;

/** The query reader of one endpoint. */
export function createQueryReader({ query: schema }: Endpoint): QueryReader {
  const isList = new Map(Object.entries(schema?.shape ?? {}).map(([name, field]) => [name, isArray(field)]));
  return (query, input) => {
    // A body must not reach what the contract reads from the query.
    for (const name of isList.keys()) delete input[name];
    if (query === '') return;
    const fields: { path: string; message: string }[] = [];
    for (const [name, value] of new URLSearchParams(query)) {
      const earlier = input[name];
      if (!isList.has(name)) fields.push({ path: name, message: 'unknown query parameter' });
      else if (isList.get(name)) input[name] = Array.isArray(earlier) ? [...earlier, value] : [value];
      else if (earlier !== undefined) fields.push({ path: name, message: 'given more than once' });
      else input[name] = value;
    }
    if (fields.length) throw invalidFields(fields.slice(0, MAX_FIELDS));
  };
}

function isArray(schema: z.core.$ZodType): boolean {
  const definition: z.core.$ZodTypeDef & { innerType?: z.core.$ZodType; in?: z.core.$ZodType } = schema._zod.def;
  const inner = definition.innerType ?? definition.in;
  return inner ? isArray(inner) : definition.type === 'array';
}
