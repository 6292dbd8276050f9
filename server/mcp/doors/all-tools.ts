import { isDeepStrictEqual } from 'node:util';
import type { CallWatch } from '../../runs/call-watch.ts';
import type { RunningServers } from '../servers/running-servers.ts';
import { toAskName, toToolName } from '../tool-names.ts';
import type { Tool } from '../wire/mcp-sdk.ts';
import { callServer } from './call-server.ts';
import type { AgentTools, CallTool, DoorTools } from './door-tools.ts';

const SETTLE_MS = 50;

interface AllToolsOptions {
  readonly servers: RunningServers;
  readonly agents: AgentTools;
  /** Makes who is told of the calls of the request that is being answered; absent: nobody. */
  readonly watchRequest?: (() => CallWatch) | undefined;
}

/** The tools of all servers that run, under the names agents know them by, and behind them the agents that are offered as tools. */
export class AllTools implements DoorTools {
  readonly #servers: RunningServers;
  readonly #agents: AgentTools;
  readonly #watchRequest: AllToolsOptions['watchRequest'];
  readonly #listeners = new Set<() => void>();
  readonly #unsubscribe: readonly (() => void)[];
  #calls = new Map<string, CallTool>();
  #tools: readonly Tool[] = [];
  /** That of the servers when the list was made; undefined when an agent has changed since. */
  #revision: number | undefined;
  #settle: NodeJS.Timeout | undefined;

  constructor({ servers, agents, watchRequest }: AllToolsOptions) {
    this.#servers = servers;
    this.#agents = agents;
    this.#watchRequest = watchRequest;
    const onAgents = () => {
      this.#revision = undefined;
      this.#changeSoon();
    };
    this.#unsubscribe = [servers.onToolsChanged(() => this.#changeSoon()), agents.onChange(onAgents)];
  }

  list(): readonly Tool[] {
    if (this.#revision === this.#servers.revision) return this.#tools;
    this.#revision = this.#servers.revision;
    const calls = new Map<string, CallTool>();
    const running = this.#servers.list().filter(({ isWanted }) => isWanted);
    const ofServers = running.flatMap((server) =>
      server.tools.map((tool) => {
        const name = toToolName(server.definition.id, tool.name, calls);
        calls.set(name, (args, call) =>
          callServer(server, tool.name, args, { ...call, watch: this.#watchRequest?.() }),
        );
        return { ...tool, name };
      }),
    );
    const offered = this.#agents.list().filter(({ isOffered }) => isOffered);
    const ofAgents = offered.map(({ id, tool, call }) => {
      const name = toAskName(id, calls);
      calls.set(name, call);
      return { ...tool, name };
    });
    this.#tools = [...ofServers, ...ofAgents];
    this.#calls = calls;
    return this.#tools;
  }

  find(name: string): CallTool | undefined {
    this.list();
    return this.#calls.get(name);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    clearTimeout(this.#settle);
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  // A server that starts changes several times at once: its listeners are told once.
  #changeSoon(): void {
    if (this.#listeners.size === 0) return;
    this.#settle ??= setTimeout(() => {
      this.#settle = undefined;
      const before = this.#tools;
      if (isDeepStrictEqual(before, this.list())) return;
      for (const listener of this.#listeners) listener();
    }, SETTLE_MS).unref();
  }
}
