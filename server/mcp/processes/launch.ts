/** From a definition to what is really run: references expanded, the environment of the child put together. */
import { ApiError } from '../../call/errors.ts';
import { expand, type Lookup } from '../definitions/expand.ts';
import { isSecretName, isSecretValue, replaceSecretArguments, replaceSecretsInUrl } from '../definitions/secrets.ts';
import type { Launch, ServerDefinition } from '../definitions/server-definition.ts';

/** Variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

export interface ResolvedLaunch {
  readonly launch: Launch;
  /** The values in it that no log, error or answer may show. */
  readonly secrets: readonly string[];
}

// What a child inherits: enough to find its programs, its home and its way through a company's network. Nothing else of this server's
// environment, which holds the keys of every other server.
const INHERITED = [
  ...['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'],
  ...['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO'],
  ...(process.platform === 'win32'
    ? [
        'APPDATA',
        'HOMEDRIVE',
        'HOMEPATH',
        'LOCALAPPDATA',
        'PATHEXT',
        'PROGRAMFILES',
        'SYSTEMDRIVE',
        'SYSTEMROOT',
        'TEMP',
      ]
    : []),
];

/** The variables a server needs that neither `given` nor `environment` sets. Starts nothing. */
export function missingVariables(definition: ServerDefinition, given: Variables, environment: Variables): string[] {
  const { requiredEnvVars, withheld = {} } = definition;
  return requiredEnvVars.filter((name) => !given[name] && !withheld[name] && !environment[name]);
}

/** Expands a definition. `given` are variables for this server alone. Throws, naming them, when variables are missing. */
export function resolveLaunch(definition: ServerDefinition, given: Variables, environment: Variables): ResolvedLaunch {
  const { withheld = {} } = definition;
  const secrets = new Set([...defined(given), ...defined(withheld)].map(([, value]) => value));
  const missing = new Set(missingVariables(definition, given, environment));
  const lookup: Lookup = (name) => {
    const value = given[name] || withheld[name] || environment[name];
    if (value && isSecretName(name)) secrets.add(value);
    return value;
  };
  const text = (value: string) => expand(value, lookup, missing);
  const texts = (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, text(value)]));
  const { launch: written } = definition;
  const launch: Launch =
    written.type === 'stdio'
      ? {
          type: 'stdio',
          command: text(written.command),
          args: written.args.map(text),
          env: { ...inherited(environment), ...texts(written.env), ...Object.fromEntries(defined(given)) },
          cwd: written.cwd === undefined ? undefined : text(written.cwd),
        }
      : { type: written.type, url: text(written.url), headers: texts(written.headers) };
  if (missing.size > 0) {
    const names = [...missing].join(', ');
    throw new ApiError('mcp-variables-missing', `MCP server '${definition.id}' needs ${names} to be set`);
  }
  // Masked where arguments and URLs are shown, so it must not come back in what the server writes to its standard error.
  const collect = (_name: string, value: string) => {
    secrets.add(value);
    return value;
  };
  const named = launch.type === 'stdio' ? launch.env : launch.headers;
  for (const name of Object.keys(written.type === 'stdio' ? written.env : written.headers)) {
    const value = named[name];
    if (!value) continue;
    // Every header value counts: a custom one is as likely to hold a key as Authorization is.
    if (launch.type !== 'stdio' || isSecretName(name) || isSecretValue(value)) secrets.add(value);
    else replaceSecretsInUrl(value, collect);
  }
  if (launch.type === 'stdio') replaceSecretArguments(launch.args, collect);
  else replaceSecretsInUrl(launch.url, collect);
  return { launch, secrets: [...secrets] };
}

const inherited = (environment: Variables) =>
  Object.fromEntries(INHERITED.map((name) => [name, environment[name]] as const).filter(isDefined));
const defined = (variables: Variables) => Object.entries(variables).filter(isDefined);
const isDefined = (entry: readonly [string, string | undefined]): entry is [string, string] => entry[1] !== undefined;
