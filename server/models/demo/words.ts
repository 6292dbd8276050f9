/** Words as the demo model compares them: without inflection, without fillers, and with the commonest synonyms made one. */

const fillers = new Set(
  `a an the this that these those there here is are was were be been am do does did has have had can could would will should
  you your please me my mine i we us our it its of in on at to into for from with by about as and or also then not what whats
  which who how much tell give get show let lets want need like know use using call invoke tool function now today's right
  hello hi hey thanks thank ok okay so just some any all s t m re ll d value result following`
    .split(/\s+/)
    .filter(Boolean),
);

const synonyms = [
  ['calculate', 'calculator', 'compute', 'evaluate', 'math', 'arithmetic', 'multiply', 'divide', 'subtract', 'solve'],
  ['sum', 'add', 'plus', 'addition', 'total'],
  ['time', 'clock', 'hour', 'date', 'day', 'today'],
  ['stats', 'statistics', 'count', 'many'],
  ['echo', 'repeat', 'say'],
  ['character', 'letter'],
  ['image', 'picture', 'photo', 'logo', 'icon'],
  ['env', 'environment', 'variable'],
  ['directory', 'folder', 'dir'],
  ['list', 'ls'],
  ['write', 'save', 'store'],
  ['delete', 'remove', 'erase'],
  ['search', 'find', 'look'],
  ['create', 'make'],
  ['trigger', 'start', 'launch'],
  ['move', 'rename'],
  ['read', 'open', 'cat', 'view'],
  ['long', 'slow'],
];

const suffixes = [
  'ations',
  'ation',
  'ating',
  'ated',
  'ates',
  'ate',
  'ings',
  'ing',
  'ies',
  'ied',
  'ed',
  'es',
  's',
  'e',
  'y',
];
const canonical = new Map(synonyms.flatMap(([first = '', ...rest]) => rest.map((word) => [stem(word), stem(first)])));

/** A word of a text: how it is compared, and where it stands. */
export interface Word {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

/** The words of `text` that carry meaning, in order. */
export function findWords(text: string): Word[] {
  return [...text.matchAll(/[\p{L}]+/gu)]
    .filter(([word]) => !fillers.has(word.toLowerCase()))
    .map(({ 0: word, index }) => ({ key: keyOf(word), start: index, end: index + word.length }));
}

/** The keys of the words in a name such as `get-sum`, `includeImage` or `read_file`, in order. */
export function keysOfName(name: string): string[] {
  return findWords(name.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')).map(({ key }) => key);
}

function keyOf(word: string): string {
  const stemmed = stem(word);
  return canonical.get(stemmed) ?? stemmed;
}

function stem(word: string): string {
  const lower = word.toLowerCase();
  const suffix = suffixes.find((each) => lower.endsWith(each) && lower.length - each.length >= 3);
  if (!suffix) return lower;
  const rest = lower.slice(0, -suffix.length);
  return /^(ing|ed)s?$/.test(suffix) ? rest.replace(/([bdgmnprt])\1$/, '$1') : rest;
}
