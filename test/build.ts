/** Run once before all tests, and before tests that are run again: builds the server and its console anew when a source is newer, as `npm start` would. */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, type Stats, statSync } from 'node:fs';
import type { TestProject } from 'vitest/node';

const BUILT = ['dist/server/main.js', 'dist/console/index.html'];
const SOURCES = [
  'package.json',
  '{server,contract}/**',
  'client/**/*.{ts,tsx,css,json}',
  'scripts/{prepare,bundle-*,lazy-*,light-*,without-*}.*',
];

/** What cannot be built. */
class BuildError extends Error {
  override readonly name = 'BuildError';
}

export function setup(project: TestProject): void {
  build();
  project.onTestsRerun(build);
}

function build(): void {
  const builtAt = Math.min(...BUILT.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0));
  const sources = globSync(SOURCES, { exclude: ['**/dist/**', '**/__pycache__/**'] });
  // A folder is newer also when a program has run in it.
  const isNewer = (stats: Stats) => stats.isFile() && stats.mtimeMs > builtAt;
  if (!sources.some((file) => isNewer(statSync(file)))) return;
  const { status, stderr } = spawnSync(process.execPath, ['scripts/prepare.js'], { encoding: 'utf8' });
  if (status !== 0 || !BUILT.every((file) => existsSync(file))) throw new BuildError(stderr);
}
