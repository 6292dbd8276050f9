/** Several whole servers in this process that are one service on one PostgreSQL. */
import { openDatabase } from './postgres.ts';
import { startWholeServer, type WholeServer, type WholeServerOptions } from './whole-server.ts';

/** Servers that share a database. */
export interface Replicas extends AsyncDisposable {
  readonly databaseUrl: string;
  /** Starts one more; it ends with the others, if not before. */
  start(options?: WholeServerOptions): Promise<WholeServer>;
}

/** An empty database, and the servers that are started on it. */
export async function openReplicas(common: WholeServerOptions = {}): Promise<Replicas> {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await openDatabase());
  const opened = stack.move();
  return {
    databaseUrl: database.url,
    async start(options = {}) {
      const args = ['--database-url', database.url, ...(common.args ?? []), ...(options.args ?? [])];
      const environment = { ...common.environment, ...options.environment };
      return opened.use(await startWholeServer({ ...common, ...options, args, environment }));
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
