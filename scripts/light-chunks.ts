/** Makes what is bundled cheaper to load, without changing what it does. */
import type { Plugin } from 'rolldown';

const BUILTIN_IMPORT = /^import (?:([\w$]+)(?:, )?)?(?:\{ ([^}]*) \}|\* as ([\w$]+))? ?from "(node:[\w/]+)";$/gm;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what is outside of ASCII.
const NOT_ASCII = /[^\x00-\x7f]/g;

/** Rewrites each chunk but `entry`, which has to be loaded by Nodes that are too old for the rest, to say that they are. */
export const lightChunks = (entry: string): Plugin => ({
  name: 'light-chunks',
  // The last hook there is: what is printed after an earlier one has its letters back.
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type === 'chunk' && chunk.fileName !== entry) chunk.code = escapeLetters(takeFromProcess(chunk.code));
    }
  },
});

/**
 * Takes modules of Node from the process. An `import` of one makes a second module of it and reads each of its exports, which loads what
 * is loaded when it is read: the Web Crypto API of `node:crypto`, the workers of `node:util`.
 */
export function takeFromProcess(code: string): string {
  return code.replaceAll(BUILTIN_IMPORT, (_, whole?: string, names?: string, space?: string, module?: string) => {
    const taken = `globalThis.process.getBuiltinModule("${module}")`;
    const objects = [whole, space].filter((name) => name !== undefined).map((name) => `const ${name} = ${taken};`);
    return [...objects, ...(names ? [`const { ${names.replaceAll(' as ', ': ')} } = ${taken};`] : [])].join(' ');
  });
}

/** Writes letters outside of ASCII as escapes: a text that has a single one takes twice the memory, for as long as the process lives. */
export function escapeLetters(code: string): string {
  const raw = code.match(/String\.raw`[^`]*`/g)?.find((text) => text.search(NOT_ASCII) >= 0);
  // There an escape would be six letters.
  if (raw) throw new Error(`A raw text has letters outside of ASCII: ${raw}`);
  return code.replace(NOT_ASCII, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
