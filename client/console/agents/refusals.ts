import { problemOf } from '../api.ts';
import { FieldError } from './agent-fields.ts';
import type { FieldErrors } from './field.tsx';

/** The fields that the form has, as the server calls them. */
const FIELDS = new Set([
  'id',
  'name',
  'description',
  'system_prompt',
  'model',
  'selected_mcp_servers',
  'skills',
  'enable_codemode',
  'approvals',
  'max_steps',
  'temperature',
  'agents',
  'offer_as_tool',
  'durable',
  'output_schema',
]);

/** What a failed save says of each field; undefined when some of it is about no field. */
export function refusalsOf(cause: unknown): FieldErrors | undefined {
  if (cause instanceof FieldError) return { [cause.field]: [cause.message] };
  const { code, detail, errors = [] } = problemOf(cause);
  if (code === 'agent-exists') return { id: [detail] };
  const parts = errors.map(({ path, message }) => {
    const [field = '', ...rest] = path.split('.');
    return { field, text: rest.length ? `${rest.join('.')}: ${message}` : message };
  });
  if (!parts.length || parts.some(({ field }) => !FIELDS.has(field))) return undefined;
  const groups = Map.groupBy(parts, ({ field }) => field);
  return Object.fromEntries([...groups].map(([field, group]) => [field, group.map(({ text }) => text)]));
}
