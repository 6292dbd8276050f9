import { awaitServers } from '../mcp/await-servers.ts';
import type { RunningServers, ServerReference } from '../mcp/servers/running-servers.ts';
import { toToolName } from '../mcp/tool-names.ts';
import type { PrepareOptions } from '../runs/toolset.ts';
import type { SandboxVariant, ToolCallAnswer, ToolCallHandler } from '../sandbox/sandbox.ts';
import type { SandboxHost } from '../sandbox/sandbox-host.ts';
import type { Tenant } from '../sandbox/tenant.ts';
import { type Bindings, generateBindings } from './bindings.ts';
import { type CodeServer, callForCode, listCodeServers } from './code-servers.ts';
import { GeneratedWriter } from './generated-writer.ts';
import { ProxyAccess } from './proxy-access.ts';
import { toUniquePythonNames } from './python-names.ts';

/** An agent as codemode needs to know it. */
export interface CodingAgent {
  readonly id: string;
  /** Whether it calls its tools from code. */
  readonly isCodemode: boolean;
  readonly selectedMcpServers: readonly ServerReference[];
  /** Whether a call of the tool waits for a person. */
  needsApproval(toolName: string): boolean;
}

interface CodemodeOptions {
  readonly servers: RunningServers;
  /** Undefined when there is no such agent. */
  findAgent(agentId: string): CodingAgent | undefined;
  listAgents(): readonly CodingAgent[];
  /** The hosts under which this server is known, beside those of its own machine. */
  readonly ownNames: readonly string[];
  /** Where kernels call tools as the operator says it; absent: this server. */
  readonly proxyUrl?: string | undefined;
  /** Where the Python package is written for others to read. */
  readonly folder: string;
  readonly log: (message: string) => void;
}

/** Tools as Python: what the code of each agent may import, and the one way on which its calls come back. */
export class Codemode implements SandboxHost {
  readonly #options: CodemodeOptions;
  readonly #proxy: ProxyAccess;
  readonly #writer: GeneratedWriter;
  readonly #known = new Map<string, { readonly key: string; readonly bindings: Bindings }>();

