import { access } from 'node:fs/promises';
import { asTold } from '../async/as-told.ts';
import { untilAborted } from '../async/until-aborted.ts';
import { ApiError } from '../call/errors.ts';
import { defaultMcpConfig } from '../home-folder.ts';
import { toolboxServer } from '../mcp/definitions/bundled-servers.ts';
import { catalogServers } from '../mcp/definitions/catalog.ts';
import { describeProblem, readConfigFile } from '../mcp/definitions/config-file.ts';
import type { ServerDefinition } from '../mcp/definitions/server-definition.ts';
import { DEFAULT_LIMITS } from '../mcp/servers/connection-limits.ts';
import { RunningServers } from '../mcp/servers/running-servers.ts';
import type { SupervisedServer } from '../mcp/servers/supervised-server.ts';
import { version } from '../version.ts';
import { type Check, count, type DoctorWorld, type Finding, fail, ok, sentenceOf, skip, warn } from './finding.ts';
import { type Patience, waitForWords } from './wait-for-words.ts';

const CONFIG = 'MCP config';

/**
 * Whether the servers of the MCP config, and those of the catalog that are to start, do start and list their tools. Each is told of as
 * soon as that is known, and ends again.
 */
export const createMcpCheck = (patience: Patience): Check => ({
  name: CONFIG,
  // Those that start have deadlines of their own.
  silenceMs: patience.toldMs + patience.givenUpMs + 60_000,
  async *run(world) {
    const file = world.options['mcp-config'];
    const { servers, problems } = await readConfigFile(file);
    const { chosen, unknown } = chooseFromCatalog(world.options['mcp-servers']);
    yield problems.some(({ isNote }) => !isNote) && !servers.length
      ? fail(CONFIG, `${file} gives no server`, 'mend what is said of it below')
      : await judgeFile(world, servers.length);
    yield* problems.map((problem) => (problem.isNote ? warn : fail)(CONFIG, describeProblem(problem), 'mend it'));
    yield* unknown.map((id) => fail(CONFIG, `the catalog has no server '${id}'`, 'see --mcp-servers'));
    yield* startThem([...servers, ...chosen], world, patience);
  },
});

/** A file that somebody has named is missed when it is not there; the usual one is not. */
async function judgeFile({ options }: DoctorWorld, servers: number): Promise<Finding> {
  const file = options['mcp-config'];
  if (servers) return ok(CONFIG, `${file} names ${count(servers, 'server')}`);
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) return ok(CONFIG, `${file} names no server`);
  return file === defaultMcpConfig(options['data-dir'])
    ? ok(CONFIG, `${file} is not there, and names no server`)
    : warn(CONFIG, `${file} is not there`, 'see --mcp-config');
}

/** The check as an operator has it. */
export const mcpServers = createMcpCheck({
  startMs: DEFAULT_LIMITS.startTimeoutMs,
  toldMs: DEFAULT_LIMITS.startTimeoutMs + 15_000,
  givenUpMs: 5 * 60_000,
});

function chooseFromCatalog(ids: readonly string[]): { chosen: ServerDefinition[]; unknown: string[] } {
  const catalog = [...catalogServers(), toolboxServer()];
  return {
    chosen: catalog.filter(({ id }) => ids.includes(id)),
    unknown: ids.filter((wanted) => !catalog.some(({ id }) => id === wanted)),
  };
}

async function* startThem(
  definitions: readonly ServerDefinition[],
  { environment, mayStartMcpServers, signal, heard }: DoctorWorld,
  patience: Patience,
): AsyncGenerator<Finding, void> {
  if (!definitions.length) return;
  if (!mayStartMcpServers) return yield skip(CONFIG, 'no server was started', 'leave --no-mcp out to start them');
  const waits = new Map<ServerDefinition, ReturnType<typeof waitForWords>>();
  const onHeard = (definition: ServerDefinition) => {
    heard();
    waits.get(definition)?.heard();
  };
  const limits = { ...DEFAULT_LIMITS, startTimeoutMs: patience.startMs };
  await using servers = new RunningServers({ environment, version, limits, onHeard });
  yield* asTold<Finding>((tell) => {
    const starts = definitions.map(async (definition) => {
      const server = await servers.define(definition);
      using wait = waitForWords(server, patience, (found) => tell(warn(nameOf(server), found, 'it is waited for')));
      waits.set(definition, wait);
      tell(await startOne(server, AbortSignal.any([signal, wait.signal])));
    });
    return Promise.all(starts);
  });
}

const nameOf = ({ definition }: SupervisedServer) => `MCP server ${definition.id}`;

/** Starts a server, looks at its tools, and ends it. */
async function startOne(server: SupervisedServer, signal: AbortSignal): Promise<Finding> {
  const { id, enabled } = server.definition;
  const check = nameOf(server);
  if (!enabled) return skip(check, 'it is disabled');
  const since = performance.now();
  try {
    await untilAborted(server.start({ keepTrying: false }), signal);
    const seconds = ((performance.now() - since) / 1000).toFixed(1);
    const { tools, problems } = server;
    const found = `it started in ${seconds} s with ${count(tools.length, 'tool')}`;
    const [problem] = problems;
    if (problem)
      return warn(
        check,
        `${found}, without ${count(problems.length, 'more')}`,
        `${problem.tool ?? 'one of them'}: ${problem.detail}`,
      );
    return tools.length ? ok(check, found) : warn(check, found, 'see whether it needs a setting');
  } catch (cause) {
    const found = `it ${sentenceOf(cause).replace(`MCP server '${id}' `, '')}`;
    return fail(check, found, adviceFor(server.definition, cause));
  } finally {
    await server.stop();
  }
}

function adviceFor({ launch, origin }: ServerDefinition, cause: unknown): string {
  if (cause instanceof ApiError && cause.code === 'mcp-variables-missing') return 'set what it needs';
  if (launch.type !== 'stdio')
    return 'see whether it is there, and whether its entry has the URL and the headers it wants';
  return origin === 'config' ? 'run its command by hand, and see its entry in the config' : 'run its command by hand';
}
