import { isSecretName, isSecretValue, replaceSecretArguments, replaceSecretsInUrl } from './secrets.ts';
import type { Launch } from './server-definition.ts';

/** A launch and the secrets that were taken out of it. */
export interface Withheld {
  /** Fit to be stored: no literal secret is left in it. */
  readonly launch: Launch;
  /** The value of each reference that now stands for a secret. */
  readonly values: Readonly<Record<string, string>>;
}

// What these say of a request is public; any other header may well carry a key.
const PLAIN_HEADERS = ['accept', 'accept-language', 'content-type', 'user-agent'];
const PLAIN_VALUE = /^(?:true|false|yes|no|on|off|\d{1,5}|[a-z]{1,12}|[~.]?\/[\w./@-]*)$/;

/**
 * Takes the secrets out of a launch that is going to be stored, and puts references in their place. Every value of `env` and `headers`
 * counts as a secret unless it plainly is none (a switch, a small number, a word, a path under a name that sounds of no secret) or is a
 * reference already; arguments and URLs give up what looks like a secret. `API_KEY=x` becomes `API_KEY=${API_KEY}`, so that setting that
 * variable keeps the server running over a restart.
 */
export function withholdSecrets(serverId: string, launch: Launch): Withheld {
  const values: Record<string, string> = {};
  const nameOf = (name: string) =>
    `${serverId}_${name.replace(/^-+/, '')}`.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase();
  const refer = (name: string, value: string) => {
    let unique = /^\d/.test(name) ? `_${name}` : name;
    for (let count = 2; unique in values && values[unique] !== value; count++) unique = `${name}_${count}`;
    values[unique] = value;
    return `\${${unique}}`;
  };
  const standIn = (name: string, value: string) => refer(nameOf(name), value);
  if (launch.type === 'stdio') {
    const env = Object.entries(launch.env).map(([name, value]) => [
      name,
      isPlain(name, value) ? value : refer(name, value),
    ]);
    return {
      launch: { ...launch, env: Object.fromEntries(env), args: replaceSecretArguments(launch.args, standIn) },
      values,
    };
  }
  const headers = Object.entries(launch.headers).map(([name, value]) => {
    const isPublic = PLAIN_HEADERS.includes(name.toLowerCase()) || hasReference(value);
    return [name, isPublic ? value : standIn(name, value)];
  });
  return {
    launch: { ...launch, headers: Object.fromEntries(headers), url: replaceSecretsInUrl(launch.url, standIn) },
    values,
  };
}

const hasReference = (value: string) => /\$\{[^}]+\}/.test(value);
const isPlain = (name: string, value: string) =>
  hasReference(value) || value === '' || (!isSecretName(name) && !isSecretValue(value) && PLAIN_VALUE.test(value));
