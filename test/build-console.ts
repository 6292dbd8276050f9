/** Run once before all tests: builds the console anew when it is older than its sources, as `npm start` would. */
import { spawnSync } from 'node:child_process';
import { globSync, statSync } from 'node:fs';

const BUILT = 'dist/console/index.html';

/** A console that cannot be built. */
class BuildError extends Error {
  override readonly name = 'BuildError';
}

export function setup(): void {
  const builtAt = statSync(BUILT, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = globSync(['client/**/*.{ts,tsx,css}', 'scripts/bundle-console.ts'], { exclude: ['**/dist/**'] });
  if (sources.every((file) => statSync(file).mtimeMs <= builtAt)) return;
  const { status, stderr } = spawnSync(process.execPath, ['scripts/bundle-console.ts'], { encoding: 'utf8' });
  if (status !== 0) throw new BuildError(stderr);
}
