/**
 * Leaves what the contract tells readers about its schemas out of the bundled server, which serves the document that was made of it: each
 * `.meta()` makes the schema a second time, which was a tenth of what a start takes.
 */
import type { Plugin } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';
import { isNode, type Node } from './lazy-shapes.ts';

/** Rewrites the modules of the contract, as {@link dropMeta} does. */
export const withoutMeta: Plugin = {
  name: 'without-meta',
  transform: {
    filter: { id: /\/contract\/[^/]+\.ts$/, code: /\.meta\(/ },
    handler: dropMeta,
  },
};

/** Takes the calls that give a schema its description out of a text: `z.string().meta({ description })` becomes `z.string()`. */
export function dropMeta(code: string): string {
  let done = 0;
  let text = '';
  for (const { start, end } of [...findMeta(parseAst(code, { lang: 'ts' }))].toSorted((a, b) => a.start - b.start)) {
    text += code.slice(done, start);
    done = end;
  }
  return text + code.slice(done);
}

function* findMeta(node: unknown): Generator<{ start: number; end: number }> {
  if (Array.isArray(node)) {
    for (const each of node) yield* findMeta(each);
    return;
  }
  if (!isNode(node)) return;
  const schema = describedBy(node);
  if (schema) {
    yield { start: schema.end, end: node.end };
    yield* findMeta(schema);
    return;
  }
  for (const child of Object.values(node)) yield* findMeta(child);
}

/** The schema that a call describes. Without arguments such a call reads. */
function describedBy({ type, callee, arguments: args }: Node): Node | undefined {
  if (type !== 'CallExpression' || !isNode(callee) || !isNode(callee.property) || !isNode(callee.object))
    return undefined;
  return callee.property.name === 'meta' && !callee.computed && Array.isArray(args) && args.length === 1
    ? callee.object
    : undefined;
}
