// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables are what is written here.
/** What VS Code asks its user for, `${input:api-key}`, as variables. https://code.visualstudio.com/docs/reference/variables-reference */
import { isObject } from './config-dialects.ts';
import { JsonSyntaxError, parseJsonWithComments } from './json-with-comments.ts';

const REFERENCE = /\$\{input:([^{}"\\]+)\}/g;

/** The text of a config file with `${API_KEY}` for each `${input:api-key}`, and with the default of that input, where it has one. */
export function readEditorInputs(text: string): string {
  if (!text.includes('${input:')) return text;
  const defaults = defaultsIn(text);
  const names = new Map<string, string>();
  return text.replace(REFERENCE, (_reference, input: string) => {
    const name = names.get(input) ?? toFreeName(input, [...names.values()]);
    names.set(input, name);
    const value = defaults.get(input);
    return value === undefined ? `\${${name}}` : `\${${name}:-${JSON.stringify(value).slice(1, -1)}}`;
  });
}

/** The values that inputs have unless somebody says another; braces would end the reference. */
function defaultsIn(text: string): ReadonlyMap<string, string> {
  const file = parse(text);
  const settings = isObject(file) && isObject(file.mcp) ? file.mcp : file;
  const inputs: unknown[] = isObject(settings) && Array.isArray(settings.inputs) ? settings.inputs : [];
  return new Map(
    inputs.flatMap((input) => {
      if (!isObject(input) || typeof input.id !== 'string') return [];
      const { id, default: value } = input;
      return typeof value === 'string' && value !== '' && !/[{}]/.test(value) ? [[id, value] as const] : [];
    }),
  );
}

function parse(text: string): unknown {
  try {
    return parseJsonWithComments(text).value;
  } catch (cause) {
    if (cause instanceof JsonSyntaxError) return undefined; // whoever reads the entries says so
    throw cause;
  }
}

function toFreeName(input: string, taken: readonly string[]): string {
  const name = input.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase();
  const valid = /^[A-Z_]/.test(name) ? name : `_${name}`;
  let free = valid;
  for (let count = 2; taken.includes(free); count++) free = `${valid}_${count}`;
  return free;
}
