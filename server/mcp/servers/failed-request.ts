import { ApiError } from '../../call/errors.ts';
import type { CallToolResult, McpClientSdk } from '../wire/mcp-sdk.ts';

/** A request that an MCP server did not answer with a result. */
export interface FailedRequest {
  readonly serverId: string;
  /** The tool or the resource it was for. */
  readonly target: string;
  /** Whether the connection has ended meanwhile. */
  readonly isOver: boolean;
}

/**
 * The error that the server answered, as a result; undefined when it answered nothing, because the connection broke. Throws
 * `mcp-server-timeout` when it was silent for too long.
 */
export function toErrorResult(
  cause: unknown,
  { McpError, ErrorCode }: McpClientSdk,
  { serverId, target, isOver }: FailedRequest,
): CallToolResult | undefined {
  const server = `MCP server '${serverId}'`;
  if (cause instanceof McpError) {
    if (isTimeout(cause)) {
      throw new ApiError('mcp-server-timeout', `${server} did not finish the call of '${target}' in time`, { cause });
    }
    // Servers, too, answer with the code by which the SDK says that the connection is closed.
    const code: number = cause.code;
    if (code !== ErrorCode.ConnectionClosed || !isOver) return toResult(cause.message);
  }
  return isValidationError(cause) ? toResult(`${server} answered '${target}' with what is no tool result`) : undefined;
}

const toResult = (text: string): CallToolResult => ({ content: [{ type: 'text', text }], isError: true });
// Recognized by the data that the SDK adds: servers, too, answer with its code.
const isTimeout = ({ data }: { data?: unknown }) =>
  typeof data === 'object' && data !== null && ('timeout' in data || 'maxTotalTimeout' in data);
const isValidationError = (cause: unknown) => cause instanceof Error && 'issues' in cause;
