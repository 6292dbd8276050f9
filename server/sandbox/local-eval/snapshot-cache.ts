import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdir, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { processorMsOf } from '../../async/processor-time.ts';
import { SilenceTimer } from '../../async/silence-timer.ts';
import { findPyodide, programToPrepare, readChildProgram, readRunner, spawnPyodide } from './child-process.ts';
import { sweepUnfinished, toUnfinished } from './unfinished-folders.ts';

/** How long the making of a snapshot may be silent, and may take in all. */
const MAKE_MS = 60_000;
const MAKE_TOTAL_MS = 30 * 60_000;
/** After so many that nothing could start from there is no use in one more. */
const MAX_DISCARDED = 3;
/** How many versions are kept, each of some 30 MB; the oldest go first. */
const MAX_KEPT = 4;

/** Keeps on disk what an interpreter starts from, above all its memory after it has loaded: a start takes a fifth of the time then. */
export class SnapshotCache {
  readonly #folder: string;
  #prepared: Promise<string | undefined> | undefined;
  #discarded = 0;
  readonly #closing = new AbortController();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The folder to start from, made first when there is none (a few seconds, once per version); undefined when it cannot be made, which is
   * tried anew the next time.
   */
  async find(): Promise<string | undefined> {
    if (this.#discarded >= MAX_DISCARDED) return undefined;
    this.#prepared ??= this.#findOrMake();
    const finding = this.#prepared;
    const folder = await finding.catch(() => undefined);
    if (folder === undefined && this.#prepared === finding) this.#prepared = undefined;
    return folder;
  }

  /** Removes what a process that was killed had begun to make. */
  sweep(): Promise<void> {
    return sweepUnfinished(this.#folder);
  }

  /** Removes a folder that an interpreter could not start from; the next one is made anew. */
  async discard(folder: string): Promise<void> {
    if ((await this.#prepared) !== folder) return;
    this.#prepared = undefined;
    this.#discarded += 1;
    await rm(folder, { recursive: true, force: true });
  }

  /** Ends what is being made, now and from here on, without waiting. */
  kill(): void {
    this.#closing.abort();
  }

  /** Ends what is being made; no process and no unfinished folder stays. */
  async close(): Promise<void> {
    this.kill();
    await this.#prepared?.catch(() => undefined);
  }

  async #findOrMake(): Promise<string | undefined> {
    const pyodideDir = findPyodide();
    const runner = readRunner();
    const hash = createHash('sha256').update(process.version).update(runner).update(readChildProgram());
    hash.update(await readFile(join(pyodideDir, 'package.json')));
    const wanted = join(this.#folder, `python-${hash.digest('hex').slice(0, 16)}`);
    if (await isThere(wanted)) return realpath(wanted);
    const unfinished = toUnfinished(wanted);
    try {
      await mkdir(unfinished, { recursive: true, mode: 0o700 });
      await prepare(await realpath(unfinished), { pyodideDir, runner, signal: this.#closing.signal });
      // Another server may have been faster; what it made is the same.
      await rename(unfinished, wanted).catch(async (error) => {
        if (!(await isThere(wanted))) throw error;
      });
      // A version that stays behind costs room on the disk and nothing else.
      await this.#removeOldest().catch(() => {});
      return await realpath(wanted);
    } catch {
      // A folder that cannot be written to costs time at each start, nothing else.
      return undefined;
    } finally {
      await rm(unfinished, { recursive: true, force: true }).catch(() => {});
    }
  }

  async #removeOldest(): Promise<void> {
    const names = (await readdir(this.#folder)).filter((name) => /^python-[0-9a-f]{16}$/.test(name));
    const made = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#folder, name);
        return { path, madeAt: (await stat(path)).mtimeMs };
      }),
    );
    const old = made.toSorted((a, b) => b.madeAt - a.madeAt).slice(MAX_KEPT);
    for (const { path } of old) await rm(path, { recursive: true, force: true });
  }
}

/** A process that was to make a snapshot made none. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function prepare(
  folder: string,
  {
    pyodideDir,
    runner,
    signal,
  }: { readonly pyodideDir: string; readonly runner: string; readonly signal: AbortSignal },
): Promise<void> {
  signal.throwIfAborted();
  const { process: child, errorText } = spawnPyodide({
    pyodideDir,
    runner,
    memoryMb: 256,
    maxOutput: 0,
    prepare: { folder, program: programToPrepare() },
  });
  using _silence = new SilenceTimer({
    allowedMs: MAKE_MS,
    totalMs: MAKE_TOTAL_MS,
    workMs: () => processorMsOf(child.pid),
    onSilence: () => child.kill('SIGKILL'),
  });
  const end = () => child.kill('SIGKILL');
  signal.addEventListener('abort', end, { once: true });
  const [code] = await once(child, 'exit');
  signal.removeEventListener('abort', end);
  if (code !== 0) throw new SnapshotError(`no snapshot was made: ${errorText()}`);
}
