import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Agents } from '../agents/agents.ts';
import { Codemode, type CodingAgent } from '../codemode/codemode.ts';
import type { Log } from '../http/log.ts';
import type { Options } from '../options.ts';
import { needsApproval } from '../runs/tool-approvals.ts';
import type { AgentRecord } from '../store/store.ts';
import type { McpServers } from './mcp.ts';

/** Where the containers of a pod share files, when there is such a folder. */
const SHARED_CODE_FOLDER = '/mnt/shared-agent/generated';

/** Codemode, and how this server was started. */
export interface CodemodeParts {
  readonly host: Codemode;
  /** Whether agents that say nothing call their tools from code. */
  readonly isDefault: boolean;
  readonly allowsDirectCalls: boolean;
  close(): Promise<void>;
}

interface CodemodeOptions {
  readonly options: Options;
  readonly agents: Agents;
  readonly mcp: McpServers;
  readonly log: Log;
}

/** Opens codemode for the agents that call their tools from code. Throws when `--mcp-proxy-url` cannot be used. */
export function openCodemode({ options, agents, mcp, log }: CodemodeOptions): CodemodeParts {
  const toCodingAgent = ({ id, codemode, selectedMcpServers, approvals }: AgentRecord): CodingAgent => ({
    id,
    isCodemode: codemode ?? options.codemode,
    selectedMcpServers,
    needsApproval: (tool) => needsApproval(tool, approvals.tools),
  });
  const host = new Codemode({
    servers: mcp.servers,
    findAgent: (id) => (agents.has(id) ? toCodingAgent(agents.get(id)) : undefined),
    listAgents: () => agents.list().map(toCodingAgent),
    ownNames: [options.host, ...options['allowed-host']],
    proxyUrl: options['mcp-proxy-url'],
    folder: options['generated-code-folder'] ?? defaultCodeFolder(options['data-dir']),
    log: (message) => log.warn(message),
  });
  agents.onChange(() => host.changed());
  return {
    host,
    isDefault: options.codemode,
    allowsDirectCalls: options['codemode-direct-calls'],
    close: () => host.close(),
  };
}

/** A folder that the containers of a pod share wins over the data folder. */
function defaultCodeFolder(dataFolder: string): string {
  return existsSync(SHARED_CODE_FOLDER) ? SHARED_CODE_FOLDER : join(dataFolder, 'generated');
}
