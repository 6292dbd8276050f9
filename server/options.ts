/** Every option of the command: its flag, its variable, its default and what it means. `--help` is printed from here. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { NewAgentId } from '../contract/ids.ts';
import { CommandError } from './command-error.ts';
import { defaultDataFolder, defaultMcpConfig } from './home-folder.ts';

interface Flag {
  /** The word for its value in the help, such as `URL`; absent for a switch. */
  readonly value?: string;
  readonly repeatable?: true;
  readonly help: string;
  readonly schema: z.ZodType;
}

const text = z.string().min(1, 'must not be empty');
const numberFrom = (min: number, max: number, kind: 'number' | 'whole number') => {
  const error = `must be a ${kind} from ${min} to ${max}`;
  const number = z.number({ error }).min(min, error).max(max, error);
  return text.transform(Number).pipe(kind === 'number' ? number : number.int(error));
};
const commaList = text.transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
const onOff = z.union([z.boolean(), z.stringbool()], { error: 'must be true or false' }).default(false);

const flags = {
  host: {
    value: 'ADDRESS',
    help: 'address to listen on; other than loopback needs an API key',
    schema: text.default('127.0.0.1'),
  },
  port: {
    value: 'PORT',
    help: 'port to listen on; 0 takes any free one',
    schema: numberFrom(0, 65_535, 'whole number').default(8765),
  },
  'find-free-port': { help: 'take the next free port when the port is taken', schema: onOff },
  demo: { help: 'make a demo agent with the bundled toolbox server, once, in an empty data folder', schema: onOff },
  'agent-id': {
    value: 'ID',
    help: 'an agent to make, unless there is one with this id, with the servers of --mcp-servers',
    schema: NewAgentId.optional(),
  },
  'agent-name': { value: 'NAME', help: 'the name of that agent; absent: its id', schema: text.max(200).optional() },
  model: { value: 'MODEL', help: 'default model, such as openai:gpt-4o', schema: text.optional() },
  prices: {
    value: 'FILE',
    help: 'JSON with prices of models, laid over the table that comes with the server',
    schema: text.optional(),
  },
  'mcp-config': {
    value: 'FILE',
    help: 'MCP servers to start',
    schema: text.default(() => defaultMcpConfig(defaultDataFolder())),
  },
  'no-config-mcp-servers': { help: 'do not start the servers of the MCP config file', schema: onOff },
  'no-catalog-mcp-servers': {
    help: 'do not start servers of the catalog for agents that select them; only when somebody names them',
    schema: onOff,
  },
  'mcp-servers': {
    value: 'IDS',
    help: 'servers of the catalog to start, comma separated',
    schema: commaList.default([]),
  },
  'no-custom-mcp-servers': { help: 'callers may add no MCP servers', schema: onOff },
  'mcp-commands': {
    value: 'COMMANDS',
    help: 'the only commands of MCP servers that callers add, comma separated',
    schema: commaList.optional(),
  },
  codemode: { help: 'agents call their tools from Python they write, unless they say otherwise', schema: onOff },
  'codemode-direct-calls': { help: 'such agents may also call a tool without writing code', schema: onOff },
  'generated-code-folder': {
    value: 'FOLDER',
    help: 'where the Python functions of tools are written; absent: /mnt/shared-agent/generated if there is one, else the data folder',
    schema: text.optional(),
  },
  'sandbox-variant': {
    value: 'VARIANT',
    help: 'where agents run code: local-eval, or local-jupyter, which needs --jupyter-sandbox',
    schema: z.enum(['local-eval', 'local-jupyter', 'eval', 'jupyter']).optional(),
  },
  'jupyter-sandbox': {
    value: 'URL',
    help: 'Jupyter server that runs the code of agents, with its token; better given as a variable',
    schema: text.optional(),
  },
  'mcp-proxy-url': {
    value: 'URL',
    help: 'where code in Jupyter calls tools; absent: this server, as seen from this machine',
    schema: text.optional(),
  },
  skills: {
    value: 'NAMES',
    help: 'skills of agents that say nothing, comma separated',
    schema: commaList.default([]),
  },
  'skills-folder': {
    value: 'FOLDER',
    help: 'folders with a SKILL.md; absent: /mnt/shared-agent/skills if there is one, else skills in the data folder',
    schema: text.optional(),
  },
  'local-eval-engine': {
    value: 'ENGINE',
    help: 'what runs code in local-eval: pyodide, isolated, or python, the python3 of this machine with no isolation',
    schema: z.enum(['pyodide', 'python']).default('pyodide'),
  },
  'data-dir': {
    value: 'FOLDER',
    help: 'where agents and conversations are kept',
    schema: text.default(defaultDataFolder),
  },
  'database-url': {
    value: 'URL',
    help: 'PostgreSQL that several servers share, in place of the file in the data folder; better given as a variable',
    schema: text.optional(),
  },
  'database-direct-url': {
    value: 'URL',
    help: 'the same database without a pooler, where --database-url leads through one',
    schema: text.optional(),
  },
  'api-key-file': { value: 'FILE', help: 'API keys, one a line, as of --api-keys', schema: text.optional() },
  'api-keys': {
    value: 'KEYS',
    help: 'API keys, comma separated, each alone or as name:key; better given as a variable than on the command line',
    // Whoever sets an empty list believes that keys are asked for.
    schema: commaList.refine((keys) => keys.length > 0, 'holds no key').default([]),
  },
  'secret-key-file': {
    value: 'FILE',
    help: 'keys that secrets are stored with, one a line, the first seals; absent: secrets are kept in memory only',
    schema: text.optional(),
  },
  'allowed-host': {
    value: 'HOST',
    repeatable: true,
    help: 'a further Host this server answers for',
    schema: z.array(text).default([]),
  },
  'cors-origin': {
    value: 'ORIGIN',
    repeatable: true,
    help: 'a web origin that may call this server',
    schema: z.array(z.url('must be an origin, such as https://example.com')).default([]),
  },
  'open-metrics': {
    help: 'answer /metrics without an API key',
    schema: onOff,
  },
  'webhook-host': {
    value: 'HOST',
    repeatable: true,
    help: 'a host inside this network that A2A push notifications may go to',
    schema: z.array(text).default([]),
  },
  'file-host': {
    value: 'HOST',
    repeatable: true,
    help: 'a host inside this network that files of prompts may be fetched from',
    schema: z.array(text).default([]),
  },
  'rate-limit': {
    value: 'RULE',
    repeatable: true,
    help: '600/min for everything, agents.create=30/min for one operation',
    schema: z.array(text).default([]),
  },
  'shutdown-grace': {
    value: 'SECONDS',
    help: 'how long running streams may go on after SIGTERM',
    schema: numberFrom(0, 3600, 'number').default(20),
  },
  'log-level': {
    value: 'LEVEL',
    help: 'trace, debug, info, warn, error or silent',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  },
  'log-format': {
    value: 'FORMAT',
    help: 'pretty, for people, or json; absent: pretty on a terminal, json elsewhere',
    schema: z.enum(['pretty', 'json']).optional(),
  },
  debug: { help: 'the same as --log-level debug', schema: onOff },
} as const satisfies Record<string, Flag>;

