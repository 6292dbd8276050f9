import { ApiError } from '../call/errors.ts';
import type { RunningServers, ServerReference } from '../mcp/servers/running-servers.ts';
import { toToolName } from '../mcp/tool-names.ts';
import { createServerToolset, type ServerToolset } from '../mcp/toolset.ts';
import type { Toolset } from '../runs/toolset.ts';
import type { ToolCallAnswer, ToolCallHandler } from '../sandbox/sandbox.ts';
import type { SandboxHost } from '../sandbox/sandbox-host.ts';
import { type Bindings, generateBindings } from './bindings.ts';
import { type CodeServer, callForCode, listCodeServers } from './code-servers.ts';
import { writeGenerated } from './generated-folder.ts';
import { ownProxyAddress, type ProxyAddress, readProxyAddress } from './proxy-address.ts';
import { createProxyTokens, readProxyToken } from './proxy-tokens.ts';
import { toUniquePythonNames } from './python-names.ts';

/** An agent as codemode needs to know it. */
export interface CodingAgent {
  readonly id: string;
  /** Whether it calls its tools from code. */
  readonly isCodemode: boolean;
  readonly selectedMcpServers: readonly ServerReference[];
  /** Whether a call of the tool waits for a person; absent: none does. */
  needsApproval?(toolName: string): boolean;
}

interface CodemodeOptions {
  readonly servers: RunningServers;
  /** Undefined when there is no such agent. */
  findAgent(agentId: string): CodingAgent | undefined;
  listAgents(): readonly CodingAgent[];
  /** Further toolsets that the code of an agent calls like servers, by id. */
  builtIn?(agentId: string): ReadonlyMap<string, Toolset>;
  /** The hosts under which this server is known, beside those of its own machine. */
  readonly ownNames: readonly string[];
  /** Where the Python package is written for others to read. */
  readonly folder: string;
  readonly log: (message: string) => void;
}

const WRITE_DELAY_MS = 200;
const NONE: ReadonlyMap<string, Toolset> = new Map();

