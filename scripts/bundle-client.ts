/** Writes the JavaScript of `client/` and `contract/` as it is published, in both packages: with tRPC in it, which would bring a compiler. */
import { rmSync, writeFileSync } from 'node:fs';
import { build } from 'rolldown';
import { readLicenses } from './licenses.ts';

rmSync('client/dist', { recursive: true, force: true });
const { output } = await build({
  input: { 'client/index': 'client/index.ts', 'client/rest': 'client/rest.ts', 'contract/index': 'contract/index.ts' },
  platform: 'neutral',
  // A package that is a link has the name of the link: what is written is the same wherever the package is.
  resolve: { symlinks: false },
  external: /^(zod|openapi-fetch)(\/|$)/,
  transform: { target: 'es2024' },
  output: { dir: 'client/dist', chunkFileNames: 'client/[name]-[hash].js' },
});
writeFileSync('client/dist/licenses.txt', readLicenses(output));
