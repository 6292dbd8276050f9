/** What tests say of the store, of PostgreSQL: the files below as they are. */
import { describe, vi } from 'vitest';
import { hasNoDatabase } from './support/postgres.ts';
import { usePostgres } from './support/stores.ts';

// Each statement has a way to go: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

describe.skipIf(hasNoDatabase)('on PostgreSQL', async () => {
  usePostgres();
  await import('./store.test.ts');
  await import('./store-names.test.ts');
  await import('./stored-json.test.ts');
  await import('./conversations.test.ts');
  await import('./usage.test.ts');
  await import('./agents.test.ts');
});
