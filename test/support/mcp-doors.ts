/** The doors of MCP clients behind a real front door, with servers and limits of the test's choice. */
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { ClientCapabilities } from '@modelcontextprotocol/sdk/types.js';
import { exchangeOf } from '../../server/http/exchange.ts';
import { readJsonText } from '../../server/http/read-json.ts';
import type { ServerDefinition } from '../../server/mcp/definitions/server-definition.ts';
import { type DoorOptions, McpDoors } from '../../server/mcp/doors/doors.ts';
import type { RunningServers } from '../../server/mcp/servers/running-servers.ts';
import { startTestServer } from './http-server.ts';
import { createServers, fixtureServer } from './mcp-servers.ts';

const ASKS = fileURLToPath(new URL('../fixtures/mcp-doors/server.mjs', import.meta.url));

/** A server that asks its caller things. */
export const askingServer = (id: string): ServerDefinition =>
  fixtureServer(id, '', { launch: { type: 'stdio', command: process.execPath, args: [ASKS], env: {} } });

/** The doors, and what stands behind them. */
export interface Doors extends AsyncDisposable {
  readonly url: string;
  readonly servers: RunningServers;
  readonly doors: McpDoors;
  /** A request below the base of the doors; an object is sent as JSON. */
  send(path: string, init?: { method?: string; body?: unknown; headers?: Record<string, string> }): Promise<Response>;
}

/** Starts the doors, and behind them `definitions`, each of which runs. */
export async function openDoors(
  definitions: readonly ServerDefinition[],
  { limits, apiKeys = [] }: { limits?: DoorOptions['limits']; apiKeys?: readonly string[] } = {},
): Promise<Doors> {
  const servers = createServers();
  await Promise.all(
    definitions.map(async (definition) => (await servers.define(definition)).start({ keepTrying: false })),
  );
  const doors = new McpDoors({
    servers,
    version: '0.0.0',
    agents: { list: () => [], find: () => undefined, onChange: () => () => undefined },
    base: '/api/v1/mcp',
    agentsBase: '/api/v1/agents',
    limits,
    readBody: (request, response) => readJsonText(request, () => response.writeContinue()),
    principalOf: (request) => exchangeOf(request).principal,
  });
  const http = await startTestServer({ apiKeys, mounts: [{ path: '/api/v1/mcp', handler: doors.handler }] });
  const url = `${http.url}/api/v1/mcp`;
  return {
    url,
    servers,
    doors,
    send: (path, { method = 'POST', body, headers = {} } = {}) =>
      fetch(url + path, {
        method,
        redirect: 'manual',
        headers: {
          accept: 'application/json, text/event-stream',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    async [Symbol.asyncDispose]() {
      await doors.close();
      await http[Symbol.asyncDispose]();
      await servers.close();
    },
  };
}

/** The official client at a door. */
export async function connect(
  url: string,
  {
    capabilities = {},
    prepare,
    headers = {},
  }: { capabilities?: ClientCapabilities; prepare?(client: Client): void; headers?: Record<string, string> } = {},
) {
  const client = new Client({ name: 'test', version: '0.0.0' }, { capabilities });
  prepare?.(client);
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  // Its `sessionId` may be undefined, which the interface it implements does not allow for.
  await client.connect(transport as Transport);
  return {
    client,
    transport,
    /** What a tool answers, as text. */
    async call(name: string, args: Record<string, unknown> = {}, options = {}): Promise<string> {
      const { content } = await client.callTool({ name, arguments: args }, undefined, options);
      const [part] = Array.isArray(content) ? content : [];
      return part?.type === 'text' ? part.text : JSON.stringify(content);
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** The request that opens a session. */
export const INITIALIZE = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '0.0.0' } },
};

/** The messages in the text of an event stream, with the id of each event. */
export const eventsIn = (text: string) =>
  [...text.matchAll(/id: (\S+)\n(?:retry: \d+\n)?data: ?(.*)\n\n/g)].map(([, id, data]) => ({
    id,
    message: data ? JSON.parse(data) : undefined,
  }));
