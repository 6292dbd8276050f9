/** Odd MCP servers, as they are defined. */
import type { ServerDefinition } from '../../server/mcp/definitions/server-definition.ts';
import { oddCommand, type Script } from '../fixtures/mcp/odd-server.ts';
import { fixtureServer } from './mcp-servers.ts';

/** One that is run as a process. */
export const oddServer = (id: string, script: Script): ServerDefinition =>
  fixtureServer(id, '', { launch: { type: 'stdio', env: {}, ...oddCommand(script) } });

/** One that is behind a URL. */
export const oddRemoteServer = (id: string, url: string): ServerDefinition =>
  fixtureServer(id, '', { launch: { type: 'http', url, headers: {} } });
