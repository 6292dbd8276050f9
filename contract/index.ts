import { a2a } from './a2a.ts';
import { a2ui } from './a2ui.ts';
import { acp } from './acp.ts';
import { agUi } from './ag-ui.ts';
import { agentMcpServers } from './agent-mcp-servers.ts';
import { agents } from './agents.ts';
import { approvals } from './approvals.ts';
import { configure } from './configure.ts';
import { conversations } from './conversations.ts';
import { events } from './events.ts';
import { examples } from './examples.ts';
import { health } from './health.ts';
import { mcpProxy } from './mcp-proxy.ts';
import { mcpServers } from './mcp-servers.ts';
import { mcpUi } from './mcp-ui.ts';
import { openai } from './openai.ts';
import { prompts } from './prompts.ts';
import { runs } from './runs.ts';
import { sandbox } from './sandbox.ts';
import { skills } from './skills.ts';
import type { Handlers, RouterOf } from './types.ts';
import { usage } from './usage.ts';
import { vercelAi } from './vercel-ai.ts';

/** Where the REST surface starts: every endpoint's path is below it. */
export const BASE_PATH = '/api/v1';

/** Every endpoint of the product, one line per resource; the keys are the names of the typed clients' procedures. */
export const contract = {
  health,
  agents,
  agentMcpServers,
  prompts,
  runs,
  usage,
  approvals,
  conversations,
  events,
  agUi,
  a2a,
  a2ui,
  mcpUi,
  vercelAi,
  openai,
  acp,
  examples,
  mcpServers,
  mcpProxy,
  configure,
  sandbox,
  skills,
};

/** The type of the contract. */
export type AppContract = typeof contract;
/** The tRPC router a typed client needs; derived from the contract alone. */
export type AppRouter = RouterOf<AppContract>;
/** What a server must implement: one handler per endpoint. */
export type AppHandlers<Context> = Handlers<AppContract, Context>;

export type { ErrorBody, ErrorCode } from './errors.ts';
export { ErrorResponse, errors } from './errors.ts';
