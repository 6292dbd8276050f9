/** Starts and stops the MCP servers that agents select. */
import type { RunningServers } from '../mcp/servers/running-servers.ts';
import type { SupervisedServer } from '../mcp/servers/supervised-server.ts';
import type { AgentRecord } from '../store/store.ts';

type SelectingAgent = Pick<AgentRecord, 'id' | 'selectedMcpServers'>;

/** What became of each server: the ids of those that went each way. */
export interface ServersOutcome {
  readonly started: string[];
  readonly stopped: string[];
  readonly alreadyRunning: string[];
  readonly alreadyStopped: string[];
  readonly failed: { readonly server_id: string; readonly error: string }[];
  /** Those left running because another agent selects them. */
  readonly kept: string[];
}

/** Starts what `agents` select, all at the same time, and waits for each. `variables` are for these servers alone. */
export async function startServersOf(
  servers: RunningServers,
  agents: readonly SelectingAgent[],
  variables: Readonly<Record<string, string>>,
): Promise<ServersOutcome> {
  const { found, unknown } = selectedBy(agents, servers);
  const outcome = emptyOutcome();
  outcome.failed.push(...unknown.map((id) => ({ server_id: id, error: 'Server config not found' })));
  const results = await Promise.all(
    found.map(async (server) => ({ server, result: await startOne(servers, server, variables) })),
  );
  for (const { server, result } of results) {
    const { id } = server.definition;
    if (result === 'running') outcome.alreadyRunning.push(id);
    else if (result === 'started') outcome.started.push(id);
    else outcome.failed.push({ server_id: id, error: result.error });
  }
  return outcome;
}

async function startOne(
  { wishes }: RunningServers,
  server: SupervisedServer,
  variables: Readonly<Record<string, string>>,
): Promise<StartResult> {
  try {
    return await wishes.start(server, variables);
  } catch (cause) {
    return { error: cause instanceof Error ? cause.message : String(cause) };
  }
}

type StartResult = 'running' | 'started' | { readonly error: string };

/** Ends the servers that `agents` select and none of `others` does, all at the same time. They stay ended until they are started by name. */
export async function stopServersOf(
  servers: RunningServers,
  agents: readonly SelectingAgent[],
  others: readonly SelectingAgent[],
): Promise<ServersOutcome> {
  const { found, unknown } = selectedBy(agents, servers);
  const inUse = new Set(selectedBy(others, servers).found);
  const outcome = emptyOutcome();
  const running = found.filter((server) => server.isWanted);
  const toStop = running.filter((server) => !inUse.has(server));
  outcome.kept.push(...running.filter((server) => inUse.has(server)).map(({ definition }) => definition.id));
  const results = await Promise.allSettled(toStop.map((server) => servers.wishes.stop(server)));
  toStop.forEach(({ definition: { id } }, index) => {
    const result = results[index];
    if (result?.status === 'rejected') outcome.failed.push({ server_id: id, error: String(result.reason) });
    else outcome.stopped.push(id);
  });
  const idle = found.filter((server) => !running.includes(server));
  await Promise.all(idle.filter((server) => !inUse.has(server)).map((server) => servers.wishes.hold(server)));
  outcome.alreadyStopped.push(...idle.map(({ definition }) => definition.id), ...unknown);
  return outcome;
}

/** Ends servers that ran only because agents used them, once no agent selects them any more. To be called when a selection has shrunk. */
export async function stopUnselected(servers: RunningServers, agents: readonly SelectingAgent[]): Promise<void> {
  const unused = new Set(servers.list().filter((server) => server.isWanted && server.isForUse));
  for (const { selectedMcpServers } of agents) {
    // There may be thousands of agents, and mostly the first few select whatever runs.
    if (!unused.size) return;
    for (const server of servers.findAll(selectedMcpServers)) unused.delete(server);
  }
  await Promise.all([...unused].map((server) => server.stop()));
}

/** The servers that agents select, each once, and the ids that name none. */
function selectedBy(agents: readonly SelectingAgent[], servers: RunningServers) {
  const found = new Set<SupervisedServer>();
  const unknown = new Set<string>();
  for (const selection of agents.flatMap(({ selectedMcpServers }) => selectedMcpServers)) {
    const server = servers.find(selection);
    if (server) found.add(server);
    else unknown.add(typeof selection === 'string' ? selection : selection.id);
  }
  return { found: [...found], unknown: [...unknown] };
}

const emptyOutcome = (): ServersOutcome => ({
  started: [],
  stopped: [],
  alreadyRunning: [],
  alreadyStopped: [],
  failed: [],
  kept: [],
});
