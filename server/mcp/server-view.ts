/** An MCP server as answers show it. */
import { maskArguments, maskUrl } from './definitions/secrets.ts';
import type { SupervisedServer } from './servers/supervised-server.ts';

/** No value of a variable or header is in it, and no secret in its arguments or URL. */
export function viewServer(server: SupervisedServer) {
  const { definition, status, error } = server;
  const { id, name, description, enabled, origin, launch, requiredEnvVars } = definition;
  const names = Object.keys(launch.type === 'stdio' ? launch.env : launch.headers);
  return {
    id,
    name,
    description,
    enabled,
    tools: status === 'running' ? server.tools.map(viewTool) : [],
    ...viewLaunch(server),
    requiredEnvVars: [...requiredEnvVars],
    envVars: [...new Set([...names, ...server.variableNames])],
    isAvailable: server.isAvailable,
    isRunning: status === 'running',
    isConfig: origin === 'config',
    origin,
    transport: launch.type,
    status,
    error: error ?? null,
  };
}

/** How it is run: command and arguments, or URL. */
export function viewLaunch({
  definition: { launch },
}: SupervisedServer): { url: string } | { command: string; args: string[] } {
  if (launch.type !== 'stdio') return { url: maskUrl(launch.url) };
  return { command: launch.command, args: maskArguments(launch.args) };
}

const viewTool = (tool: SupervisedServer['tools'][number]) => ({
  name: tool.name,
  description: tool.description ?? tool.title ?? '',
  enabled: true,
  inputSchema: { ...tool.inputSchema },
});

/** Names in the notation of the messages: `['a', 'b']`. */
export const quoteList = (names: readonly string[]): string => `[${names.map((name) => `'${name}'`).join(', ')}]`;
