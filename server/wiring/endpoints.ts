import { type AgentEndpointsOptions, openAgentEndpoints } from './agents.ts';
import { type ConfigureOptions, openConfigure } from './configure.ts';
import { openConversations } from './conversations.ts';
import { type HealthOptions, openHealth } from './health.ts';

/** Opens the features that are nothing but endpoints: no other feature is built on them. */
export function openEndpoints(parts: AgentEndpointsOptions & ConfigureOptions & HealthOptions) {
  return {
    handlers: {
      ...openHealth(parts).handlers,
      ...openConfigure(parts).handlers,
      ...openConversations(parts).handlers,
      ...openAgentEndpoints(parts).handlers,
    },
  };
}
