/** The tools a run may call, whoever provides them. */

import type { ShownFile, ShownPage } from '../store/messages.ts';
import type { NewApproval } from '../store/stored-approvals.ts';
import type { CallWatch, TraceHeaders } from './call-watch.ts';
import type { ParentCall } from './parent-call.ts';

/** A tool as a model is shown it. */
export interface ToolDefinition {
  /** At most 64 of A-Z a-z 0-9 _ - ; unique in its toolset. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments, an object. */
  readonly inputSchema: Record<string, unknown>;
  /** The id of the MCP server whose tool it is; absent for tools of this server's own. */
  readonly server?: string | undefined;
  /** Set for tools that only show the user something: no approval is asked for them. */
  readonly isDisplay?: boolean;
}

/** What a tool call came to. A tool's own failure is a result with `isError`, never an exception. */
export interface ToolOutcome {
  /** Text, or any JSON value. */
  readonly result: unknown;
  readonly isError: boolean;
  /** The state shared with the caller, when the tool has changed it: the whole of it. */
  readonly state?: unknown;
  /** Set of a call that has no result yet: it waits for the answers to these, and is made again with them. */
  readonly awaits?: readonly NewApproval[] | undefined;
  /** The page that shows it to people, of a tool that has one. */
  readonly page?: ShownPage | undefined;
  /** What it has drawn or made for people, within bounds. */
  readonly files?: readonly ShownFile[] | undefined;
  /** Events of the tool's own, for the caller. */
  readonly custom?: readonly { readonly name: string; readonly value: unknown }[] | undefined;
}

/** What a toolset is prepared with. */
export interface PrepareOptions {
  readonly signal: AbortSignal;
  /** Told the ids of the MCP servers that are waited for, when that takes a while. */
  readonly onWaiting?: ((servers: readonly string[]) => void) | undefined;
}

/** Read anew before each model call, so that a change of selection takes effect within a run. */
export interface Toolset {
  /**
   * Awaited before each {@link list}: waits, within bounds of its own and until `signal` aborts, for tools that are on their way.
   * Resolves with the ids of the MCP servers whose tools are not there. Never throws.
   */
  prepare?(options: PrepareOptions): Promise<readonly string[]>;
  list(): readonly ToolDefinition[];
  /** Told which of its tools the provider of a model is not told of, or not of all of it, and why. */
  noteUnsaid?(tools: readonly { readonly name: string; readonly detail: string }[]): void;
  /** Ends soon after `signal` aborts. Throws only on a fault of this server. */
  call(
    name: string,
    args: Record<string, unknown>,
    options: {
      signal: AbortSignal;
      /** The state shared with the caller; undefined when there is none. */
      state?: unknown;
      /** What goes along to another program that works for it, so that its trace joins this one. */
      trace?: TraceHeaders | undefined;
      /** Is told of the calls of tools that are made within this one, such as by code. */
      watch?: CallWatch | undefined;
      /** For tools that start runs. */
      parent?: ParentCall | undefined;
      /** Set of a call that has waited for approvals which are answered now: those that its own stood for. */
      answered?: readonly string[] | undefined;
    },
  ): Promise<ToolOutcome>;
}
