import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** A Node of this version, installed from npm once. */
export async function otherNode(version: string): Promise<string> {
  const folder = fileURLToPath(new URL(`../../node_modules/.cache/node-${version}`, import.meta.url));
  const node = `${folder}/node_modules/node/bin/node`;
  if (existsSync(node)) return node;
  await mkdir(folder, { recursive: true });
  const manifest = { private: true, dependencies: { node: version }, allowScripts: { node: true } };
  await writeFile(`${folder}/package.json`, JSON.stringify(manifest));
  await promisify(execFile)('npm', ['install', '--prefer-offline', '--silent'], { cwd: folder, timeout: 120_000 });
  return node;
}
