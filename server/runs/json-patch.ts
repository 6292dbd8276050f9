/** Finds how one JSON value becomes another, as a JSON Patch (RFC 6902). */

/** One operation of a patch. */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** The operations that turn `before` into `after`; none when they are equal. Both are JSON. */
export function diffJson(before: unknown, after: unknown, path = ''): PatchOperation[] {
  if (before === after) return [];
  if (Array.isArray(before) && Array.isArray(after)) return diffArrays(before, after, path);
  if (isObject(before) && isObject(after)) return diffObjects(before, after, path);
  return [{ op: 'replace', path, value: after }];
}

type JsonObject = Readonly<Record<string, unknown>>;

function diffObjects(before: JsonObject, after: JsonObject, path: string): PatchOperation[] {
  const at = (key: string) => `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const removed = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  return [
    ...removed.map((key): PatchOperation => ({ op: 'remove', path: at(key) })),
    ...Object.entries(after).flatMap(([key, value]) =>
      Object.hasOwn(before, key)
        ? diffJson(before[key], value, at(key))
        : [{ op: 'add' as const, path: at(key), value }],
    ),
  ];
}

// Element by element: an element put in front of a list rewrites it, which is right, though not the shortest way.
function diffArrays(before: readonly unknown[], after: readonly unknown[], path: string): PatchOperation[] {
  const kept = Math.min(before.length, after.length);
  const removed = Array.from(
    { length: before.length - kept },
    (_, index): PatchOperation => ({
      op: 'remove',
      path: `${path}/${before.length - 1 - index}`,
    }),
  );
  return [
    ...after.slice(0, kept).flatMap((value, index) => diffJson(before[index], value, `${path}/${index}`)),
    ...removed,
    ...after.slice(kept).map((value): PatchOperation => ({ op: 'add', path: `${path}/-`, value })),
  ];
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a patch makes of a value, which stays as it is. The patch is one that {@link diffJson} has made. */
export function applyPatch(value: unknown, patch: readonly PatchOperation[]): unknown {
  const root = { value: structuredClone(value) };
  for (const operation of patch) {
    const path = operation.path.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = path.at(-1) ?? '';
    const parent: unknown = path.slice(1, -1).reduce((at: unknown, key) => Object(at)[key], root.value);
    if (operation.path === '') root.value = 'value' in operation ? operation.value : undefined;
    else if (Array.isArray(parent)) applyToArray(parent, last, operation);
    else if (isObject(parent)) {
      if (operation.op === 'remove') Reflect.deleteProperty(parent, last);
      else
        Object.defineProperty(parent, last, {
          value: operation.value,
          enumerable: true,
          configurable: true,
          writable: true,
        });
    }
  }
  return root.value;
}

function applyToArray(array: unknown[], key: string, operation: PatchOperation): void {
  const index = key === '-' ? array.length : Number(key);
  if (operation.op === 'remove') array.splice(index, 1);
  else array.splice(index, operation.op === 'replace' ? 1 : 0, operation.value);
}

/** Whether a value is an operation that {@link diffJson} makes. */
export const isPatchOperation = (value: unknown): value is PatchOperation => {
  const { op, path } = Object(value);
  return typeof path === 'string' && (op === 'remove' || op === 'add' || op === 'replace');
};
