import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, chmod, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findPyodide, readChildProgram, readRunner, spawnPyodide } from './child-process.ts';

const MAKE_MS = 60_000;

/** Keeps the memory of an interpreter that has loaded, on disk: starting from it takes a fifth of the time. */
export class SnapshotCache {
  readonly #folder: string;
  #path: Promise<string | undefined> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The path of the snapshot, made first when there is none (a few seconds, once per version); undefined when it cannot be made. */
  find(): Promise<string | undefined> {
    this.#path ??= this.#findOrMake();
    return this.#path;
  }

  /** Forgets a snapshot that an interpreter could not start from, and starts without one from here on. */
  async discard(): Promise<void> {
    const path = await this.#path;
    this.#path = Promise.resolve(undefined);
    if (path) await rm(path, { force: true });
  }

  async #findOrMake(): Promise<string | undefined> {
    const pyodideDir = findPyodide();
    const runner = readRunner();
    const hash = createHash('sha256').update(process.version).update(runner).update(readChildProgram());
    hash.update(await readFile(join(pyodideDir, 'package.json')));
    const path = join(this.#folder, `python-${hash.digest('hex').slice(0, 16)}.snapshot`);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
    const unfinished = `${path}.${process.pid}.tmp`;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await makeSnapshot(unfinished, pyodideDir, runner);
      await chmod(unfinished, 0o600);
      await rename(unfinished, path);
      return path;
    } catch {
      // A folder that cannot be written to costs time at each start, nothing else.
      await rm(unfinished, { force: true }).catch(() => {});
      return undefined;
    }
  }
}

async function makeSnapshot(path: string, pyodideDir: string, runner: string): Promise<void> {
  const { process: child, errorText } = spawnPyodide({
    pyodideDir,
    runner,
    memoryMb: 256,
    maxOutput: 0,
    makeSnapshot: path,
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), MAKE_MS);
  const [code] = await once(child, 'exit').finally(() => clearTimeout(timer));
  if (code !== 0) throw new Error(`no snapshot was made: ${errorText()}`);
}
