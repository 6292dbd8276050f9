import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Log } from '../http/log.ts';
import type { Publish } from '../live-events/publish.ts';
import type { Options } from '../options.ts';
import { Replica } from '../replicas/replica.ts';
import { createMemoryWake, type Wake } from '../replicas/wake.ts';
import { lockFolder } from '../store/folder-lock.ts';
import { createPrivateFolder } from '../store/private-file.ts';
import { openStore as openSqliteStore } from '../store/sqlite.ts';
import type { StatementListener } from '../store/sqlite-database.ts';
import type { Store } from '../store/store.ts';

interface StoreOptions {
  readonly options: Options;
  readonly log: Log;
  readonly publish: Publish;
  readonly onStatement: StatementListener | undefined;
}

/** Where everything is kept, and what this process is among those that keep it there too. */
export interface OpenedStore {
  readonly store: Store;
  /** undefined: this process has its store alone. */
  readonly replica: Replica | undefined;
  readonly wake: Wake;
  close(): Promise<void>;
}

/** Opens the store that the options name: a file of this process, or a database that others use too. */
export async function openStore({ options, log, publish, onStatement }: StoreOptions): Promise<OpenedStore> {
  const url = options['database-url'];
  if (url === undefined) {
    const store = await openSqliteStore({ folder: options['data-dir'], log, publish, onStatement });
    return { store, replica: undefined, wake: createMemoryWake(), close: () => store.close() };
  }
  await using opened = new AsyncDisposableStack();
  // What this process keeps for itself, such as what it prepares for code, is still a folder of its own.
  const folder = options['data-dir'];
  createPrivateFolder(folder);
  opened.adopt(lockFolder(folder), (lock) => lock.unlock());
  const [{ openPostgresStore }, { openPostgresWake }] = await Promise.all([
    import('../store/postgres/postgres.ts'),
    import('../replicas/postgres-wake.ts'),
  ]);
  // Another one at each start: what the one before has left must not look as if it were driven.
  const id = `${hostname()}-${randomUUID().slice(0, 13)}`;
  const store = opened.use(await openPostgresStore({ url, replica: id, log, publish, onStatement }));
  if (!store.shared) throw new Error('a database that is shared has no processes');
  const replica = new Replica({ store: store.shared, log });
  opened.adopt(replica, (each) => each.close());
  await replica.start();
  const wake = opened.adopt(
    await openPostgresWake({ url, directUrl: options['database-direct-url'], replica: id, log }),
    (each) => each.close(),
  );
  log.info({ replica: id, wake_ups: wake.way }, 'one process of those that share the database');
  const everything = opened.move();
  return { store, replica, wake, close: () => everything.disposeAsync() };
}
