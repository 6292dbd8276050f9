import type { RecordStore } from './record-store.ts';

/** An MCP server a caller added. Values of secrets are part of it only as they were sealed. */
export interface CustomServerRecord {
  readonly id: string;
  readonly definition: Record<string, unknown>;
  /** Sealed values by the names of their variables. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The stored MCP servers. */
export interface ServersStore extends RecordStore<CustomServerRecord> {
  /** Stores `after` as the secrets of a server where `before` is stored, and nothing where that has changed meanwhile. */
  replaceSecrets(
    id: string,
    before: CustomServerRecord['secrets'],
    after: CustomServerRecord['secrets'],
  ): Promise<void>;
}
