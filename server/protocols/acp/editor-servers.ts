import type { McpServer } from '@agentclientprotocol/sdk';
import type { EditorServer } from './ports.ts';

/** An MCP server as an editor names it. A program works where its session does. */
export function toEditorServer(server: McpServer, cwd: string): EditorServer {
  const { name } = server;
  if ('type' in server) return { name, transport: server.type, url: server.url, headers: toRecord(server.headers) };
  return { name, command: server.command, args: server.args, cwd, env: toRecord(server.env) };
}

const toRecord = (pairs: readonly { readonly name: string; readonly value: string }[]) =>
  Object.fromEntries(pairs.map(({ name, value }) => [name, value]));
