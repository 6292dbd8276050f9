import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { COMPILE_CACHE } from '../scripts/server-process.ts';

/**
 * The files that take longest, the longest first. vitest finds out by itself, but not before it has run them all: until then it starts with the
 * files that have most lines, and some of these have few.
 */
const LONGEST = [
  'postgres-runs',
  'postgres-store',
  'sandbox-patches',
  'campaign',
  'replicas-campaign',
  'cluster',
  'sandbox-jupyter',
  'sandbox-local-eval',
  'sandbox-owners',
  'codemode-jupyter',
  'codemode',
  'code-calls',
  'console-looks',
  'console-chat',
  'console-apps',
  'console-runs',
  'console-agents',
  'console-pages',
  'console-servers',
  'console-sandbox',
  'console-snippets',
  'console-approvals',
  'console-servers-life',
  'docs-browser',
  'replicas-records',
  'replicas-wishes',
  'replicas-live-events',
  'door-rules',
  'command',
  'crash',
  'a2ui',
  'a2a-replicas',
  'a2a-replicas-kill',
  'approvals-replicas',
  'store-outage',
  'replica-durable',
  'slow-machine',
  'telemetry-life',
  'doctor-checks',
  'snapshot-cache',
  'sandbox-start',
  'mcp-life-cycle',
  'mcp-odd-handshake',
  'sandbox-variables',
  'python-client',
  'followed-records',
  'a2a-kits',
  'shutdown',
  'odd-rows',
  'mcp-conformance',
  'store-kill',
  'runs-kill',
  'doctor',
].map((name) => `${name}.test.ts`);
// Of a file that is no more nobody needs to know how long it took.
for (const file of LONGEST) statSync(join(import.meta.dirname, file));

/** Starts the longest files first: one that starts last is waited for by all processors but one. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification) => {
      const rank = LONGEST.indexOf(basename(moduleId));
      return rank < 0 ? LONGEST.length : rank;
    };
    return (await super.sort(files)).sort((a, b) => rankOf(a) - rankOf(b));
  }
}

export default defineConfig({
  cacheDir: '../node_modules/.vite',
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    globalSetup: ['build.ts', 'share-postgres.ts'].map((name) => join(import.meta.dirname, name)),
    // Programs that tests start are compiled once, not at each start.
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE },
    sequence: { sequencer: LongestFirst },
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Two processors are busy with three: most files wait for processes that they have started.
    maxWorkers: 3,
  },
});