/** The options by their flag names. */
export type Options = { readonly [Name in keyof typeof flags]: z.output<(typeof flags)[Name]['schema']> };

/** The options that the command line and the variables give, or which text to print instead. Throws one sentence about a wrong one. */
export function readOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Options | { readonly print: 'help' | 'version' } {
  const entries = Object.entries<Flag>(flags);
  const values = readFlags(args[0] === 'serve' ? args.slice(1) : args);
  if (values.help) return { print: 'help' };
  if (values.version) return { print: 'version' };
  const readValue = (name: string, flag: Flag): unknown => {
    // Many tools set a variable to nothing where they mean that it is not set.
    const variable = environment[variableOf(name)] || undefined;
    return values[name] ?? (flag.repeatable ? variable?.split(',') : variable);
  };
  const dataFolder = readValue('data-dir', flags['data-dir']);
  const fallbacks: Readonly<Record<string, unknown>> =
    typeof dataFolder === 'string' ? { 'mcp-config': defaultMcpConfig(dataFolder) } : {};
  const options = Object.fromEntries(
    entries.map(([name, flag]) => {
      const parsed = flag.schema.safeParse(readValue(name, flag) ?? fallbacks[name]);
      if (parsed.success) return [name, parsed.data];
      throw new CommandError(`--${name} (or ${variableOf(name)}): ${parsed.error.issues[0]?.message}`);
    }),
  );
  return options as Options;
}

/** The flags on the command line, by name. */
function readFlags(args: readonly string[]): Readonly<Record<string, unknown>> {
  const options = Object.entries<Flag>(flags).map(([name, flag]) => [
    name,
    { type: flag.value ? ('string' as const) : ('boolean' as const), multiple: flag.repeatable ?? false },
  ]);
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
        ...Object.fromEntries(options),
      },
    }).values;
  } catch (cause) {
    const [sentence] = cause instanceof Error ? cause.message.split('\n') : [String(cause)];
    throw new CommandError(`${sentence?.replace(/\.$/, '')}; see --help`, { cause });
  }
}

/** The text of `--help`. */
export function helpText(): string {
  const rows = Object.entries<Flag>(flags).map(([name, flag]) => {
    const fallback: unknown = flag.schema.safeParse(undefined).data;
    const shown =
      fallback === undefined || fallback === false || (Array.isArray(fallback) && !fallback.length)
        ? ''
        : ` (${fallback})`;
    return [
      `  --${name}${flag.value ? ` ${flag.value}` : ''}`,
      `${flag.help}${flag.repeatable ? '; repeatable' : ''}${shown}`,
    ] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return [
    'Usage: agent-runtimes [serve] [options]',
    '       agent-runtimes doctor [options]   looks at all that a server would need; see doctor --help',
    '       agent-runtimes acp --agent ID     speaks with an editor that starts it; see acp --help',
    '',
    "Hosts AI agents and offers each of them through REST, tRPC, AG-UI, the AI SDK, OpenAI's API, MCP, ACP, A2A, A2UI and MCP-UI.",
    '',
    'Options (each also as AGENT_RUNTIMES_<NAME>, such as AGENT_RUNTIMES_API_KEYS):',
    ...rows.map(([left, right]) => `${left.padEnd(width)}${right}`),
    `${'  --help'.padEnd(width)}print this`,
    `${'  --version'.padEnd(width)}print the version`,
    '',
  ].join('\n');
}

const variableOf = (flag: string) => `AGENT_RUNTIMES_${flag.toUpperCase().replaceAll('-', '_')}`;
