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
/** Run in processes of their own, from where their modules look for them; one may read nothing but its own folder. */
const PROGRAMS = ['server/mcp/toolbox/main', 'server/sandbox/local-eval/pyodide-child'];

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

await bundle('server/main', BUNDLED);
for (const name of PROGRAMS) await bundle(name, []);
for (const file of globSync(['server/**/*.py', 'server/skills/bundled/**/*.md'])) copy(file, `dist/${file}`);
for (const name of BUNDLED) copy(`node_modules/${name}/LICENSE`, `dist/server/licenses/${name}`);

async function bundle(name: string, packages: readonly string[]): Promise<void> {
  const external = Object.keys(packageJson.dependencies).filter((dependency) => !packages.includes(dependency));
  await build({
    input: { [name]: `${name}.ts` },
    platform: 'node',
    external: external.map((dependency) => new RegExp(`^${dependency}(/|$)`)),
    plugins: packages.length ? [keepPlaces] : [],
    output: { dir: 'dist', chunkFileNames: 'server/[name]-[hash].js' },
  });
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
