import { createConfigureHandlers } from '../configure/configure-handlers.ts';
import type { Models } from '../models/models.ts';
import type { McpServers } from './mcp.ts';

interface ConfigureOptions {
  readonly models: Models;
  readonly mcp: McpServers;
}

/** Opens what tells callers which models, MCP servers and tools there are. */
export function openConfigure({ models, mcp: { servers, config } }: ConfigureOptions) {
  return {
    handlers: {
      configure: createConfigureHandlers({
        servers,
        configServers: config,
        listModels: () => models.list(),
        defaultModel: () => models.defaultModel(),
      }),
    },
  };
}
