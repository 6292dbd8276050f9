import { ApiError } from '../../call/errors.ts';
import type { ResolvedLaunch } from '../processes/launch.ts';
import { Connection, type ConnectionOptions } from './connection.ts';

/** A server that was not ready when its time was up. */
export class StartTimeoutError extends Error {
  override readonly name = 'StartTimeoutError';
}

/** Connects and lists the tools, or throws `mcp-start-failed` with the reason and leaves no process behind. */
export async function openConnection(
  resolved: ResolvedLaunch,
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<Connection> {
  // A signal that times out by itself would hold everything that waited for it until then, long after the start.
  const deadline = new AbortController();
  const timer = setTimeout(
    () => deadline.abort(new StartTimeoutError('The start took too long')),
    options.limits.startTimeoutMs,
  );
  const connection = new Connection(resolved, options);
  options.onOpening(connection);
  try {
    await connection.open(AbortSignal.any([signal, deadline.signal]));
    return connection;
  } catch (cause) {
    const seconds = options.limits.startTimeoutMs / 1000;
    const why = deadline.signal.aborted ? `did not answer within ${seconds} s` : connection.describeFailure(cause);
    await connection.close();
    throw new ApiError('mcp-start-failed', `MCP server '${options.serverId}' ${why}${connection.stderrTail()}`, {
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}
