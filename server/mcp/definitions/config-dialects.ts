/**
 * How the files of editors and agents say which MCP servers there are. They agree on little but that an entry has a `command` or a URL; each
 * difference is a row here.
 */
import type { Launch } from './server-definition.ts';

/** A map of servers in a config file, and where it stands. */
export interface Section {
  readonly path: readonly string[];
  /** Entries by name, or a list of entries with names; checked by the reader. */
  readonly entries: unknown;
}

interface Place {
  readonly path: readonly string[];
  /** The path also means other things: it counts when at least one server is found there. */
  readonly isShared?: true;
}

/** Where servers stand, by whose files. */
const PLACES: readonly Place[] = [
  // Claude, Cursor, Windsurf, Gemini CLI, Cline, Copilot CLI and most others.
  { path: ['mcpServers'] },
  // VS Code: https://code.visualstudio.com/docs/copilot/reference/mcp-configuration
  { path: ['servers'] },
  // VS Code's settings, as an object and with a dotted key, and its .code-workspace files.
  { path: ['mcp', 'servers'] },
  { path: ['mcp.servers'] },
  { path: ['settings', 'mcp', 'servers'] },
  // Zed: https://zed.dev/docs/ai/mcp
  { path: ['context_servers'] },
  // Codex, whose TOML is often turned into JSON.
  { path: ['mcp_servers'] },
  { path: ['amp.mcpServers'] },
  // opencode and Crush; for Gemini CLI `mcp` holds settings. https://opencode.ai/docs/mcp-servers
  { path: ['mcp'], isShared: true },
];

/** What is told of a file that names no server in any of these ways. */
export const EXPECTED =
  'names no MCP servers: expected {"mcpServers": {"name": {"command": "…"}}}, or the same below servers, mcp.servers, mcp_servers, context_servers or mcp';

/** The fields of an entry, by the names that they have anywhere, the usual one first. */
const SPELLINGS = {
  command: ['command', 'cmd'],
  args: ['args'],
  env: ['env', 'environment', 'envs'],
  cwd: ['cwd'],
  // Gemini CLI takes `httpUrl` where there are two.
  url: ['httpUrl', 'url', 'serverUrl', 'uri'],
  headers: ['headers', 'http_headers'],
  type: ['transport', 'type', 'transportType'],
  timeout: ['timeout', 'tool_timeout_sec'],
  name: ['name'],
  description: ['description'],
  enabled: ['enabled'],
  disabled: ['disabled'],
} as const;

/** The fields that an entry says, each under one name. */
export type EntryFields = { readonly [Field in keyof typeof SPELLINGS]?: unknown };

/** The names of transports, in lower case and without marks. */
const TRANSPORTS: Readonly<Record<string, Launch['type']>> = {
  stdio: 'stdio',
  local: 'stdio',
  http: 'http',
  https: 'http',
  remote: 'http',
  streamable: 'http',
  streamablehttp: 'http',
  httpstream: 'http',
  sse: 'sse',
};

/** The transport that a name means, such as `Streamable HTTP` or `local`. */
export const transportOf = (name: string): Launch['type'] | undefined => {
  const letters = name.toLowerCase().replace(/[^a-z]/g, '');
  return Object.hasOwn(TRANSPORTS, letters) ? TRANSPORTS[letters] : undefined;
};

/** The maps of servers in a file: those in known places, or else the whole file when it is one. */
export function findSections(file: Readonly<Record<string, unknown>>): Section[] {
  const sections = PLACES.flatMap(({ path, isShared }) => {
    const entries = path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), file);
    if (entries === undefined || entries === null) return [];
    return isShared && !holdsServers(entries) ? [] : [{ path, entries }];
  });
  if (sections.length > 0 || !holdsServers(file)) return sections;
  // What stands beside servers without a section, such as `$schema`, is none.
  return [{ path: [], entries: Object.fromEntries(Object.entries(file).filter(([, value]) => isObject(value))) }];
}

const holdsServers = (entries: unknown) => isObject(entries) && Object.values(entries).some(looksLikeServer);
const looksLikeServer = (value: unknown) =>
  isObject(value) &&
  ([...SPELLINGS.command, ...SPELLINGS.url].some((name) => name in value) ||
    (typeof value.type === 'string' && transportOf(value.type) !== undefined));

/** The fields of an entry in any of these ways. What is null or an empty text is not said. */
export function readFields(entry: Readonly<Record<string, unknown>>): EntryFields {
  const { command, transport, bearer_token_env_var: bearer, env_http_headers: headerNames } = entry;
  const said: Record<string, unknown> = {
    ...entry,
    // Continue has all of it in a `transport`; older versions of Zed had the program, arguments and variables in a `command`.
    ...(isObject(transport) && { transport: undefined, ...transport }),
    ...(isObject(command) && { ...command, command: command.path ?? command.command }),
  };
  const fields = Object.entries(SPELLINGS).map(([field, names]) => [
    field,
    names.map((name) => said[name]).find(isSaid),
  ]);
  const read: { -readonly [Field in keyof EntryFields]: unknown } = Object.fromEntries(
    fields.filter(([, value]) => value !== undefined),
  );
  // Codex names the variables that hold the values.
  const byVariable = [
    ...(typeof bearer === 'string' ? [['Authorization', `Bearer \${${bearer}}`]] : []),
    ...(isObject(headerNames) ? Object.entries(headerNames).map(([name, variable]) => [name, `\${${variable}}`]) : []),
  ];
  if (byVariable.length > 0 && isObject(read.headers ?? {})) {
    read.headers = { ...Object.fromEntries(byVariable), ...Object(read.headers) };
  }
  return read;
}

const isSaid = (value: unknown) => value !== undefined && value !== null && value !== '';

/** Whether a value is an object, and no list. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
