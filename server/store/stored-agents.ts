import type { RecordStore } from './record-store.ts';

/** The most steps of the runs of an agent that says nothing of them. */
export const DEFAULT_MAX_STEPS = 20;

/** An agent as it is stored: what its creator said, with nothing derived. */
export interface AgentRecord {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** null: the default model of the server. */
  readonly model: string | null;
  readonly systemPrompt: string;
  readonly selectedMcpServers: readonly (
    | string
    | { readonly id: string; readonly origin: 'config' | 'custom' | 'catalog' }
  )[];
  readonly maxSteps: number;
  readonly temperature: number | null;
  /** Whether it calls its tools from code; null: as the server is started. */
  readonly codemode: boolean | null;
  /** null: those the server is started with. */
  readonly skills: readonly string[] | null;
  /** Calls of tools whose names match one of these, where `*` is any text, wait for a person. */
  readonly approvals: { readonly tools: readonly string[] };
  /** The ids of the agents it may ask; some may have been deleted since. */
  readonly agents: readonly string[];
  /** Whether MCP clients are offered it as a tool. */
  readonly offerAsTool: boolean;
  /** A JSON Schema of its answers; null: they are text. */
  readonly outputSchema: Readonly<Record<string, unknown>> | null;
  /** Whether its runs go on without readers, and on another process when theirs is gone. */
  readonly durable: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The stored agents. */
export type AgentsStore = RecordStore<AgentRecord>;
