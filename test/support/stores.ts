/**
 * The store that tests are about: SQLite, or PostgreSQL in the files `postgres-*.test.ts`, which run the tests of other files on it. What a
 * test says of a store holds for both; what is about SQLite alone stands behind `if (!isShared())`.
 */
import { randomUUID } from 'node:crypto';
import { afterAll } from 'vitest';
import { openPostgresStore } from '../../server/store/postgres/postgres.ts';
import { openStore as openSqliteStore } from '../../server/store/sqlite.ts';
import type { Store } from '../../server/store/store.ts';
import { ReusedDatabases } from './reused-databases.ts';
import { temporaryFolder } from './temporary-folder.ts';

let isOnPostgres = false;
const databases = new ReusedDatabases();

/** Has the tests that are read from now on, in this file, use PostgreSQL. To be called in what holds them all. */
export function usePostgres(): void {
  isOnPostgres = true;
  afterAll(() => databases.close());
}

/** Whether the tests that are read use PostgreSQL. */
export const isShared = (): boolean => isOnPostgres;

/** A text as the store keeps it: PostgreSQL has no NUL in one. */
export const toKept = (text: string): string => (isOnPostgres ? text.replaceAll('\0', '\ufffd') : text);

/** A place for a store that is opened more than once: an empty folder, or the URL of an empty database. It is gone at the end of the block that holds it. */
export async function openPlace(): Promise<{ readonly path: string } & AsyncDisposable> {
  if (!isOnPostgres) return temporaryFolder();
  const { url, close } = await databases.openCopy();
  return { path: url, [Symbol.asyncDispose]: close };
}

type OpenStore = Omit<Parameters<typeof openSqliteStore>[0], 'folder'> & { readonly folder?: string };

/** Opens the store of a place; without one, an empty store that is gone when it is closed. */
export async function openStore({ folder = ':memory:', ...options }: OpenStore = {}): Promise<Store> {
  if (folder.startsWith('postgres://')) return openPostgresStore({ url: folder, replica: randomUUID(), ...options });
  if (folder !== ':memory:' || !isOnPostgres) return openSqliteStore({ folder, ...options });
  const { url, close: drop } = await databases.openReused();
  const store = await openPostgresStore({ url, replica: randomUUID(), ...options });
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= store.close().then(drop);
    return closing;
  };
  return { ...store, close, [Symbol.asyncDispose]: close };
}
