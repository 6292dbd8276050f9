/** What the doors of this server's own offer, and how it is called. */
import { isDeepStrictEqual } from 'node:util';
import type { Principal } from '../../call/principal.ts';
import type { OnProgress } from '../servers/requests.ts';
import { toAskName } from '../tool-names.ts';
import type { CallToolResult, Tool } from '../wire/mcp-sdk.ts';

/** What a tool is called with, beside its arguments. */
export interface ToolCall {
  /** Whose session it is. */
  readonly principal: Principal;
  readonly signal: AbortSignal;
  /** Set when the caller wants to be told. */
  readonly onProgress: OnProgress | undefined;
}

/** Calls one tool. */
export type CallTool = (args: Record<string, unknown>, call: ToolCall) => Promise<CallToolResult>;

/** The tools of one door. */
export interface DoorTools {
  list(): readonly Tool[];
  /** Undefined when it has no tool of this name. */
  find(name: string): CallTool | undefined;
  /** Calls `listener` when the list has changed, until the function it returns is called. */
  onChange(listener: () => void): () => void;
}

/** An agent as a tool, which has its name from the door that offers it. */
export interface AgentTool {
  readonly id: string;
  /** Whether it is among the tools of all servers, too. */
  readonly isOffered: boolean;
  readonly tool: Omit<Tool, 'name'>;
  readonly call: CallTool;
}

/** The agents of this server, as the doors know them. */
export interface AgentTools {
  list(): readonly AgentTool[];
  /** Undefined when there is no such agent. */
  find(id: string): AgentTool | undefined;
  /** Calls `listener` when an agent has come, changed or gone, until the function it returns is called. */
  onChange(listener: () => void): () => void;
}

const NOTHING_TAKEN: ReadonlyMap<string, unknown> = new Map();

/** One agent alone; nothing once it is deleted. */
export function toolsOfAgent(agents: AgentTools, id: string): DoorTools {
  const name = toAskName(id, NOTHING_TAKEN);
  return {
    list() {
      const agent = agents.find(id);
      return agent ? [{ ...agent.tool, name }] : [];
    },
    find: (wanted) => (wanted === name ? agents.find(id)?.call : undefined),
    onChange(listener) {
      let known = this.list();
      return agents.onChange(() => {
        const before = known;
        known = this.list();
        if (!isDeepStrictEqual(before, known)) listener();
      });
    },
  };
}
