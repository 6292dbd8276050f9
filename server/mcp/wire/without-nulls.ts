/** The fields whose value is somebody's own data: null means something there. */
const FREE = new Set([
  '_meta',
  'arguments',
  'data',
  'experimental',
  'inputSchema',
  'outputSchema',
  'requestedSchema',
  'structuredContent',
  'toolResult',
]);
/** The fields of the protocol's own in which null is a value: what a log message says, and a task that is kept for ever. */
const MAY_BE_NULL = new Set(['data', 'ttl']);
/** The objects of the protocol nest less than this. */
const MAX_DEPTH = 12;

/** An object of the protocol without the fields that are null: many libraries write null where a field is absent. */
export function withoutNulls(value: Record<string, unknown>): Record<string, unknown> {
  return dropNulls(value, 0) as Record<string, unknown>;
}

function dropNulls(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((item) => dropNulls(item, depth + 1));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, field]) => field !== null || MAY_BE_NULL.has(name))
      .map(([name, field]) => [name, FREE.has(name) ? field : dropNulls(field, depth + 1)]),
  );
}

/** Whether a value is a list of icons, each with its source. */
export const isIconList = (icons: unknown): boolean =>
  Array.isArray(icons) && icons.every((icon) => isRecord(icon) && typeof icon.src === 'string');

/** Whether a value is an object with named fields. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
