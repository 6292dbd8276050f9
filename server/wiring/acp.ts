import { existsSync } from 'node:fs';
import { joinToolsets } from '../agents/agent-toolset.ts';
import type { Principal } from '../call/principal.ts';
import type { SocketRoute } from '../http/socket-routes.ts';
import type { LiveEvents } from '../live-events/live-events.ts';
import { createServerToolset } from '../mcp/toolset.ts';
import { ACP_SOCKET_PATH, createAcpHandlers } from '../protocols/acp/handlers.ts';
import { type Acp, openAcp as openProtocol } from '../protocols/acp/open-acp.ts';
import type { AcpPorts, SessionAdditions, SessionRun } from '../protocols/acp/ports.ts';
import type { Run } from '../runs/active-run.ts';
import { version } from '../version.ts';
import type { McpServers } from './mcp.ts';
import type { ProtocolParts } from './protocols.ts';

/** What ACP is opened from. */
export interface AcpParts extends Pick<ProtocolParts, 'runs' | 'store' | 'hasKeys'> {
  readonly log: AcpPorts['log'];
  readonly agents: AcpPorts['agents'];
  readonly agentRuns: Pick<ProtocolParts['agentRuns'], 'startRun' | 'answerApproval' | 'attachments'>;
  readonly mcp: Pick<McpServers, 'openOwn'>;
  readonly live: LiveEvents;
}

/** Opens the Agent Client Protocol. */
export function openAcp({ agents, agentRuns, runs, store, mcp, live, hasKeys, log }: AcpParts) {
  const acp = openProtocol({
    agents,
    version,
    hasKeys,
    log,
    async startRun(agentId, { toolset, instructions, ...request }) {
      const additions = toAttached({ toolset, instructions });
      const run = await agentRuns.startRun(agentId, {
        ...request,
        ...additions,
        history: 'stored',
        whenBusy: 'interrupt',
      });
      return toSessionRun(run);
    },
    async findRun(id, principal) {
      const found = await runs.findById(id, principal);
      if (!found) return undefined;
      const { run, record, events } = found;
      if (run) return toSessionRun(run);
      const { conversationKey } = record;
      return { conversationKey, events: events(new AbortController().signal), cancel: () => undefined };
    },
    async findSession(id, principal) {
      const conversation = await store.conversations.get(id, principal);
      if (!conversation) return undefined;
      return { title: conversation.title, messages: await store.conversations.messages(conversation.key) };
    },
    attach: (conversationKey, additions) => agentRuns.attachments.add(conversationKey, toAttached(additions)),
    approvals: {
      get: (id, principal) => store.approvals.get(id, principal),
      answer: (decision, principal) => agentRuns.answerApproval(decision, { principal }),
      cancel: (conversationKey) => store.approvals.cancelOpen(conversationKey),
      follow: (principal: Principal, signal) =>
        live.follow({ principal, types: ['approval'], after: undefined, untilNow: false, signal }),
    },
    openServers(wanted) {
      const { servers, refused } = mcp.openOwn(wanted.map(withoutForeignFolder));
      for (const { name, error } of refused)
        log.warn({ mcp_server: name, reason: error.message }, 'An MCP server of an editor is left out');
      servers.start();
      const toolset = createServerToolset(servers, () => servers.ids);
      return { toolset, refused, close: () => servers.close() };
    },
  });
  return { handlers: { acp: createAcpHandlers({ agents }) }, sockets: [toRoute(acp, agents, log)], acp };
}

const toAttached = ({ toolset, instructions }: SessionAdditions) => ({
  instructions,
  extend: (ofAgent: SessionAdditions['toolset']) => joinToolsets([ofAgent, toolset]),
});

/** The folder of an editor on another machine is none that a program can be started in here. */
function withoutForeignFolder<Server extends { readonly cwd?: string }>({ cwd, ...server }: Server) {
  return cwd !== undefined && existsSync(cwd) ? { ...server, cwd } : server;
}

// An editor is told everything, and a run waits for it: one that is silent is found out by its connection.
const toSessionRun = (run: Run): SessionRun => ({
  conversationKey: run.conversationKey,
  events: run.events({ isAwaited: true }),
  cancel: (reason) => run.cancel(reason),
});

function toRoute(acp: Acp, agents: AcpPorts['agents'], log: AcpPorts['log']): SocketRoute {
  return {
    path: ACP_SOCKET_PATH,
    operation: 'acp.socket',
    protocol: 'acp',
    check: (agentId) => void agents.get(agentId),
    serve(socket, { name: agentId, principal, admit }) {
      acp.serveTexts(socket, { agentId, principal, admit }).then(
        () => socket.close(1001, 'The server has ended the connection'),
        (cause) => {
          log.error({ err: cause }, 'a connection of an editor broke inside the server');
          socket.close(1011, 'Internal Server Error');
        },
      );
    },
  };
}