/** Tools as Python: what the code of each agent may import, and the one way on which its calls come back. */
export class Codemode implements SandboxHost {
  readonly #options: CodemodeOptions;
  readonly #tokens = createProxyTokens();
  readonly #known = new Map<string, { readonly key: string; readonly bindings: Bindings }>();
  readonly #toolsets = new Map<string, ServerToolset>();
  #ownProxy: ProxyAddress | undefined;
  #proxy: ProxyAddress | undefined;
  #hasWritten = false;
  #writing: Promise<void> = Promise.resolve();
  #soon: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: CodemodeOptions) {
    this.#options = options;
    options.servers.onToolsChanged(() => this.changed());
  }

  /** Where this server listens: kernels call tools there unless somebody names another address. */
  listensAt(serverUrl: string): void {
    this.#ownProxy = ownProxyAddress(serverUrl);
  }

  /** Checks where kernels are to call tools; undefined: this server. Returns what {@link useProxy} takes. */
  checkProxy(url: string | undefined): ProxyAddress | undefined {
    return url === undefined ? undefined : readProxyAddress(url, this.#options.ownNames);
  }

  /** Where kernels call tools from their next execution on. Returns the address. */
  useProxy(address: ProxyAddress | undefined): string | undefined {
    this.#proxy = address;
    return this.#address?.url;
  }

  get #address(): ProxyAddress | undefined {
    return this.#proxy ?? this.#ownProxy;
  }

  /** Whether an agent calls its tools from code. */
  isOn(agentId: string): boolean {
    return this.#options.findAgent(agentId)?.isCodemode === true;
  }

  /** What the code of an agent may call now. */
  serversOf(agentId: string): CodeServer[] {
    const agent = this.#options.findAgent(agentId);
    if (!agent) return [];
    return listCodeServers(this.#options.servers, agent.selectedMcpServers, this.#options.builtIn?.(agentId) ?? NONE);
  }

  /** The Python package for the code of an agent. */
  bindingsOf(agentId: string): Bindings {
    const { servers, findAgent, builtIn } = this.#options;
    const further = [...(builtIn?.(agentId) ?? NONE)].map(([id, toolset]) => [id, toolset.list()]);
    const key = JSON.stringify([servers.revision, findAgent(agentId)?.selectedMcpServers, further]);
    const known = this.#known.get(agentId);
    if (known?.key === key) return known.bindings;
    const bindings = this.#generate(this.serversOf(agentId));
    this.#known.set(agentId, { key, bindings });
    return bindings;
  }

  /** Waits, within bounds, for servers of the agent that are on their way. */
  async prepare(agentId: string, signal: AbortSignal = new AbortController().signal): Promise<void> {
    const { servers, findAgent } = this.#options;
    const selection = () => findAgent(agentId)?.selectedMcpServers ?? [];
    const toolset = this.#toolsets.get(agentId) ?? createServerToolset(servers, selection);
    this.#toolsets.set(agentId, toolset);
    await toolset.prepare({ signal });
  }

  /** Makes the package of these agents anew and writes it for others to read; false when none of them is for code. */
  async rebuild(agentIds: readonly string[]): Promise<boolean> {
    if (!agentIds.some((id) => this.isOn(id))) return false;
    this.#known.clear();
    await this.#write();
    return true;
  }

  /** Servers or agents have changed: the package on disk follows in a moment. Interpreters get theirs before their next execution. */
  changed(): void {
    if (this.#soon || this.#isClosed) return;
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      void this.#write();
    }, WRITE_DELAY_MS);
    this.#soon.unref();
  }

  async callTool(agentId: string, ...call: Parameters<ToolCallHandler>): Promise<ToolCallAnswer> {
    const [server, tool, args, { signal }] = call;
    if (!this.isOn(agentId)) {
      const error = 'This agent does not call tools from code: its codemode is off';
      return { success: false, kind: 'denied', error };
    }
    // A run can stop and ask; code in the middle of its work cannot.
    if (this.#options.findAgent(agentId)?.needsApproval?.(toToolName(server, tool, new Map()))) {
      const error = `A call of '${tool}' on '${server}' needs the approval of a person, and code cannot ask for it`;
      return { success: false, kind: 'denied', error };
    }
    try {
      return await callForCode(this.serversOf(agentId), { server, tool, args }, signal);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#options.log(`A call of ${tool} on ${server} failed inside the server: ${why}`);
      return { success: false, kind: 'transport', error: `The call of ${tool} on ${server} failed` };
    }
  }

  async modules(agentId: string) {
    if (!this.isOn(agentId)) return undefined;
    await this.prepare(agentId);
    const { version, files } = this.bindingsOf(agentId);
    return { version, modules: files };
  }

  async environment(agentId: string, variant: 'local-eval' | 'local-jupyter') {
    const address = this.#address;
    if (variant !== 'local-jupyter' || !address || !this.isOn(agentId)) {
      this.#tokens.revoke(agentId);
      return undefined;
    }
    const { url, isOwn } = address;
    if (!isOwn) this.#tokens.revoke(agentId);
    return {
      AGENT_RUNTIMES_MCP_PROXY_URL: url,
      AGENT_RUNTIMES_MCP_PROXY_TOKEN: isOwn ? this.#tokens.issue(agentId) : '',
    };
  }

  released(agentId: string): void {
    this.#tokens.revoke(agentId);
  }

  /** The agent whose kernel sends this `Authorization`; undefined for any other sender. */
  findCaller(authorization: unknown): string | undefined {
    const token = readProxyToken(authorization);
    return token === undefined ? undefined : this.#tokens.agentOf(token);
  }

  /** As {@link findCaller}, but throws when a kernel's token is worth nothing any more. */
  callerOf(authorization: unknown): string | undefined {
    const agentId = this.findCaller(authorization);
    if (agentId !== undefined || readProxyToken(authorization) === undefined) return agentId;
    throw new ApiError('unauthorized', 'The token of this sandbox is not valid any more', {
      headers: { 'www-authenticate': 'Bearer' },
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#soon);
    await this.#writing;
  }

  /** Writes the servers of all agents that write code, one writing after another. */
  #write(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      const { folder, log, findAgent, listAgents } = this.#options;
      for (const id of this.#toolsets.keys()) if (!findAgent(id)) this.#toolsets.delete(id);
      for (const id of this.#known.keys()) if (!findAgent(id)) this.#known.delete(id);
      const agents = listAgents().filter(({ isCodemode }) => isCodemode);
      // Nobody has asked for the folder as long as no agent was for code.
      if (!agents.length && !this.#hasWritten) return;
      const servers = new Map(agents.flatMap(({ id }) => this.serversOf(id)).map((server) => [server.id, server]));
      try {
        await writeGenerated(folder, this.#generate([...servers.values()]));
        this.#hasWritten = true;
      } catch (cause) {
        const why = cause instanceof Error && 'code' in cause ? cause.code : cause;
        log(`The generated code could not be written to ${folder}: ${why}`);
      }
    });
    return this.#writing;
  }

  #generate(servers: readonly CodeServer[]): Bindings {
    const known = this.#options.servers.list().map(({ definition }) => definition.id);
    return generateBindings(
      servers.filter(({ tools }) => tools.length > 0),
      toUniquePythonNames([...known, ...servers.map(({ id }) => id)]),
    );
  }
}
