import { createConfigureHandlers } from '../configure/configure-handlers.ts';
import type { Models } from '../models/models.ts';
import type { Prices } from '../prices/prices.ts';
import type { McpServers } from './mcp.ts';

/** What this server is made of. */
export interface ConfigureOptions {
  readonly models: Models;
  readonly mcp: McpServers;
  readonly prices: Prices;
}

/** Opens what tells callers which models, MCP servers and tools there are. */
export function openConfigure({ models, mcp: { servers, config }, prices }: ConfigureOptions) {
  return {
    handlers: {
      configure: createConfigureHandlers({
        servers,
        configServers: config,
        listModels: () => models.list(),
        defaultModel: () => models.defaultModel(),
        known: { models: () => models.listKnown(prices.models()), defaultModel: () => models.knownDefault() },
        ratesOf: prices.ratesOf,
      }),
    },
  };
}
