import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { importsOf } from '../../scripts/read-imports.ts';

const TSC = fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url));

/** Runs a program, with the Node of a folder first, and resolves with its output; a failure says what it printed. */
export async function run(
  cwd: string,
  program: string,
  args: readonly string[],
  node = dirname(process.execPath),
): Promise<string> {
  const env = { ...process.env, PATH: `${node}${delimiter}${process.env.PATH}` };
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd, env, timeout: 150_000, maxBuffer: 1 << 26 });
    return stdout.trim();
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`.slice(0, 5_000), { cause });
  }
}

/** A new project in `folder` that has installed a tarball, and nothing else. */
export async function createConsumer(folder: string, tarball: string): Promise<string> {
  const consumer = await mkdtemp(join(folder, 'consumer-'));
  await writeFile(join(consumer, 'package.json'), '{"name": "consumer", "private": true, "type": "module"}');
  // npm hands this repository's own setting down to the commands of its scripts.
  const options = ['--legacy-peer-deps=false', '--prefer-offline', '--no-audit', '--no-fund'];
  await run(consumer, 'npm', ['install', ...options, tarball]);
  await mkdir(join(consumer, 'src'));
  return consumer;
}

/** Compiles TypeScript files of a consumer and every declaration they need, under NodeNext and under a bundler; rejects when it fails. */
export async function compile(consumer: string, files: readonly string[]): Promise<void> {
  const lib = 'es2024,esnext.disposable,dom,dom.iterable,dom.asynciterable';
  const shared = ['--strict', '--noEmit', '--target', 'es2024', '--lib', lib, ...files];
  await run(consumer, TSC, ['--module', 'nodenext', ...shared]);
  await run(consumer, TSC, ['--module', 'esnext', '--moduleResolution', 'bundler', ...shared]);
}

/** The packages that the files of an installed package import, by name. */
export function importedBy(place: string): string[] {
  const files = globSync('**/*.{js,ts,mts}', { cwd: place }).map((file) => join(place, file));
  const targets = files.flatMap((file) => importsOf(file, readFileSync(file, 'utf8')).map(({ target }) => target));
  const bare = targets.filter((target) => !target.startsWith('.') && !isBuiltin(target));
  return [...new Set(bare.map((target) => /^(@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? ''))].sort();
}
