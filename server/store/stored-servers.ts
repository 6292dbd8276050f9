import type { RecordStore } from './record-store.ts';

/** An MCP server a caller added. Values of secrets are never part of it. */
export interface CustomServerRecord {
  readonly id: string;
  readonly definition: Record<string, unknown>;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The stored MCP servers. */
export type ServersStore = RecordStore<CustomServerRecord>;
