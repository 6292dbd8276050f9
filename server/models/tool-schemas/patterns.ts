/** Which regular expressions providers can read. */

/** Whether JavaScript can read it, which is what JSON Schema asks for. */
export const isValidPattern = (pattern: string): boolean => compiles(pattern, 'u') || compiles(pattern, '');

// Escapes of letters that all languages read alike; what any other letter means, or whether it may be escaped, differs.
const COMMON_ESCAPES = /[bBdDsSwWnrtfvx]/;

/** Whether it is made only of what Python, Go and JavaScript read alike: without lookarounds, groups with names, and escapes of few. */
export function isCommonPattern(pattern: string): boolean {
  const escaped = [...pattern.matchAll(/\\(.)/gs)].map(([, character = '']) => character);
  const hasRareEscape = escaped.some((character) => /[A-Za-z0-9]/.test(character) && !COMMON_ESCAPES.test(character));
  const hasSpecialGroup = /\(\?(?!:)/.test(pattern.replace(/\\./gs, ''));
  return isValidPattern(pattern) && !hasRareEscape && !hasSpecialGroup;
}

function compiles(pattern: string, flags: string): boolean {
  try {
    new RegExp(pattern, flags);
    return true;
  } catch {
    return false;
  }
}
