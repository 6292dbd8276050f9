/** Starts and ends servers, by id and origin. */
import { client, queries } from '../api.ts';
import type { Server } from './selection.ts';

/** Variables for one server alone, by name. */
export type Variables = Readonly<Record<string, string>>;

/** A server is ended, and lacks variables to be started again: those it was given are forgotten with its end. */
export class VariablesForgottenError extends Error {
  override readonly name = 'VariablesForgottenError';
  /** The server as it is now. */
  readonly server: Server;

  constructor(server: Server) {
    super('It is stopped: its variables are to be given again');
    this.server = server;
  }
}

/** Starts a server and resolves when it runs. */
export function startServer({ id, origin }: Server, variables: Variables = {}): Promise<Server> {
  const given = Object.entries(variables).filter(([name]) => name.trim() !== '');
  const env_vars = given.map(([name, value]) => ({ name: name.trim(), value }));
  return anew(client.mcpServers.start.mutate({ server_id: id, origin, ...(env_vars.length && { env_vars }) }));
}

/** Ends a server and everything behind it. */
export const stopServer = ({ id, origin }: Server): Promise<Server> =>
  anew(client.mcpServers.stop.mutate({ server_id: id, origin }));

/** Ends a server and starts it again. Throws {@link VariablesForgottenError} when that takes variables anew. */
export async function restartServer(server: Server): Promise<Server> {
  const stopped = await stopServer(server);
  if (!stopped.isAvailable) throw new VariablesForgottenError(stopped);
  return startServer(server);
}

/** Asks anew for what is shown, however it ended. */
async function anew(change: Promise<Server>): Promise<Server> {
  try {
    return await change;
  } finally {
    void queries.invalidateQueries({ queryKey: ['servers'] });
  }
}
