/** The standard doors to MCP servers, over streamable HTTP: one for each server, and one for the tools of all that run. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from '../errors.ts';
import { loadMcpServer, type Transport } from './mcp-sdk.ts';
import { pipe } from './pipe.ts';
import type { RunningServers } from './running-servers.ts';
import { quoteList } from './server-view.ts';
import { type SessionLimits, Sessions } from './sessions.ts';
import type { SupervisedServer } from './supervised-server.ts';
import { toToolName } from './tool-names.ts';

export interface GatewayOptions {
  readonly servers: RunningServers;
  readonly version: string;
  readonly limits?: Partial<SessionLimits> | undefined;
}

export class Gateway {
  readonly #options: GatewayOptions;
  readonly #sessions: Sessions;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#sessions = new Sessions(options.limits);
  }

  /** Serves MCP to one running server. Each session has a process of its own, so that what the server asks goes to who is to answer it. */
  async serveOne(serverId: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { servers } = this.#options;
    const server = servers.findActive(serverId);
    if (!server) {
      const known = quoteList(servers.listRunning().map(({ definition }) => definition.id));
      throw new ApiError(
        'mcp-server-not-running',
        `MCP server '${serverId}' is not running. Available servers: ${known}`,
      );
    }
    await this.#sessions.serve(request, response, `server ${serverId}`, async (caller) => {
      await pipe(caller, await server.openTransport());
    });
  }

  /** Serves MCP with the tools of every running server, named `server__tool`. The processes are shared. */
  async serveAll(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.#sessions.serve(request, response, 'all', (caller) => this.#openAll(caller));
  }

  async #openAll(caller: Transport): Promise<void> {
    const { Server, ListToolsRequestSchema, CallToolRequestSchema } = await loadMcpServer();
    const { servers, version } = this.#options;
    const server = new Server({ name: 'agent-runtimes', version }, { capabilities: { tools: { listChanged: true } } });
    server.setRequestHandler(ListToolsRequestSchema, () => ({
      tools: [...routesOf(servers)].map(([name, { tool }]) => ({ ...tool, name })),
    }));
    server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
      const route = routesOf(servers).get(params.name);
      if (!route) return toolError(`Tool '${params.name}' not found`);
      try {
        return await route.server.call(route.tool.name, params.arguments ?? {}, { signal });
      } catch (cause) {
        if (cause instanceof ApiError) return toolError(cause.message);
        throw cause;
      }
    });
    const forget = servers.onToolsChanged(() => {
      server.sendToolListChanged().catch(() => undefined); // the caller has no stream open
    });
    await server.connect(caller);
    server.onclose = forget;
  }

  close(): Promise<void> {
    return this.#sessions.close();
  }
}

interface Route {
  readonly server: SupervisedServer;
  readonly tool: SupervisedServer['tools'][number];
}

function routesOf(servers: RunningServers): Map<string, Route> {
  const routes = new Map<string, Route>();
  for (const server of servers.listRunning()) {
    for (const tool of server.tools) {
      routes.set(toToolName(server.definition.id, tool.name, routes), { server, tool });
    }
  }
  return routes;
}

const toolError = (text: string) => ({ content: [{ type: 'text' as const, text }], isError: true });
