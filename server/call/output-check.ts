/** Checks what handlers return against what their endpoints declare. */
import { z } from 'zod';
import { ApiError } from './errors.ts';
import { isLasting, lasting } from './lasting.ts';
import { toValidationError } from './validation-error.ts';

/** A log of faults of this server; pino is one. */
export interface OutputLog {
  error(details: object, message: string): void;
}

/** A handler that returned what its endpoint does not declare. */
class UndeclaredOutputError extends Error {
  override readonly name = 'UndeclaredOutputError';
}

/** Returns what is declared of a value; throws when that is not all there. */
export function createOutputCheck(name: string, output: z.ZodType): (value: unknown) => unknown {
  return (value) => {
    const { success, data, error } = output.safeParse(value);
    if (success) return data;
    throw new ApiError('internal', 'Internal Server Error', { cause: toUndeclared(name, error) });
  };
}

/** How many faults of one endpoint are told. */
const MAX_TOLD = 100;

/**
 * The same for an answer that holds lists: an item that does not fit is left out, and the log says so once; the rest is worth more than
 * nothing.
 */
export function createAnswerCheck(name: string, declared: z.ZodType, log: OutputLog): (value: unknown) => unknown {
  let output: z.ZodType | undefined;
  const check = createOutputCheck(name, declared);
  const told = new Set<string>();
  const before = new WeakMap<object, unknown>();
  return (value) => {
    if (isLasting(value) && before.has(value)) return before.get(value);
    // Made by the first answer: most endpoints of a server that has just started are asked much later, or never.
    output ??= withCheckedItems(declared);
    const { success, data } = output.safeParse(value);
    if (success) return isLasting(value) ? keep(before, value, data) : data;
    const { data: rightAfterAll, error } = declared.safeParse(value);
    if (!error) return rightAfterAll;
    const paths = error.issues.map(({ path }) =>
      path.slice(0, path.findLastIndex((key) => typeof key === 'number') + 1),
    );
    // What is wrong outside of all lists is wrong as a whole.
    if (paths.some((path) => !path.length)) return check(value);
    const rest = check(withoutItems(value, paths));
    const items = [...new Set(paths.map((path) => path.join('.') + idOf(value, path)))];
    const news = items.filter((item) => !told.has(item));
    if (!news.length || told.size >= MAX_TOLD) return rest;
    for (const item of news) told.add(item);
    log.error(
      { err: toUndeclared(name, error), items: news.slice(0, 20) },
      'an answer left out what is not as declared',
    );
    return rest;
  };
}

/** Keeps what is declared of a lasting value, which is lasting, too. */
function keep(known: WeakMap<object, unknown>, value: object, data: unknown): unknown {
  known.set(value, typeof data === 'object' && data !== null ? lasting(data) : data);
  return data;
}

/** The same schema, but that lasting items of the lists in an object are checked once. What is wrong with others it does not say. */
function withCheckedItems(output: z.ZodType): z.ZodType {
  if (!(output instanceof z.ZodObject) || output.def.checks?.length) return output;
  const lists = Object.entries(output.shape).flatMap(([key, field]) =>
    field instanceof z.ZodArray && !field.def.checks?.length ? [[key, z.array(checkedOnce(field.element))]] : [],
  );
  return lists.length ? output.extend(Object.fromEntries(lists)) : output;
}

function checkedOnce(schema: z.core.$ZodType): z.ZodType {
  const before = new WeakMap<object, unknown>();
  return z.unknown().transform((item, context) => {
    if (isLasting(item) && before.has(item)) return before.get(item);
    const { success, data } = z.safeParse(schema, item);
    if (success) return isLasting(item) ? keep(before, item, data) : data;
    context.addIssue('not as declared');
    return z.NEVER;
  });
}

type Path = readonly PropertyKey[];

/** The value without the items of lists that stand at `paths`. */
function withoutItems(value: unknown, paths: readonly Path[]): unknown {
  if (!paths.length) return value;
  const below = Map.groupBy(paths, ([key]) => key);
  const childOf = (key: PropertyKey, child: unknown) =>
    withoutItems(
      child,
      (below.get(key) ?? []).map((path) => path.slice(1)),
    );
  if (Array.isArray(value)) {
    const isGone = (index: number) => below.get(index)?.some((path) => path.length === 1) ?? false;
    return value.flatMap((item, index) => (isGone(index) ? [] : [childOf(index, item)]));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, childOf(key, child)]));
}

/** The id of the item at a path, in brackets; empty when it has none. */
function idOf(value: unknown, path: Path): string {
  const item = path.reduce((parent: unknown, key) => Object(parent)[key], value);
  const id: unknown = Object(item).id;
  return typeof id === 'string' ? ` (${id.slice(0, 300)})` : '';
}

const toUndeclared = (name: string, error: z.core.$ZodError) =>
  new UndeclaredOutputError(`${name} returned ${toValidationError(error, 'output').message}`);
