/** An MCP server a caller added. Values of secrets are never part of it. */
export interface CustomServerRecord {
  readonly id: string;
  readonly definition: Record<string, unknown>;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The stored MCP servers. */
export interface ServersStore {
  /** All servers, in the order of their creation. */
  list(): Promise<CustomServerRecord[]>;
  /** Inserts or replaces. */
  save(server: CustomServerRecord): Promise<void>;
  delete(id: string): Promise<void>;
}
