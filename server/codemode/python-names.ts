/** Names of servers, tools and arguments as Python can write them. */

const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global if import in is ' +
    'lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

/** The identifier nearest to a text: `tavily-search` is `tavily_search`, `2d` is `_2d`, `from` is `from_`. */
export function toPythonName(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9_]/g, '_');
  const named = /[A-Za-z0-9]/.test(plain) ? plain : `unnamed${plain}`;
  // A double underscore would be mangled inside a class, and could stand for a module's own name.
  const safe = /^[0-9]/.test(named) ? `_${named}` : named.startsWith('__') ? `x${named}` : named;
  return KEYWORDS.has(safe) ? `${safe}_` : safe;
}

/** An identifier for each text, no two the same and none of `taken`. A text that is an identifier keeps it before others get it. */
export function toUniquePythonNames(texts: Iterable<string>, taken: Iterable<string> = []): Map<string, string> {
  const used = new Set(taken);
  const names = new Map<string, string>();
  const isExact = (text: string) => toPythonName(text) === text;
  const sorted = [...new Set(texts)].toSorted((a, b) => Number(isExact(b)) - Number(isExact(a)) || (a < b ? -1 : 1));
  for (const text of sorted) {
    const base = toPythonName(text);
    let name = base;
    for (let number = 2; used.has(name); number++) name = `${base}_${number}`;
    used.add(name);
    names.set(text, name);
  }
  return names;
}
