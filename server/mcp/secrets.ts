/** Keeps secret values out of everything people and logs are shown. */

const SECRET_NAME =
  /token|secret|passw|pwd|api[-_]?key|apikey|access[-_]?key|private|credential|cookie|session|auth|bearer|dsn|(^|[-_])(key|pat)$/i;
const SECRET_VALUE = /^(?:sk|pk|tvly|ghp|gho|ghs|github_pat|glpat|hf|xox[a-z])[-_]\S{8,}$|^Bearer \S+$/;
const MASK = '***';

/** Whether something of this name is likely to be a secret. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name);

/** `value` when it is nothing but references, else the mask. */
const mask = (value: string) => (value.replace(/\$\{[^}]*\}/g, '').trim() === '' ? value : MASK);

/** Arguments as people may see them: literal secrets masked, `${VAR}` kept. */
export function maskArguments(args: readonly string[]): string[] {
  return args.map((arg, index) => {
    const [, flag, value] = /^(-{0,2}[\w.-]+=)(.*)$/s.exec(arg) ?? [];
    if (flag && value !== undefined && (isSecretName(flag.slice(0, -1)) || SECRET_VALUE.test(value))) {
      return flag + mask(value);
    }
    const before = args[index - 1];
    const isValueOfSecretFlag =
      before !== undefined && /^--?[\w.-]+$/.test(before) && isSecretName(before) && !arg.startsWith('-');
    if (isValueOfSecretFlag || SECRET_VALUE.test(arg)) return mask(arg);
    return arg.includes('://') ? maskUrl(arg) : arg;
  });
}

/** A URL as people may see it: no password, no secret query value; `${VAR}` kept. */
export function maskUrl(url: string): string {
  return url
    .replace(/:\/\/([^/?#\s]*)@/, (_all, user: string) => `://${mask(user)}@`)
    .replace(/([?&])([^=&#\s]+)=([^&#\s]*)/g, (all, mark: string, name: string, value: string) =>
      isSecretName(name) || SECRET_VALUE.test(value) ? `${mark}${name}=${mask(value)}` : all,
    );
}

/** Replaces each of `secrets` in a text. Values of fewer than four characters hide nothing and would garble the text. */
export function createRedactor(secrets: Iterable<string>): (text: string) => string {
  const values = [...new Set(secrets)].filter((value) => value.length >= 4).sort((a, b) => b.length - a.length);
  if (values.length === 0) return (text) => text;
  return (text) => values.reduce((rest, value) => rest.replaceAll(value, MASK), text);
}
