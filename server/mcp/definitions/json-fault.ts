const SPACE = /[ \t\r\n]*/y;
const TOKEN =
  /[{}[\]:,]|"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/uy;
const VALUE = '{["0';

/** The offset at which a text stops being JSON; its length when only more is missing. `JSON.parse` does not always say where that is. */
export function findFault(json: string): number {
  const ends: string[] = [];
  let wanted = VALUE;
  let before = '';
  for (let position = 0; ; position = TOKEN.lastIndex) {
    SPACE.lastIndex = position;
    SPACE.test(json);
    TOKEN.lastIndex = SPACE.lastIndex;
    const token = TOKEN.exec(json);
    const kind = token ? kindOf(token[0]) : 'nothing';
    if (!token || !wanted.includes(kind)) return token?.index ?? SPACE.lastIndex;
    const isKey = kind === '"' && ends.at(-1) === '}' && before !== ':';
    if (kind === '{') ends.push('}');
    else if (kind === '[') ends.push(']');
    else if (kind === '}' || kind === ']') ends.pop();
    wanted = isKey ? ':' : wantedAfter(kind, ends.at(-1));
    before = kind;
  }
}

function wantedAfter(kind: string, end: string | undefined): string {
  if (kind === '{') return '"}';
  if (kind === '[') return `${VALUE}]`;
  if (kind === ':') return VALUE;
  if (kind === ',') return end === '}' ? '"' : VALUE;
  return end === undefined ? '' : `,${end}`;
}

/** A mark or the beginning of a string as it is; `0` for any other value. */
const kindOf = (token: string) => /^[{}[\]:,"]/.exec(token)?.[0] ?? '0';
