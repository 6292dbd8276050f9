import { maskArguments, maskUrl } from './definitions/secrets.ts';
import type { SupervisedServer } from './servers/supervised-server.ts';

/** A server as answers show it: without the values of variables and headers, and without the secrets in its arguments or URL. */
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
    problems: server.problems.map((problem) => ({ ...problem })),
  };
}

/** How a server is run as answers show it: command and arguments, or URL. */
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
  ...(tool.annotations && { annotations: tool.annotations }),
});

/** Names as error messages list them: `['a', 'b']`. */
export const quoteList = (names: readonly string[]): string => `[${names.map((name) => `'${name}'`).join(', ')}]`;
