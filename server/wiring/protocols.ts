import type { Agents } from '../agents/agents.ts';
import type { Log } from '../http/log.ts';
import type { LiveEvents } from '../live-events/live-events.ts';
import type { Options } from '../options.ts';
import type { Replica } from '../replicas/replica.ts';
import type { Wake } from '../replicas/wake.ts';
import type { CallWatch } from '../runs/call-watch.ts';
import type { Runs } from '../runs/runs.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import type { Store } from '../store/store.ts';
import { openA2a } from './a2a.ts';
import { openA2ui } from './a2ui.ts';
import { openAcp } from './acp.ts';
import { openAgUi } from './ag-ui.ts';
import type { AgentRuns } from './agent-runs.ts';
import type { McpServers } from './mcp.ts';
import { openMcpUi } from './mcp-ui.ts';
import { openOpenAi } from './openai.ts';
import { openVercelAi } from './vercel-ai.ts';

/** The opened features that protocols are built from. */
export interface ProtocolParts {
  readonly options: Options;
  readonly store: Store;
  /** This process among those that share the store; undefined: it has it alone. */
  readonly replica: Replica | undefined;
  readonly wake: Wake;
  /** What secrets are stored with; undefined: they are not stored. */
  readonly secrets: SecretBox | undefined;
  readonly mcp: McpServers;
  readonly agents: Agents;
  readonly runs: Runs;
  readonly agentRuns: AgentRuns;
  /** Makes who is told of the tool calls of the request that is being answered, which belong to no run. */
  readonly watchRequest: () => CallWatch;
  readonly live: LiveEvents;
  /** Whether callers need a key. */
  readonly hasKeys: boolean;
  readonly log: Log;
}

/** The protocols as the front door is given them. */
export type Protocols = Awaited<ReturnType<typeof openProtocols>>;

/** Opens every protocol that agents are offered through. */
export async function openProtocols(parts: ProtocolParts) {
  const agUi = openAgUi(parts);
  const a2ui = openA2ui(parts);
  const mcpUi = openMcpUi(parts);
  const vercelAi = openVercelAi(parts);
  const openai = openOpenAi(parts);
  const acp = openAcp(parts);
  const a2a = await openA2a(parts);
  return {
    handlers: {
      ...agUi.handlers,
      ...a2ui.handlers,
      ...mcpUi.handlers,
      ...vercelAi.handlers,
      ...openai.handlers,
      ...acp.handlers,
      ...a2a.handlers,
    },
    streamFormats: { ...agUi.streamFormats, ...a2ui.streamFormats },
    sockets: acp.sockets,
    mounts: [...a2a.mounts, ...mcpUi.mounts],
    /** Paths that ask for no key. */
    openPaths: mcpUi.openPaths,
    /** Resolves when what outlives its run is stored. */
    settled: () => a2a.settled(),
    /** ACP on another way than a WebSocket. */
    acp: acp.acp,
    /** Ends the connections that never end by themselves. */
    closeConnections: () => acp.acp.close(),
    close: () => a2a.close(),
  };
}
