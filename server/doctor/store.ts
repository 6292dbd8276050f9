import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findServerOf } from '../store/folder-lock.ts';
import { SCHEMA_VERSION } from '../store/migrations.ts';
import { type Check, codeOf, count, type Finding, fail, ok, sentenceOf, skip, toSize, warn } from './finding.ts';
import type { StoreReading } from './read-store.ts';

const STORE = 'store';
const READ_MS = 60_000;
/** The program that reads; its name ends in .ts in the sources and in .js in the built package. */
const PROGRAM = fileURLToPath(new URL(`./read-store${extname(import.meta.url)}`, import.meta.url));
/** SQLite's codes for a file that is damaged, and for one that is none of its own. */
const DAMAGED = [11, 26];

/** Whether what is stored is whole, and of a version that this server reads. */
export const store: Check = {
  name: STORE,
  silenceMs: READ_MS + 5000,
  async run({ options, agentModels, signal }) {
    const folder = options['data-dir'];
    const file = join(folder, 'agent-runtimes.db');
    const size = folder === ':memory:' ? undefined : await sizeOf(file);
    if (size === undefined) return [ok(STORE, 'there is none yet; the first start makes it')];
    if (size === 0) return [ok(STORE, 'it is empty')];
    const reading = await readStore(folder, signal);
    if (reading && 'models' in reading) for (const model of reading.models) agentModels.add(model);
    if (reading === undefined) return [tooSlow(size)];
    return ['error' in reading ? toFailure(file, reading) : toFinding(file, size, reading)];
  },
};

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw cause;
  }
}

interface ReadError {
  readonly error: string;
  readonly code?: number;
}

/** What is stored in the folder, or why it cannot be read; undefined when that would take, or takes, too long. */
async function readStore(folder: string, signal: AbortSignal): Promise<StoreReading | ReadError | undefined> {
  const how = findServerOf(folder) ? 'live' : 'still';
  const empty = await mkdtemp(join(tmpdir(), 'agent-runtimes-doctor-'));
  try {
    const args = ['--no-warnings', PROGRAM, join(folder, 'agent-runtimes.db'), how, empty];
    const options = { timeout: READ_MS, killSignal: 'SIGKILL', signal, maxBuffer: 4_000_000 } as const;
    const { stdout } = await promisify(execFile)(process.execPath, args, options);
    return JSON.parse(stdout) ?? undefined;
  } catch (cause) {
    if (cause instanceof Error && 'killed' in cause && cause.killed) return undefined;
    return { error: sentenceOf(cause) };
  } finally {
    await rm(empty, { recursive: true, force: true });
  }
}

function toFinding(file: string, size: number, { version, flaws, conversations }: StoreReading): Finding {
  const [flaw] = flaws;
  if (flaw !== undefined) return fail(STORE, `${file} is damaged: ${flaw}`, RESTORE);
  if (version > SCHEMA_VERSION) {
    const found = `${file} has schema version ${version}, and this server knows ${SCHEMA_VERSION}`;
    return fail(STORE, found, 'start the newer server that wrote it, or choose another folder with --data-dir');
  }
  const what = `${count(conversations, 'conversation')}, ${toSize(size)}, whole, schema version ${version}`;
  return ok(STORE, version < SCHEMA_VERSION ? `${what}; the next start brings it to ${SCHEMA_VERSION}` : what);
}

const RESTORE = 'restore it from a backup, or move it away to start empty';

function toFailure(file: string, { error, code }: ReadError): Finding {
  if (code !== undefined && DAMAGED.includes(code)) return fail(STORE, `${file} is damaged: ${error}`, RESTORE);
  return fail(STORE, `${file} cannot be read: ${error}`, 'check whose file it is');
}

const tooSlow = (size: number) =>
  size > 1e9
    ? skip(STORE, `${toSize(size)} take too long to look through`, `ask sqlite3 for 'pragma quick_check'`)
    : warn(STORE, `${toSize(size)} were not read in ${READ_MS / 1000} s`, 'look at the disk');
