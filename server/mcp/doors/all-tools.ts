import { isDeepStrictEqual } from 'node:util';
import type { RunningServers } from '../servers/running-servers.ts';
import type { SupervisedServer } from '../servers/supervised-server.ts';
import { toToolName } from '../tool-names.ts';
import type { Tool } from '../wire/mcp-sdk.ts';

/** Where a tool is called. */
interface Route {
  readonly server: SupervisedServer;
  readonly tool: string;
}

const SETTLE_MS = 50;

/** The tools of all servers that run, under the names agents know them by. */
export class AllTools {
  readonly #servers: RunningServers;
  readonly #listeners = new Set<() => void>();
  readonly #unsubscribe: () => void;
  #routes = new Map<string, Route>();
  #tools: readonly Tool[] = [];
  #revision = -1;
  #settle: NodeJS.Timeout | undefined;

  constructor(servers: RunningServers) {
    this.#servers = servers;
    this.#unsubscribe = servers.onToolsChanged(() => this.#changeSoon());
  }

  list(): readonly Tool[] {
    if (this.#revision === this.#servers.revision) return this.#tools;
    this.#revision = this.#servers.revision;
    const routes = new Map<string, Route>();
    const running = this.#servers.list().filter(({ isWanted }) => isWanted);
    this.#tools = running.flatMap((server) =>
      server.tools.map((tool) => {
        const name = toToolName(server.definition.id, tool.name, routes);
        routes.set(name, { server, tool: tool.name });
        return { ...tool, name };
      }),
    );
    this.#routes = routes;
    return this.#tools;
  }

  find(name: string): Route | undefined {
    this.list();
    return this.#routes.get(name);
  }

  /** Calls `listener` when the list has changed, until the function it returns is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    clearTimeout(this.#settle);
    this.#unsubscribe();
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
