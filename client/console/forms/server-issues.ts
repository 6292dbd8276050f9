/** What servers say is wrong with arguments, at the fields it is said of. */
import { canShow, isRecord, type Path } from './form-values.ts';
import type { Field } from './schema-fields.ts';

/** One thing that is wrong, and where. */
export interface Issue {
  readonly path: Path;
  readonly message: string;
}

const MAX_ISSUES = 50;

/**
 * The issues in the text of a failed call: of zod's list of issues or of a line for each, as servers of the TypeScript SDK say it, of
 * Pydantic's lines, as those of Python say it, and of ajv's errors. Empty when there is none in it.
 */
export function readIssues(text: string): Issue[] {
  return (readJsonIssues(text) ?? readSdkIssues(text) ?? readPydanticIssues(text)).slice(0, MAX_ISSUES);
}

function readJsonIssues(text: string): Issue[] | undefined {
  const start = text.indexOf('[');
  const end = text.lastIndexOf(']');
  if (start < 0 || end < start) return undefined;
  const found = parse(text.slice(start, end + 1));
  if (!Array.isArray(found)) return undefined;
  const issues = found.flatMap((one): Issue[] => {
    if (!isRecord(one) || typeof one.message !== 'string') return [];
    if (Array.isArray(one.path)) return [{ path: one.path.filter(isStep), message: one.message }];
    if (typeof one.instancePath !== 'string') return [];
    return [{ path: readPointer(one.instancePath), message: one.message }];
  });
  return issues.length ? issues : undefined;
}

/** `Invalid arguments for tool x: …`, a line for each, with ` at ` and the place at its end. */
function readSdkIssues(text: string): Issue[] | undefined {
  const said = /Invalid arguments for tool [^:]*: (.*)/s.exec(text)?.[1];
  return said?.split('\n').map((line) => {
    const [, message = line, place = ''] = /^(.*) at (\S+)$/.exec(line) ?? [];
    return { path: readPlace(place), message };
  });
}

/** `2 validation errors for …`, then each as a line with its place and an indented line with what is wrong. */
function readPydanticIssues(text: string): Issue[] {
  if (!/validation errors? for /.test(text)) return [];
  return [...text.matchAll(/^([\w.-]+)\n {2}(.+?)(?: \[type=.*)?$/gm)].map(([, place = '', message = '']) => ({
    path: readPlace(place),
    message,
  }));
}

/** The path of a place such as `servers.0.port` or `servers[0].port`. */
export const readPlace = (place: string): Path =>
  place
    .split(/[.[\]]/)
    .filter(Boolean)
    .map(toStep);
const readPointer = (pointer: string): Path => pointer.split('/').filter(Boolean).map(toStep);
const toStep = (step: string): string | number => (/^\d+$/.test(step) ? Number(step) : step);
const isStep = (step: unknown): step is string | number => typeof step === 'string' || typeof step === 'number';

/** The messages of each field by {@link placeOf} its path: each issue is told by the deepest field there is on its way. */
export function placeIssues(form: Field, value: unknown, issues: readonly Issue[]): ReadonlyMap<string, string[]> {
  const placed = new Map<string, string[]>();
  for (const { path, message } of issues) {
    const depth = shownDepth(form, value, path);
    const rest = path.slice(depth).join('.');
    const place = placeOf(path.slice(0, depth));
    placed.set(place, [...(placed.get(place) ?? []), rest ? `${rest}: ${message}` : message]);
  }
  return placed;
}

/** A path as the key of a map. */
export const placeOf = (path: Path): string => JSON.stringify(path);

/** How many steps of a path there are fields for. */
function shownDepth(form: Field, value: unknown, path: Path): number {
  let field = form;
  let at = value;
  for (const [depth, step] of path.entries()) {
    if (!canShow(field, at)) return depth;
    const next = fieldAt(field, step);
    // An item that is not there has no field either.
    if (!next || (field.kind === 'list' && !(Array.isArray(at) && Number(step) in at))) return depth;
    // Nor have the fields of a group that was not begun.
    if (field.kind === 'group' && depth > 0 && !isRecord(at)) return depth;
    at = Array.isArray(at) ? at[Number(step)] : isRecord(at) ? at[step] : undefined;
    field = next;
  }
  return path.length;
}

function fieldAt(field: Field, step: string | number): Field | undefined {
  if (field.kind === 'list') return typeof step === 'number' ? field.item : undefined;
  return field.kind === 'group' ? field.fields.find(({ name }) => name === String(step))?.field : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
