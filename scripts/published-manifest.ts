/**
 * Puts the manifest that users install in the place of package.json, for as long as npm packs: without scripts, and with those dependencies
 * alone that the built files import. `--restore` brings back what was there.
 */
import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { importsOf } from './read-imports.ts';

const MANIFEST = 'package.json';
const KEPT = 'node_modules/.cache/package.json';
const UNPUBLISHED = ['scripts', 'devDependencies', 'overrides', 'allowScripts', 'scarfSettings'];

// Also before a manifest is written: packing may have broken off.
if (existsSync(KEPT)) renameSync(KEPT, MANIFEST);
if (!process.argv.includes('--restore')) {
  mkdirSync(dirname(KEPT), { recursive: true });
  copyFileSync(MANIFEST, KEPT);
  writeFileSync(MANIFEST, `${JSON.stringify(toPublished(JSON.parse(readFileSync(MANIFEST, 'utf8'))), null, 2)}\n`);
}

function toPublished(manifest: { dependencies: Record<string, string> }): object {
  const files = globSync(['dist/**/*.js', 'client/dist/**/*.{js,ts,mts}']);
  const imported = new Set(
    files.flatMap((file) => importsOf(file, readFileSync(file, 'utf8')).map(({ target }) => packageOf(target))),
  );
  const dependencies = Object.entries(manifest.dependencies).filter(([name]) => imported.has(name));
  const published = { ...manifest, dependencies: Object.fromEntries(dependencies) };
  return Object.fromEntries(Object.entries(published).filter(([key]) => !UNPUBLISHED.includes(key)));
}

function packageOf(target: string): string {
  return /^(@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? target;
}
