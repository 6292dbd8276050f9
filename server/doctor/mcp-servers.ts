import { untilAborted } from '../async/until-aborted.ts';
import { toolboxServer } from '../mcp/definitions/bundled-servers.ts';
import { catalogServers } from '../mcp/definitions/catalog.ts';
import { describeProblem, readConfigFile } from '../mcp/definitions/config-file.ts';
import type { ServerDefinition } from '../mcp/definitions/server-definition.ts';
import { RunningServers } from '../mcp/servers/running-servers.ts';
import type { SupervisedServer } from '../mcp/servers/supervised-server.ts';
import { version } from '../version.ts';
import { type Check, count, type DoctorWorld, type Finding, fail, ok, sentenceOf, skip, warn } from './finding.ts';

const CONFIG = 'MCP config';

/**
 * Whether the servers of the MCP config, and those of the catalog that are to start, do start and list their tools. They end again; one
 * that shows no sign of life for a minute has failed.
 */
export const mcpServers: Check = {
  name: CONFIG,
  deadlineMs: 30 * 60_000,
  async run(world) {
    const file = world.options['mcp-config'];
    const { servers, problems } = await readConfigFile(file);
    const { chosen, unknown } = chooseFromCatalog(world.options['mcp-servers']);
    const all = [...servers, ...chosen];
    return [
      problems.some(({ isNote }) => !isNote) && !servers.length
        ? fail(CONFIG, `${file} gives no server`, 'mend what is said of it below')
        : ok(
            CONFIG,
            `${file} ${servers.length ? `names ${count(servers.length, 'server')}` : 'names no server, or is not there'}`,
          ),
      ...problems.map((problem) => (problem.isNote ? warn : fail)(CONFIG, describeProblem(problem), 'mend it')),
      ...unknown.map((id) => fail(CONFIG, `the catalog has no server '${id}'`, 'see --mcp-servers')),
      ...(await startThem(all, world)),
    ];
  },
};

function chooseFromCatalog(ids: readonly string[]): { chosen: ServerDefinition[]; unknown: string[] } {
  const catalog = [...catalogServers(), toolboxServer()];
  return {
    chosen: catalog.filter(({ id }) => ids.includes(id)),
    unknown: ids.filter((wanted) => !catalog.some(({ id }) => id === wanted)),
  };
}

async function startThem(definitions: readonly ServerDefinition[], world: DoctorWorld): Promise<Finding[]> {
  if (!definitions.length) return [];
  if (!world.mayStartMcpServers) return [skip(CONFIG, 'no server was started', 'leave --no-mcp out to start them')];
  const { environment, signal } = world;
  await using servers = new RunningServers({ environment, version });
  return await Promise.all(definitions.map(async (one) => startOne(await servers.define(one), signal)));
}

/** Starts a server, looks at its tools, and ends it. */
async function startOne(server: SupervisedServer, signal: AbortSignal): Promise<Finding> {
  const { id, enabled } = server.definition;
  const check = `MCP server ${id}`;
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
    return fail(
      check,
      `it ${sentenceOf(cause).replace(`MCP server '${id}' `, '')}`,
      'run its command by hand, and see its entry in the config',
    );
  } finally {
    await server.stop();
  }
}
