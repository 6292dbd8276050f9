import { ApiError } from '../../call/errors.ts';
import type { SupervisedServer } from '../servers/supervised-server.ts';
import { type CallToolResult, loadMcpServer } from '../wire/mcp-sdk.ts';
import { AnswerError } from './answer-error.ts';
import type { ToolCall } from './door-tools.ts';

/** Calls the tool of a server where it runs. A server that dies or is silent is an error of the protocol. */
export async function callServer(
  server: SupervisedServer,
  tool: string,
  args: Record<string, unknown>,
  { signal, onProgress }: ToolCall,
): Promise<CallToolResult> {
  try {
    return await server.call(tool, args, { signal, onProgress });
  } catch (cause) {
    signal.throwIfAborted();
    if (!(cause instanceof ApiError)) throw cause;
    const { ErrorCode } = await loadMcpServer();
    const code = cause.code === 'mcp-server-timeout' ? ErrorCode.RequestTimeout : ErrorCode.ConnectionClosed;
    throw new AnswerError(code, cause.message, { code: cause.code });
  }
}
