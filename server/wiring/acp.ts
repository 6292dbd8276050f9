import { existsSync } from 'node:fs';
import { joinToolsets } from '../agents/agent-toolset.ts';
import type { Principal } from '../call/principal.ts';
import { switchToolset } from '../codemode/switch-toolset.ts';
import type { SocketRoute } from '../http/socket-routes.ts';
import type { LiveEvents } from '../live-events/live-events.ts';
import { createServerToolset } from '../mcp/toolset.ts';
import { ACP_SOCKET_PATH, createAcpHandlers } from '../protocols/acp/handlers.ts';
import { type Acp, openAcp as openProtocol } from '../protocols/acp/open-acp.ts';
import type { AcpPorts, SessionAdditions, SessionRun } from '../protocols/acp/ports.ts';
import type { Run } from '../runs/active-run.ts';
import type { FoundRun } from '../runs/found-run.ts';
import { failTool } from '../runs/schema-tools.ts';
import type { Toolset } from '../runs/toolset.ts';
import type { Message } from '../store/messages.ts';
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
    async startRun(agentId, { toolset, instructions, hasTools, heldTools, ...request }) {
      const additions = toAttached({ toolset, instructions, hasTools, heldTools });
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
      return found && toFoundSessionRun(found);
    },
    async findSession(id, principal) {
      const conversation = await store.conversations.get(id, principal);
      if (!conversation) return undefined;
      const { title, key: conversationKey } = conversation;
      const latest = await runs.findLatest(id, { principal });
      const isActive = latest?.record.status === 'running';
      const active = isActive
        ? { run: toFoundSessionRun(latest), historyCount: latest.record.historyCount }
        : undefined;
      const [messages, open] = await Promise.all([
        store.conversations.messages(conversationKey),
        store.approvals.open(conversationKey),
      ]);
      // As they were called: their own order is none, as all were made at once.
      const order = callIdsOf(messages);
      const awaited = open
        .filter(({ status }) => !active && status === 'pending')
        .sort((a, b) => order.indexOf(a.callId) - order.indexOf(b.callId));
      return { title, conversationKey, messages, awaited, active };
    },
    findTitle: async (id, principal) => (await store.conversations.get(id, principal))?.title,
    async listSessions(query) {
      const { conversations, nextCursor } = await store.conversations.list({ ...query, limit: PAGE });
      return { sessions: conversations, nextCursor };
    },
    async deleteSession(id, principal) {
      const conversation = await store.conversations.get(id, principal);
      if (!conversation) return;
      await runs.cancelConversation(conversation.key, 'the conversation was deleted');
      await store.conversations.delete(conversation.key);
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
      const { ids } = servers;
      const toolset = createServerToolset(servers, () => ids);
      return { toolset, refused, close: () => servers.close() };
    },
  });
  return { handlers: { acp: createAcpHandlers({ agents }) }, sockets: [toRoute(acp, agents, log)], acp };
}

const toAttached = ({ toolset, instructions, hasTools, heldTools }: SessionAdditions) => ({
  instructions,
  heldTools,
  extend: (ofAgent: Toolset) => switchToolset(hasTools, joinToolsets([ofAgent, toolset]), NO_TOOLS),
});

const NO_TOOLS: Toolset = {
  list: () => [],
  call: async (name) => failTool(`Not run: the user wants no tools to be called, and '${name}' is one`),
};

const callIdsOf = (messages: readonly Message[]): string[] =>
  messages.flatMap((message) =>
    message.role === 'assistant'
      ? message.content.flatMap((part) => (part.type === 'tool-call' ? [part.callId] : []))
      : [],
  );

/** How many conversations stand on a page of a list. */
const PAGE = 50;

/** The folder of an editor on another machine is none that a program can be started in here. */
function withoutForeignFolder<Server extends { readonly cwd?: string }>({ cwd, ...server }: Server) {
  return cwd !== undefined && existsSync(cwd) ? { ...server, cwd } : server;
}

// An editor is told everything, and a run waits for it: one that is silent is found out by its connection.
const toSessionRun = (run: Run): SessionRun => ({
  conversationKey: run.conversationKey,
  events: (signal) => run.events({ isAwaited: true, ...(signal && { signal }) }),
  ended: run.ended,
  cancel: (reason) => run.cancel(reason),
});

/** A run that somebody else may have begun, a while ago. */
function toFoundSessionRun({ run, record: { conversationKey }, events }: FoundRun): SessionRun {
  if (run?.firstHeld === 1) return toSessionRun(run);
  return {
    conversationKey,
    events: (signal = new AbortController().signal) => events(signal),
    ended: run?.ended ?? Promise.resolve(),
    cancel: (reason) => run?.cancel(reason),
  };
}

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
