/** References to variables in the texts of a server definition: `${VAR}`, `${VAR:-default}`, `${env:VAR}`. */

// A default may itself hold references, one level deep.
const REFERENCE = /\$\{((?:[^{}]|\$\{[^{}]*\})*)\}/g;
const BODY = /^(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/** Whether a variable may have this name. */
export const isVariableName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);

/** The value of a variable, or undefined when it is not set. */
export type Lookup = (name: string) => string | undefined;

/**
 * `text` with each reference replaced. What is not set, or empty, and has no default is added to `missing`: nothing ever becomes an
 * empty text in silence. `$VAR` and `%VAR%` are no references, and references in a value are left as they are.
 */
export function expand(text: string, lookup: Lookup, missing: Set<string>): string {
  return text.replace(REFERENCE, (_reference, body: string) => {
    const [, name, fallback] = BODY.exec(body) ?? [];
    if (!name) {
      missing.add(body);
      return '';
    }
    const value = lookup(name);
    if (value) return value;
    if (fallback !== undefined) return expand(fallback, lookup, missing);
    missing.add(name);
    return '';
  });
}

/** The names that must be set for `text` to be expanded. */
export function variablesIn(text: string): string[] {
  const missing = new Set<string>();
  expand(text, () => undefined, missing);
  return [...missing];
}
