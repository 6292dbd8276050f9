/**
 * Writes the server that is published: its modules, and the packages that each start needs, in a few files, which Node loads in
 * half the time; beside them what they read from disk.
 */
import { copyFileSync, globSync, mkdirSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { build, type Plugin } from 'rolldown';
import packageJson from '../package.json' with { type: 'json' };

/** The packages that each start needs. All others stay where npm puts them and are loaded from there, most of them when first used. */
const BUNDLED = ['helmet', 'kysely', 'yaml', 'zod'];
/** Run in processes of their own, from where their modules look for them, each module a file: the sandbox reads them by name. */
const PROGRAMS = ['mcp/toolbox/main', 'sandbox/local-eval/child/pyodide-child'];

/** Modules look for files beside themselves. All they end up in is in `server/`, so their places are told from there. */
const keepPlaces: Plugin = {
  name: 'keep-places',
  transform: {
    filter: { id: /^[^\0]+\.ts$/, code: 'import.meta.url' },
    handler(code, id) {
      const place = JSON.stringify(`./${relative('server', id).replace(/\.ts$/, '.js')}`);
      return code.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`);
    },
  },
};

await build({
  input: { 'server/main': 'server/main.ts' },
  platform: 'node',
  external: externalBut(BUNDLED),
  plugins: [keepPlaces],
  output: { dir: 'dist', chunkFileNames: 'server/[name]-[hash].js' },
});
await build({
  input: Object.fromEntries(PROGRAMS.map((name) => [name, `server/${name}.ts`])),
  platform: 'node',
  external: externalBut([]),
  output: { dir: 'dist/server', preserveModules: true, preserveModulesRoot: 'server' },
});
for (const file of globSync(['server/**/*.py', 'server/skills/bundled/**/*.md'])) copy(file, `dist/${file}`);
for (const name of BUNDLED) copy(`node_modules/${name}/LICENSE`, `dist/server/licenses/${name}`);

/** Every package of this one but those, with all below it. */
function externalBut(packages: readonly string[]): RegExp[] {
  const names = Object.keys(packageJson.dependencies).filter((name) => !packages.includes(name));
  return names.map((name) => new RegExp(`^${name}(/|$)`));
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
