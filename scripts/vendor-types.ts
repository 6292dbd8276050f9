/** Puts the declarations of tRPC beside those of the client that import them, so that the client is typed where tRPC is not installed. */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const TYPES = resolve('client/dist');
const PACKAGES = resolve('node_modules');
const VENDORED = /^@trpc\//;
const OPTIONS = {
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  module: ts.ModuleKind.NodeNext,
  // A package that is a link is read by the name of the link, below PACKAGES.
  preserveSymlinks: true,
};

const written = new Set<string>();
for (const file of globSync('client/dist/**/*.d.ts')) rewrite(resolve(file), resolve(file));

/** Writes the declarations of `source` to `target`, with what they import of vendored packages at the new place. */
function rewrite(source: string, target: string): void {
  if (written.has(target)) return;
  written.add(target);
  let text = readFileSync(source, 'utf8');
  // From the end, so that the positions before stay right.
  for (const { fileName, pos } of ts.preProcessFile(text).importedFiles.toReversed()) {
    const found = ts.resolveModuleName(fileName, source, OPTIONS, ts.sys, undefined, undefined, ts.ModuleKind.ESNext);
    const file = found.resolvedModule?.resolvedFileName;
    if (!file?.startsWith(PACKAGES) || !VENDORED.test(relative(PACKAGES, file))) continue;
    const place = join(TYPES, 'vendored', relative(PACKAGES, file));
    rewrite(file, place);
    const start = pos + 1;
    text = text.slice(0, start) + specifierOf(relative(dirname(target), place)) + text.slice(start + fileName.length);
  }
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}

function specifierOf(path: string): string {
  return `${path.startsWith('.') ? '' : './'}${path.replace(/\.d\.(m?)ts$/, '.$1js')}`;
}
