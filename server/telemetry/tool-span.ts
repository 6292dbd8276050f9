import type { Attributes, Span } from './span.ts';

/** A tool call that ran. */
interface RunCall extends Pick<Span, 'context' | 'parent' | 'startedAt' | 'endedAt'> {
  readonly tool: string;
  /** The MCP server it went to; null for tools of this server's own and of the caller. */
  readonly server: string | null;
  /** Absent for a call that no model has made, and no code of one. */
  readonly callId?: string;
  /** Why it failed: a code and a sentence for people; undefined when it did not. */
  readonly failure: { readonly code: string; readonly detail: string } | undefined;
  /** What it was given and gave, where that is wanted. */
  readonly contents: Attributes | undefined;
}

/** What is said of a call whose tool failed. */
export const TOOL_FAILED = { code: 'tool_error', detail: 'The tool failed' };

/** The span of a tool call. That of an MCP server has no other: the conventions add what is particular to MCP to that of the tool. */
export function toToolSpan({ tool, server, callId, failure, contents, ...span }: RunCall): Span {
  return {
    ...span,
    name: `execute_tool ${tool}`,
    kind: 'internal',
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': tool,
      'gen_ai.tool.call.id': callId,
      'gen_ai.tool.type': server === null ? 'function' : 'extension',
      ...(server !== null && { 'mcp.method.name': 'tools/call', 'agent_runtimes.mcp.server.id': server }),
      'error.type': failure?.code,
      ...contents,
    },
    events: [],
    links: [],
    failure: failure?.detail,
  };
}
