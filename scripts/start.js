/** Runs the server that `npm ci` has built, after building it anew when a source is newer, as after a `git pull`. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const BUILT = 'dist/server/main.js';
const SOURCES = ['server', 'contract', 'client'];

const builtAt = statSync(BUILT, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const sources = SOURCES.flatMap((folder) => readdirSync(folder, { recursive: true }).map((file) => join(folder, file)));
if (['package.json', ...sources].some((file) => statSync(file).mtimeMs > builtAt)) await import('./prepare.js');
await import(existsSync(BUILT) ? `../${BUILT}` : '../server/main.ts');
