// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what is written for people shows references.
/** Reads the user's own MCP servers from `~/.datalayer/mcp.json` and files of its kind (Claude, Cursor, VS Code). */
import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { NewServerId } from '../../../contract/ids.ts';
import { isVariableName } from './expand.ts';
import { JsonSyntaxError, type ParsedJson, parseJsonWithComments } from './json-with-comments.ts';
import { type Launch, requiredVariables, type ServerDefinition } from './server-definition.ts';

const MAX_FILE_BYTES = 1024 * 1024;

/** What is wrong with a config file, or with one entry of it. */
export interface ConfigProblem {
  readonly file: string;
  readonly line?: number | undefined;
  readonly entry?: string | undefined;
  readonly reason: string;
}

/** What a config file says. */
export interface McpConfig {
  readonly servers: readonly ServerDefinition[];
  readonly problems: readonly ConfigProblem[];
}

/** One sentence for people: file, line, entry, reason. */
export function describeProblem({ file, line, entry, reason }: ConfigProblem): string {
  return `${file}${line ? `:${line}` : ''}: ${entry ? `server '${entry}': ` : ''}${reason}`;
}

/** Reads a config file. No file means no servers; a bad file or entry is a problem of its own and never harms the others. */
export async function readConfigFile(file: string): Promise<McpConfig> {
  let text: string;
  try {
    const { size } = await stat(file);
    if (size > MAX_FILE_BYTES) return { servers: [], problems: [{ file, reason: 'is larger than 1 MiB' }] };
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    if (code === 'ENOENT' || code === 'ENOTDIR') return { servers: [], problems: [] };
    return { servers: [], problems: [{ file, reason: `cannot be read (${code})` }] };
  }
  return parseConfig(text, file);
}

/** The servers of a config file's text. */
export function parseConfig(text: string, file: string): McpConfig {
  if (text.trim() === '') return { servers: [], problems: [] };
  let parsed: ParsedJson;
  try {
    parsed = parseJsonWithComments(text);
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause;
    return { servers: [], problems: [{ file, line: cause.line, reason: cause.message }] };
  }
  const { value, lines } = parsed;
  if (!isObject(value)) return { servers: [], problems: [{ file, line: 1, reason: 'must hold an object' }] };
  const servers: ServerDefinition[] = [];
  const problems: ConfigProblem[] = [];
  for (const section of ['mcpServers', 'servers']) {
    const entries = value[section];
    if (entries === undefined) continue;
    if (!isObject(entries)) {
      problems.push({ file, line: lines.get(section), reason: `${section} must be an object of servers` });
      continue;
    }
    for (const [id, entry] of Object.entries(entries)) {
      const read = servers.some((server) => server.id === id) ? 'is defined twice' : readEntry(id, entry);
      if (typeof read !== 'string') servers.push(read);
      else problems.push({ file, line: lines.get(`${section}.${id}`), entry: id, reason: read });
    }
  }
  return { servers, problems };
}

const plain = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const Entry = z.object({
  command: z.string().min(1).optional(),
  args: z.array(plain).default([]),
  env: z.record(z.string(), plain).default({}),
  cwd: z.string().min(1).optional(),
  url: z.string().min(1).optional(),
  serverUrl: z.string().min(1).optional(),
  headers: z.record(z.string(), plain).default({}),
  transport: z.string().optional(),
  type: z.string().optional(),
  name: z.string().min(1).optional(),
  description: z.string().default(''),
  disabled: z.boolean().default(false),
  timeout: z.number().positive().optional(),
});

const TRANSPORTS: Readonly<Record<string, Launch['type']>> = {
  stdio: 'stdio',
  http: 'http',
  'streamable-http': 'http',
  streamablehttp: 'http',
  streamable_http: 'http',
  sse: 'sse',
};

/** The definition an entry stands for, or what is wrong with it. */
function readEntry(id: string, value: unknown): ServerDefinition | string {
  const [wrong] = NewServerId.safeParse(id).error?.issues ?? [];
  if (wrong) return `its id ${wrong.message}`;
  const parsed = Entry.safeParse(value);
  if (!parsed.success) {
    return parsed.error.issues
      .map((issue) => `${issue.path.join('.')}${issue.path.length ? ': ' : ''}${issue.message}`)
      .join('; ');
  }
  const entry = parsed.data;
  const launch = readLaunch(entry);
  if (typeof launch === 'string') return launch;
  const requiredEnvVars = requiredVariables(launch);
  // Editors ask for `${input:…}` and know `${/}`; nobody could ever set a variable of such a name.
  const unknown = requiredEnvVars.find((name) => !isVariableName(name));
  if (unknown !== undefined) return `\${${unknown}} names no variable: write \${NAME} and set NAME`;
  return {
    id,
    origin: 'config',
    name: entry.name ?? id,
    description: entry.description,
    enabled: !entry.disabled,
    launch,
    requiredEnvVars,
    callTimeoutMs: toMilliseconds(entry.timeout),
  };
}

function readLaunch(entry: z.output<typeof Entry>): Launch | string {
  const { command, args, env, cwd, headers } = entry;
  const url = entry.url ?? entry.serverUrl;
  const declared = entry.transport ?? entry.type;
  const type = declared === undefined ? undefined : TRANSPORTS[declared.toLowerCase()];
  if (declared !== undefined && type === undefined) return `transport '${declared}' is not one of stdio, http, sse`;
  if (command && url) return 'has both command and url';
  if (command)
    return type && type !== 'stdio' ? `transport ${type} needs a url` : { type: 'stdio', command, args, env, cwd };
  if (!url) return 'needs a command or a url';
  if (type === 'stdio') return 'transport stdio needs a command';
  return { type: type ?? 'http', url, headers };
}

// Some clients write seconds and some milliseconds; nobody means a call of less than a second or of more than sixteen minutes.
const toMilliseconds = (timeout: number | undefined) =>
  timeout === undefined || timeout >= 1000 ? timeout : timeout * 1000;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
