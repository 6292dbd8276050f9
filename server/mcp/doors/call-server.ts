import { ApiError } from '../../call/errors.ts';
import { type CallWatch, makeWatched } from '../../runs/call-watch.ts';
import type { SupervisedServer } from '../servers/supervised-server.ts';
import { type CallToolResult, loadMcpServer } from '../wire/mcp-sdk.ts';
import { AnswerError } from './answer-error.ts';
import type { ToolCall } from './door-tools.ts';

/** Calls the tool of a server where it runs. A server that dies or is silent is an error of the protocol. */
export async function callServer(
  server: SupervisedServer,
  tool: string,
  args: Record<string, unknown>,
  { signal, onProgress, watch }: ToolCall & { readonly watch: CallWatch | undefined },
): Promise<CallToolResult> {
  const call = { server: server.definition.id, tool, args };
  try {
    return await makeWatched(watch, call, {
      make: (onStart) => server.call(tool, args, { signal, onProgress, meta: onStart?.() }),
      toEnd: (result) => ({ isError: result.isError === true, result }),
    });
  } catch (cause) {
    signal.throwIfAborted();
    if (!(cause instanceof ApiError)) throw cause;
    const { ErrorCode } = await loadMcpServer();
    const code = cause.code === 'mcp-server-timeout' ? ErrorCode.RequestTimeout : ErrorCode.ConnectionClosed;
    throw new AnswerError(code, cause.message, { code: cause.code });
  }
}
