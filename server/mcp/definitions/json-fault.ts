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

/** What to write instead of what stands at a fault, where that is a usual mistake; begins with a colon, or is empty. */
export function hintAt(json: string, fault: number, message: string): string {
  if (/escape/i.test(message)) return ': write \\\\ for each backslash of a path';
  const mark = json.charAt(fault);
  if (/[\u2018-\u201f\u2032\u2033\u00ab\u00bb\uff02]/.test(mark)) return `: ${mark} is a typographic quote, write "`;
  return mark === "'" ? `: write " in place of '` : '';
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
