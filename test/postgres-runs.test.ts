/** What tests say of runs and of what hangs on them, with PostgreSQL below: the files below as they are. */
import { describe, vi } from 'vitest';
import { hasNoDatabase } from './support/postgres.ts';
import { usePostgres } from './support/stores.ts';

// Each statement has a way to go: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

describe.skipIf(hasNoDatabase)('on PostgreSQL', async () => {
  usePostgres();
  await import('./run-journal.test.ts');
  await import('./runs.test.ts');
  await import('./run-steps.test.ts');
  await import('./runs-resume.test.ts');
  await import('./approvals.test.ts');
  await import('./rewind.test.ts');
  await import('./unlisted-runs.test.ts');
  await import('./conversation-search.test.ts');
  await import('./a2a.test.ts');
  await import('./a2a-approvals.test.ts');
});
