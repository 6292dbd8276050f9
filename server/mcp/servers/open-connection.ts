import { ApiError } from '../../call/errors.ts';
import type { ResolvedLaunch } from '../processes/launch.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { createStartDeadline } from './start-deadline.ts';

/** Connects and lists the tools, or throws `mcp-start-failed` with the reason and leaves no process behind. */
export async function openConnection(
  resolved: ResolvedLaunch,
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<Connection> {
  const onHeard = () => {
    deadline.heard();
    options.onHeard();
  };
  const connection = new Connection(resolved, { ...options, onHeard });
  using deadline = createStartDeadline(options.limits, () => connection.pid);
  options.onOpening(connection);
  try {
    await connection.open(AbortSignal.any([signal, deadline.signal]));
    return connection;
  } catch (error) {
    const cause = deadline.error ?? error;
    const why = deadline.error?.message ?? connection.describeFailure(error);
    await connection.close();
    throw new ApiError('mcp-start-failed', `MCP server '${options.serverId}' ${why}${connection.stderrTail()}`, {
      cause,
    });
  }
}
