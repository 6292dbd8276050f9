/**
 * Writes the server that is published and that `npm start` runs, without compiling a type: its modules, and most packages they need,
 * in a few files, which Node loads in half the time; beside them what they read from disk.
 */
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'rolldown';
import { lazyShapes } from './lazy-shapes.ts';
import { readLicenses } from './licenses.ts';
import { lightChunks } from './light-chunks.ts';
import { withoutMeta } from './without-meta.ts';

/**
 * Not bundled, so that an audit of an installation sees them: what parses what strangers send, and what brings files of its own. The SDK of
 * MCP is bundled and seen all the same, as the bundled MCP server imports it: every server speaks to one as soon as it has started, and the
 * 240 modules that the SDK loads otherwise, a second zod among them, cost it a tenth of a second and 15 MB.
 */
const INSTALLED = ['@a2a-js/sdk', '@agentclientprotocol/sdk', '@ai-sdk/[^/]+', 'ajv', 'express', 'pyodide', 'ws'];
const external = new RegExp(`^(${INSTALLED.join('|')})(/|$)`);
/** Run in processes of their own, from where their modules look for them, each module a file: the sandbox reads them by name. */
const PROGRAMS = ['doctor/read-store', 'mcp/toolbox/main', 'sandbox/local-eval/child/pyodide-child'];

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

/** The SDK of MCP brings a validator of JSON Schemas, which it loads with ajv and makes where it is given none: here it always is given one. */
const noValidator: Plugin = {
  name: 'no-validator',
  load: {
    filter: { id: /\/@modelcontextprotocol\/sdk\/dist\/esm\/validation\/ajv-provider\.js$/ },
    handler: () =>
      "export class AjvJsonSchemaValidator { constructor() { throw new TypeError('No validator of JSON Schemas was given'); } }",
  },
};

/** The client of PostgreSQL would use one that is compiled, where somebody asks for that: nobody does. */
const noNative: Plugin = {
  name: 'no-native',
  load: {
    filter: { id: /\/pg\/lib\/native\/index\.js$/ },
    handler: () =>
      "module.exports = class { constructor() { throw new TypeError('There is no compiled client of PostgreSQL'); } };",
  },
};

rmSync('dist', { recursive: true, force: true });
const { output } = await build({
  input: { 'server/main': 'server/main.ts' },
  platform: 'node',
  external,
  // A package that is a link has the name of the link: what is written is the same wherever the package is.
  resolve: { symlinks: false },
  plugins: [keepPlaces, noValidator, noNative, withoutMeta, lazyShapes, lightChunks('server/main.js')],
  // JupyterLab has one, in a branch that no server comes to.
  checks: { eval: false },
  output: {
    dir: 'dist',
    chunkFileNames: 'server/[name]-[hash].js',
    // By the name of its file the server knows what that library writes to the console.
    codeSplitting: { groups: [{ name: 'jupyterlab', test: /\/node_modules\/(@jupyterlab|@lumino)\// }] },
  },
});
await build({
  input: Object.fromEntries(PROGRAMS.map((name) => [name, `server/${name}.ts`])),
  platform: 'node',
  external: /^[^./]/,
  output: { dir: 'dist/server', preserveModules: true, preserveModulesRoot: 'server' },
});
for (const place of [...globSync('server/**/*.py'), 'server/skills/bundled', 'server/http/vendored']) {
  cpSync(place, `dist/${place}`, { recursive: true });
}
// On one line, as it is served.
const document = 'dist/client/generated/openapi.json';
mkdirSync(dirname(document), { recursive: true });
writeFileSync(document, JSON.stringify(JSON.parse(readFileSync('client/generated/openapi.json', 'utf8'))));
// Compressed once, for all who ask for the documentation.
for (const file of [document, ...globSync('dist/server/http/vendored/*.{css,js,png}')]) {
  writeFileSync(`${file}.gz`, gzipSync(readFileSync(file)));
}
writeFileSync('dist/server/licenses.txt', readLicenses(output));
