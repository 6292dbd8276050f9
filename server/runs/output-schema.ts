import { invalidField } from '../call/validation-error.ts';
import type { JsonSchema } from './run-events.ts';
import { findSchemaProblem } from './schema-checks.ts';

/** More is no description of an answer; each model call repeats it. */
const MAX_CHARS = 100_000;

/** Throws a 422 that names the place when what a caller gives as the schema of an answer is none; `path` is what it is called in the request. */
export async function checkOutputSchema(schema: JsonSchema | null | undefined, path: string): Promise<void> {
  if (!schema) return;
  const { length } = JSON.stringify(schema);
  if (length > MAX_CHARS) throw invalidField(path, `must have at most ${MAX_CHARS} characters, and has ${length}`);
  const problem = await findSchemaProblem(schema);
  if (problem) throw invalidField([path, ...problem.path].join('.'), problem.message);
}
