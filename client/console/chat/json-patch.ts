/** Changes JSON by a JSON Patch (RFC 6902), as events of AG-UI tell changes. */
type Fields = Readonly<Record<string, unknown>>;

/** A patch does not fit the value that it is to change. */
class PatchError extends Error {
  override readonly name = 'PatchError';
}

/** The value with the patch; the one given is not changed. Throws where an operation does not fit it. */
export function patched(value: unknown, patch: readonly unknown[]): unknown {
  let root: unknown = structuredClone(value);
  for (const one of patch) root = change(root, isFields(one) ? one : {});
  return root;
}

function change(root: unknown, operation: Fields): unknown {
  const { op, path, from, value } = operation;
  const at = toSteps(path);
  switch (op) {
    case 'add':
      return put(root, at, structuredClone(value), true);
    case 'replace':
      read(root, at);
      return put(root, at, structuredClone(value), false);
    case 'remove':
      return remove(root, at);
    case 'copy':
      return put(root, at, structuredClone(read(root, toSteps(from))), true);
    case 'move':
      return put(remove(structuredClone(root), toSteps(from)), at, read(root, toSteps(from)), true);
    case 'test':
      if (JSON.stringify(read(root, at)) !== JSON.stringify(value)) throw new PatchError(`${path} is another value`);
      return root;
    default:
      throw new PatchError(`There is no operation ${String(op)}`);
  }
}

function toSteps(path: unknown): string[] {
  if (typeof path !== 'string' || (path !== '' && !path.startsWith('/'))) throw new PatchError('A path is no path');
  return path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(root: unknown, steps: readonly string[]): unknown {
  let value = root;
  for (const step of steps) {
    if (!(Array.isArray(value) || isFields(value)) || !Object.hasOwn(value, step)) {
      throw new PatchError(`There is nothing at /${steps.join('/')}`);
    }
    value = Reflect.get(value, step);
  }
  return value;
}

function put(root: unknown, steps: readonly string[], value: unknown, isInserted: boolean): unknown {
  const last = steps.at(-1);
  if (last === undefined) return value;
  const parent = read(root, steps.slice(0, -1));
  if (Array.isArray(parent)) {
    const index = last === '-' ? parent.length : Number(last);
    if (!(index >= 0 && index <= parent.length)) throw new PatchError(`There is no place ${last} in a list`);
    parent.splice(index, isInserted ? 0 : 1, value);
  } else if (isFields(parent)) {
    // Not by assignment: a property may be called `__proto__`.
    Object.defineProperty(parent, last, { value, writable: true, enumerable: true, configurable: true });
  } else throw new PatchError(`There is nothing to hold ${last}`);
  return root;
}

function remove(root: unknown, steps: readonly string[]): unknown {
  const last = steps.at(-1);
  read(root, steps);
  if (last === undefined) return null;
  const parent = read(root, steps.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (isFields(parent)) Reflect.deleteProperty(parent, last);
  return root;
}

/** Whether a value is a JSON object. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
