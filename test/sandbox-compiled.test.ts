import { execFile } from 'node:child_process';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { snapshotFolder } from './support/data-folder.ts';

const ROOT = join(import.meta.dirname, '..');
const run = (program: string, ...args: string[]) => promisify(execFile)(program, args, { cwd: ROOT, timeout: 60_000 });

test('local-eval runs as compiled JavaScript as it does from its sources', { timeout: 90_000 }, async () => {
  // Below node_modules, as a package that is installed.
  const folder = join(ROOT, 'node_modules', '.cache', `compiled-${process.pid}`);
  await mkdir(join(folder, 'server/sandbox/local-eval'), { recursive: true });
  try {
    await run(
      join(ROOT, 'node_modules/.bin/tsc'),
      ...['--ignoreConfig', '--outDir', folder, '--rootDir', ROOT, '--target', 'es2024', '--module', 'nodenext'],
      ...['--noCheck', '--types', 'node', '--lib', 'es2024,esnext', '--rewriteRelativeImportExtensions'],
      ...['server/sandbox/sandbox-manager.ts', 'server/sandbox/local-eval/child/pyodide-child.ts'],
    );
    for (const file of ['own_modules.py', 'shown_values.py', 'local-eval/runner.py', 'local-eval/python-child.py']) {
      await copyFile(join(ROOT, 'server/sandbox', file), join(folder, 'server/sandbox', file));
    }
    const program = `
      const { SandboxManager } = await import(${JSON.stringify(pathToFileURL(join(folder, 'server/sandbox/sandbox-manager.js')).href)});
      for (const localEvalEngine of ['pyodide', 'python']) {
        await using manager = new SandboxManager({ cacheFolder: ${JSON.stringify(snapshotFolder)}, owner: 'test', localEvalEngine });
        const { result, notices } = await manager.execute({ agentId: 'a', owner: '' }, '6 * 7', { timeoutMs: 20000 });
        console.log(JSON.stringify([localEvalEngine, result, notices]));
      }
    `;
    const { stdout } = await run(process.execPath, '--input-type=module', '--eval', program);
    expect(stdout).toBe('["pyodide",{"text/plain":"42"},[]]\n["python",{"text/plain":"42"},[]]\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
