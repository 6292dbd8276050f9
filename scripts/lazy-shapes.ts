/**
 * Lets the bundled server make the fields of its schemas when they are first read: making them all was a third of a start. Zod takes
 * a field that is a getter, asks it once, and derives other objects from it without asking.
 */
import type { Plugin } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';

/** What takes the fields of a schema as its first argument. */
const TAKES_FIELDS = /^(object|looseObject|strictObject|extend|safeExtend)$/;
/** What means something else inside a getter. */
const NOT_INSIDE = /\b(this|await|yield|arguments)\b/;

/** A node of a syntax tree, of which the fields that matter here are looked at one by one. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** Rewrites our own modules, as {@link makeLazy} does. */
export const lazyShapes: Plugin = {
  name: 'lazy-shapes',
  transform: {
    filter: {
      id: /^(?!.*\/node_modules\/)[^\0]+\.ts$/,
      code: /\.(object|looseObject|strictObject|extend|safeExtend)\(/,
    },
    handler: makeLazy,
  },
};

/** Makes a getter of each field of a schema that is made by a call: `{ id: z.string() }` becomes `{ get id() { return z.string(); } }`. */
export function makeLazy(code: string): string {
  let done = 0;
  let text = '';
  const edits = [...findFields(parseAst(code, { lang: 'ts' }))]
    .flatMap(({ start, key, value }) => [
      { start, end: value.start, text: `get ${code.slice(key.start, key.end)}() { return ` },
      { start: value.end, end: value.end, text: '; }' },
    ])
    .toSorted((a, b) => a.start - b.start);
  for (const edit of edits) {
    text += code.slice(done, edit.start) + edit.text;
    done = edit.end;
  }
  return text + code.slice(done);

  function* findFields(node: unknown): Generator<{ start: number; key: Node; value: Node }> {
    if (Array.isArray(node)) {
      for (const each of node) yield* findFields(each);
      return;
    }
    if (!isNode(node)) return;
    for (const property of fieldsOf(node)) {
      const { key, value } = property;
      if (!isNode(key) || !isNode(value) || property.computed || property.method || property.kind !== 'init') continue;
      const isMade = value.type === 'CallExpression' && !NOT_INSIDE.test(code.slice(value.start, value.end));
      if (isMade) yield { start: property.start, key, value };
    }
    for (const child of Object.values(node)) yield* findFields(child);
  }
}

/** The properties of the object that a call is given for the fields of a schema. */
function fieldsOf({ type, callee, arguments: args }: Node): Node[] {
  if (type !== 'CallExpression' || !isNode(callee) || !isNode(callee.property) || !Array.isArray(args)) return [];
  const [fields] = args;
  if (!TAKES_FIELDS.test(String(callee.property.name)) || !isNode(fields) || fields.type !== 'ObjectExpression')
    return [];
  return Array.isArray(fields.properties)
    ? fields.properties.filter(isNode).filter((each) => each.type === 'Property')
    : [];
}

/** Whether a value of a syntax tree is a node. */
export const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;
