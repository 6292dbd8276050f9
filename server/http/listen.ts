import { createServer, type Server } from 'node:net';
import { CommandError } from '../command-error.ts';
import { isLoopback } from './host-check.ts';

const PORTS_TO_TRY = 100;

/** Where a server listens. */
export interface Address {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Take the next free port when the port is taken. */
  readonly findFreePort?: boolean;
}

/** Throws one sentence when the address is open to others and no API key is asked for. */
export function checkIsGuarded({ host }: Pick<Address, 'host'>, apiKeys: readonly string[]): void {
  if (apiKeys.length > 0 || isLoopback(host)) return;
  throw new CommandError(
    `Refusing to listen on ${host} without an API key: anyone who reaches it could run agents and start processes. Set AGENT_RUNTIMES_API_KEYS or --api-key-file, or listen on 127.0.0.1`,
  );
}

/** Throws one sentence when nothing can listen there now. */
export async function checkIsFree(address: Address): Promise<void> {
  const server = createServer();
  await listen(server, address);
  await new Promise((resolve) => server.close(resolve));
}

/** Listens. Throws one sentence when the address is taken, or not one of this machine. */
export async function listen(server: Server, { host, port, findFreePort }: Address): Promise<void> {
  const last = findFreePort && port !== 0 ? Math.min(65_535, port + PORTS_TO_TRY) : port;
  for (let candidate = port; ; candidate++) {
    const error = await tryToListen(server, host, candidate);
    if (!error) return;
    if (error.code !== 'EADDRINUSE') {
      throw new CommandError(`Cannot listen on ${host}, port ${candidate}: ${error.code}`, { cause: error });
    }
    if (candidate < last) continue;
    const advice = findFreePort ? `ports ${port} to ${last} are taken` : 'use --port or --find-free-port';
    throw new CommandError(`Port ${port} of ${host} is taken: ${advice}`, { cause: error });
  }
}

const tryToListen = (server: Server, host: string, port: number) =>
  new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const fail = (error: NodeJS.ErrnoException) => resolve(error);
    server.once('error', fail);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off('error', fail);
      resolve(undefined);
    });
  });
