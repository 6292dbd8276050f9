/** Writes the console: its chunks with their content in their names, one style sheet, the page that loads both, and each compressed once. */
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'rolldown';
import { readLicenses } from './licenses.ts';

const TARGET = 'dist/console';
/** What a first visit loads, and each part that is loaded later, may weigh so many bytes compressed. */
const MAX_BYTES = 160_000;

/** A part of the console is larger than what is allowed. */
class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}

rmSync(TARGET, { recursive: true, force: true });
mkdirSync(`${TARGET}/assets`, { recursive: true });
const { output } = await build({
  input: { main: 'client/console/main.tsx' },
  platform: 'browser',
  tsconfig: false,
  resolve: { symlinks: false },
  // What marks modules of clients for React's servers says nothing to a browser.
  onLog: (level, log, handle) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handle(level, log),
  transform: { target: 'es2024', jsx: 'react-jsx', define: { 'process.env.NODE_ENV': '"production"' } },
  output: {
    dir: TARGET,
    entryFileNames: 'assets/[name]-[hash].js',
    chunkFileNames: 'assets/[name]-[hash].js',
    minify: true,
  },
});
const style = readStyle();
const styleName = `assets/style-${createHash('sha256').update(style).digest('base64url').slice(0, 8)}.css`;
writeFileSync(`${TARGET}/${styleName}`, style);
const entry = output.find((file) => file.type === 'chunk' && file.isEntry)?.fileName ?? '';
// Places are told from the page, which may be deep below: the server puts the way up in front of them.
writeFileSync(
  `${TARGET}/index.html`,
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>agent-runtimes</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{up}${styleName}">
<script type="module" src="{up}${entry}"></script>
</head>
<body>
<div id="root"></div>
<noscript>The console needs JavaScript. The API is described at /docs.</noscript>
</body>
</html>
`,
);
writeFileSync(`${TARGET}/licenses.txt`, readLicenses(output));
const sizes = new Map(
  globSync(`${TARGET}/assets/*.{js,css}`).map((file) => {
    const zipped = gzipSync(readFileSync(file), { level: 9 });
    writeFileSync(`${file}.gz`, zipped);
    return [file.slice(TARGET.length + 1), zipped.length];
  }),
);
checkSizes();

/** Every style sheet of the console in one: the general one first, then those of its parts. */
function readStyle(): string {
  const parts = globSync('client/console/*/**/*.css').toSorted();
  return ['client/console/style.css', ...parts].map((file) => readFileSync(file, 'utf8')).join('\n');
}

/** Fails when the first load, or a chunk that is loaded later, is larger than what is allowed. */
function checkSizes(): void {
  const chunks = output.filter((file) => file.type === 'chunk');
  const importsOf = (name: string) => chunks.find(({ fileName }) => fileName === name)?.imports ?? [];
  const first = new Set<string>();
  const visit = (name: string) => {
    if (first.has(name)) return;
    first.add(name);
    importsOf(name).forEach(visit);
  };
  visit(entry);
  const firstBytes = [styleName, ...first].reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
  console.log(`console: first load ${firstBytes} bytes compressed (at most ${MAX_BYTES})`);
  if (firstBytes > MAX_BYTES) throw new TooLargeError(`the first load of the console has ${firstBytes} bytes`);
  for (const [name, bytes] of sizes) {
    if (process.argv.includes('--sizes')) console.log(`  ${name} ${bytes}`);
    if (bytes > MAX_BYTES) throw new TooLargeError(`${name} of the console has ${bytes} bytes`);
  }
}
