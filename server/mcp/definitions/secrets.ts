/** Keeps secret values out of everything people and logs are shown. */

const SECRET_NAME =
  /token|secret|passw|pwd|api[-_]?key|apikey|access[-_]?key|private|credential|cookie|session|auth|bearer|dsn|(^|[-_])(key|pat)$/i;
const SECRET_VALUE = /^(?:sk|pk|tvly|ghp|gho|ghs|github_pat|glpat|hf|xox[a-z])[-_]\S{8,}$|^Bearer \S+$/;
const MASK = '***';

/** Whether something of this name is likely to be a secret. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name);

/** Whether a text has the form of a key or a token of a known kind. */
export const isSecretValue = (value: string): boolean => SECRET_VALUE.test(value);

/** What stands in for a literal secret: `name` is what the secret is called where it was found. */
type StandIn = (name: string, value: string) => string;

const mask: StandIn = () => MASK;
const isReference = (value: string) => value.replace(/\$\{[^}]*\}/g, '').trim() === '';

/** Arguments as people may see them: literal secrets masked, `${VAR}` kept. */
export const maskArguments = (args: readonly string[]): string[] => replaceSecretArguments(args, mask);

/** A URL as people may see it: no password, no secret query value; `${VAR}` kept. */
export const maskUrl = (url: string): string => replaceSecretsInUrl(url, mask);

/** Arguments with each literal secret replaced: `--token=x`, `--token x`, what looks like a known kind of key, and those in URLs. */
export function replaceSecretArguments(args: readonly string[], standIn: StandIn): string[] {
  const replace: StandIn = (name, value) => (isReference(value) ? value : standIn(name, value));
  return args.map((arg, index) => {
    const [, flag, value] = /^(-{0,2}[\w.-]+=)(.*)$/s.exec(arg) ?? [];
    if (flag && value !== undefined && (isSecretName(flag.slice(0, -1)) || isSecretValue(value))) {
      return flag + replace(flag.slice(0, -1), value);
    }
    const before = args[index - 1] ?? '';
    const isValueOfSecretFlag = /^--?[\w.-]+$/.test(before) && isSecretName(before) && !arg.startsWith('-');
    if (isValueOfSecretFlag) return replace(before, arg);
    if (isSecretValue(arg)) return replace('key', arg);
    return arg.includes('://') ? replaceSecretsInUrl(arg, standIn) : arg;
  });
}

/** A URL with its password and each secret query value replaced. */
export function replaceSecretsInUrl(url: string, standIn: StandIn): string {
  const replace: StandIn = (name, value) => (isReference(value) ? value : standIn(name, value));
  return url
    .replace(/:\/\/([^/?#\s]*)@/, (_all, user: string) => `://${replace('user', user)}@`)
    .replace(/([?&])([^=&#\s]+)=([^&#\s]*)/g, (all, mark: string, name: string, value: string) =>
      isSecretName(name) || isSecretValue(value) ? `${mark}${name}=${replace(name, value)}` : all,
    );
}

/**
 * Replaces each of `secrets` in a text, and each line of one that has several: they may come one by one. Values of fewer than four
 * characters hide nothing and would garble the text.
 */
export function createRedactor(secrets: Iterable<string>): (text: string) => string {
  const parts = [...secrets].flatMap((secret) => [secret, ...linesOf(secret)]);
  const values = [...new Set(parts)].filter((value) => value.length >= 4).sort((a, b) => b.length - a.length);
  if (values.length === 0) return (text) => text;
  return (text) => values.reduce((rest, value) => rest.replaceAll(value, MASK), text);
}

// Short lines, such as a brace, are no secret, and stand in other texts too.
const linesOf = (secret: string): string[] =>
  secret
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.length >= 8 && line !== secret);
