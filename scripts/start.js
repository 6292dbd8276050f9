/** Runs the server that `npm ci` has built, and builds it anew when a source is newer, as after a `git pull`. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const BUILT = 'dist/server/main.js';
const SOURCES = ['server', 'contract', 'client/generated'];

const builtAt = statSync(BUILT, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const sources = SOURCES.flatMap((folder) => readdirSync(folder, { recursive: true }).map((file) => join(folder, file)));
if (['package.json', ...sources].some((file) => statSync(file).mtimeMs > builtAt)) await import('./bundle-server.ts');
await import(`../${BUILT}`);
