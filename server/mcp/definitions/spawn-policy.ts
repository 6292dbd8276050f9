import { ApiError } from '../../call/errors.ts';
import type { ServerDefinition } from './server-definition.ts';

/** Which servers callers may add: to run a program is an administrator's power, which this policy shares with them or does not. */
export interface SpawnPolicy {
  /** False: callers may add no server at all. */
  readonly allowsCustomServers: boolean;
  /** The only commands their servers may run, compared letter by letter; absent: any. */
  readonly commands?: readonly string[] | undefined;
}

/** Throws a 403 that names the policy when a custom server must not run. Arguments are not looked at: no list of bad ones is ever complete. */
export function checkSpawnPolicy(policy: SpawnPolicy, { id, origin, launch }: ServerDefinition): void {
  if (origin !== 'custom') return;
  if (!policy.allowsCustomServers) {
    throw new ApiError('spawn-forbidden', `MCP server '${id}' must not run: --no-custom-mcp-servers is set`);
  }
  if (launch.type !== 'stdio' || !policy.commands || policy.commands.includes(launch.command)) return;
  throw new ApiError('spawn-forbidden', `MCP server '${id}' must not run: its command is not one of --mcp-commands`);
}