  constructor(options: CodemodeOptions) {
    this.#options = options;
    this.#proxy = new ProxyAccess({ ownNames: options.ownNames, operatorUrl: options.proxyUrl });
    this.#writer = new GeneratedWriter({
      folder: options.folder,
      isWanted: () => this.#codingAgents().length > 0,
      bindings: () => this.#bindingsOfAll(),
      log: options.log,
    });
    options.servers.onToolsChanged(() => this.changed());
  }

  /** Says where this server listens: kernels call tools there unless somebody names another address. */
  listensAt(serverUrl: string): void {
    this.#proxy.listensAt(serverUrl);
  }

  /** Checks where kernels are to call tools; undefined: this server. Returns what {@link Codemode.useProxy} takes. */
  checkProxy(url: string | undefined): string | undefined {
    return this.#proxy.check(url);
  }

  /** Chooses where kernels call tools from their next execution on. Returns the address. */
  useProxy(url: string | undefined): string | undefined {
    return this.#proxy.use(url);
  }

  /** Whose kernel sends this `Authorization`; undefined for any other sender. */
  findCaller(authorization: unknown): Tenant | undefined {
    return this.#proxy.findCaller(authorization);
  }

  /** As {@link Codemode.findCaller}, but throws when a kernel's token is worth nothing any more. */
  callerOf(authorization: unknown): Tenant | undefined {
    return this.#proxy.callerOf(authorization);
  }

  /** Whether an agent calls its tools from code. */
  isOn(agentId: string): boolean {
    return this.#options.findAgent(agentId)?.isCodemode === true;
  }

  /** The servers that the code of an agent may call now. */
  serversOf(agentId: string): CodeServer[] {
    const agent = this.#options.findAgent(agentId);
    if (!agent) return [];
    return listCodeServers(this.#options.servers, agent.selectedMcpServers);
  }

  /** The Python package for the code of an agent. */
  bindingsOf(agentId: string): Bindings {
    const { servers, findAgent } = this.#options;
    const key = JSON.stringify([servers.revision, findAgent(agentId)?.selectedMcpServers]);
    const known = this.#known.get(agentId);
    if (known?.key === key) return known.bindings;
    const bindings = this.#generate(this.serversOf(agentId));
    this.#known.set(agentId, { key, bindings });
    return bindings;
  }

  /** Waits, within bounds, for servers of the agent that are on their way. Resolves with the ids of those that do not run then. */
  prepare(agentId: string, options: PrepareOptions): Promise<readonly string[]> {
    const { servers, findAgent } = this.#options;
    return awaitServers(servers, findAgent(agentId)?.selectedMcpServers ?? [], options);
  }

  /** Makes the package of these agents anew and writes it for others to read; false when none of them writes code. */
  async rebuild(agentIds: readonly string[]): Promise<boolean> {
    if (!agentIds.some((id) => this.isOn(id))) return false;
    this.#known.clear();
    await this.#writer.write();
    return true;
  }

  /** Notes that servers or agents have changed: the package on disk follows in a moment, interpreters before their next execution. */
  changed(): void {
    const { findAgent } = this.#options;
    for (const id of this.#known.keys()) if (!findAgent(id)) this.#known.delete(id);
    this.#writer.writeSoon();
  }

  async callTool({ agentId }: Pick<Tenant, 'agentId'>, ...call: Parameters<ToolCallHandler>): Promise<ToolCallAnswer> {
    const [server, tool, args, options] = call;
    const agent = this.#options.findAgent(agentId);
    if (!agent?.isCodemode) {
      const error = 'This agent does not call tools from code: its codemode is off';
      return { success: false, kind: 'denied', error };
    }
    // A run can stop and ask; code in the middle of its work cannot.
    if (agent.needsApproval(toToolName(server, tool, new Map()))) {
      const error = `A call of '${tool}' on '${server}' needs the approval of a person, and code cannot ask for it`;
      return { success: false, kind: 'denied', error };
    }
    try {
      return await callForCode(this.serversOf(agentId), { server, tool, args }, options);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#options.log(`A call of ${tool} on ${server} failed inside the server: ${why}`);
      return { success: false, kind: 'transport', error: `The call of ${tool} on ${server} failed` };
    }
  }

  async modules({ agentId }: Tenant, _variant: SandboxVariant, signal: AbortSignal) {
    if (!this.isOn(agentId)) return undefined;
    await this.prepare(agentId, { signal });
    const { version, files } = this.bindingsOf(agentId);
    return { version, modules: files };
  }

  async environment(tenant: Tenant, variant: SandboxVariant) {
    if (variant === 'local-jupyter' && this.isOn(tenant.agentId)) return this.#proxy.admit(tenant);
    this.#proxy.revoke(tenant);
    return undefined;
  }

  released(tenant: Tenant): void {
    this.#proxy.revoke(tenant);
  }

  async close(): Promise<void> {
    await this.#writer.close();
  }

  #codingAgents(): CodingAgent[] {
    return this.#options.listAgents().filter(({ isCodemode }) => isCodemode);
  }

  /** The package with the servers of all agents that write code. */
  #bindingsOfAll(): Bindings {
    const servers = this.#codingAgents().flatMap(({ id }) => this.serversOf(id));
    return this.#generate([...new Map(servers.map((server) => [server.id, server])).values()]);
  }

  #generate(servers: readonly CodeServer[]): Bindings {
    const known = this.#options.servers.list().map(({ definition }) => definition.id);
    return generateBindings(
      servers.filter(({ tools }) => tools.length > 0),
      toUniquePythonNames([...known, ...servers.map(({ id }) => id)]),
    );
  }
}
