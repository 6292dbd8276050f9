/** Makes of a definition what is really run: expands its references and puts the environment of the child together. */
import { ApiError } from '../../call/errors.ts';
import { describeMissing } from '../definitions/editor-variables.ts';
import { expand, type Lookup } from '../definitions/expand.ts';
import { isSecretName, isSecretValue, replaceSecretArguments, replaceSecretsInUrl } from '../definitions/secrets.ts';
import { type Launch, mapTexts, type ServerDefinition } from '../definitions/server-definition.ts';

/** Variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Command or address of a server with every variable in its place, as it is really run. */
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

/** The variables a server needs that neither `own` nor `environment` sets. Starts nothing. */
export function missingVariables(definition: ServerDefinition, own: Variables, environment: Variables): string[] {
  const { requiredEnvVars, withheld = {} } = definition;
  return requiredEnvVars.filter((name) => !own[name] && !withheld[name] && !environment[name]);
}

/** Expands a definition. `own` are variables for this server alone. Throws, naming them, when variables are missing. */
export function resolveLaunch(definition: ServerDefinition, own: Variables, environment: Variables): ResolvedLaunch {
  const { withheld = {} } = definition;
  const secrets = new Set([...defined(own), ...defined(withheld)].map(([, value]) => value));
  const missing = new Set(missingVariables(definition, own, environment));
  const lookup: Lookup = (name) => {
    const value = own[name] || withheld[name] || environment[name];
    if (value && isSecretName(name)) secrets.add(value);
    return value;
  };
  const expanded = mapTexts(definition.launch, (text) => expand(text, lookup, missing));
  if (missing.size > 0) {
    throw new ApiError('mcp-variables-missing', `MCP server '${definition.id}' ${describeMissing([...missing])}`);
  }
  const launch: Launch =
    expanded.type === 'stdio'
      ? { ...expanded, env: { ...inherited(environment), ...expanded.env, ...Object.fromEntries(defined(own)) } }
      : expanded;
  for (const secret of writtenSecrets(launch, definition.launch)) secrets.add(secret);
  return { launch, secrets: [...secrets] };
}

/**
 * The secrets in a launch whose definition is `written`. They are masked where the definition is shown, so they must not come back in what the
 * server writes to its standard error.
 */
function writtenSecrets(launch: Launch, written: Launch): string[] {
  const secrets: string[] = [];
  const collect = (_name: string, value: string) => {
    secrets.push(value);
    return value;
  };
  const values = launch.type === 'stdio' ? launch.env : launch.headers;
  for (const name of Object.keys(written.type === 'stdio' ? written.env : written.headers)) {
    const value = values[name];
    if (!value) continue;
    // Every header value counts: a custom one is as likely to hold a key as Authorization is.
    if (launch.type !== 'stdio' || isSecretName(name) || isSecretValue(value)) secrets.push(value);
    else replaceSecretsInUrl(value, collect);
  }
  if (launch.type === 'stdio') replaceSecretArguments(launch.args, collect);
  else replaceSecretsInUrl(launch.url, collect);
  return secrets;
}

const inherited = (environment: Variables) =>
  Object.fromEntries(INHERITED.map((name) => [name, environment[name]] as const).filter(isDefined));
const defined = (variables: Variables) => Object.entries(variables).filter(isDefined);
const isDefined = (entry: readonly [string, string | undefined]): entry is [string, string] => entry[1] !== undefined;
