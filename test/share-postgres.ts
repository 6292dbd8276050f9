/** Run once before all tests: starts the PostgreSQL that they share when the first of them asks for it, and ends it after the last. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { TestProject } from 'vitest/node';
import type { PostgresServer } from '../scripts/postgres-server.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where to ask for the URL of the shared PostgreSQL. */
    readonly postgresAt: string;
  }
}

// No test looks at what is left of a broken machine: nothing waits for the disk.
const SETTINGS = { fsync: 'off', max_connections: '300' };

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const opened = new AsyncDisposableStack();
  let starting: Promise<PostgresServer> | undefined;
  const door = createServer(async (_request, response) => {
    starting ??= start(opened);
    const [status, text] = await starting.then(
      (server) => [200, server.url()] as const,
      (cause: unknown) => [500, cause instanceof Error ? cause.message : String(cause)] as const,
    );
    response.writeHead(status).end(text);
  });
  door.listen(0, '127.0.0.1').unref();
  await once(door, 'listening');
  const address = door.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  project.provide('postgresAt', `http://127.0.0.1:${address.port}`);
  return async () => {
    door.close();
    await starting?.catch(() => undefined);
    await opened.disposeAsync();
  };
}

async function start(opened: AsyncDisposableStack): Promise<PostgresServer> {
  // Most runs need none, and do not wait for what starts it to be read.
  const { startPostgres } = await import('../scripts/postgres-server.ts');
  const folder = opened.use(await temporaryFolder());
  return opened.use(await startPostgres({ folder: folder.path, settings: SETTINGS }));
}
