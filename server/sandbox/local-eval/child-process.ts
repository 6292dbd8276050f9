import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setPriority, tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { sharedPython } from '../shared-python.ts';
import type { ChildConfig } from './child/config.ts';

/** Which interpreter serves local-eval: the isolated one, or the machine's python3, which isolates nothing. */
export type LocalEvalEngine = 'pyodide' | 'python';

// Real paths: the permission model compares them, and all of these folders may be reached through links.
const here = realpathSync(dirname(fileURLToPath(import.meta.url)));
const childFolder = join(here, 'child');
// The same program from the sources and from the built package.
const extension = extname(import.meta.url);

/** Where the interpreter's files are. */
export const findPyodide = (): string => realpathSync(dirname(fileURLToPath(import.meta.resolve('pyodide'))));

/** The Python side of both engines, in one piece. */
export const readRunner = (): string => sharedPython() + readFileSync(join(here, 'runner.py'), 'utf8');

/** The source of the process that runs the code. */
export const readChildProgram = (): string =>
  listChildFiles()
    .map((path) => readFileSync(path, 'utf8'))
    .join('');

/** What the folder that an interpreter starts from is to hold beside the snapshot: the program, where Node cannot run it as it is. */
export const programToPrepare = (): readonly string[] => (extension === '.ts' ? listChildFiles() : []);

function listChildFiles(): string[] {
  const names = readdirSync(childFolder).filter((name) => extname(name) === extension);
  return names.toSorted().map((name) => join(childFolder, name));
}

/** A process with its three pipes. */
export interface PipedProcess {
  readonly process: ChildProcess;
  readonly commands: Duplex;
  readonly reports: Duplex;
  readonly replies: Duplex;
  /** The end of what it has written to standard error. */
  readonly errorText: () => string;
}

/** Starts a process that may read its own program and nothing else, in an empty environment. */
export function spawnPyodide(config: ChildConfig): PipedProcess {
  const { pyodideDir, prepared, prepare } = config;
  const programDir = prepared !== undefined && extension === '.ts' ? prepared : childFolder;
  const readable = [childFolder, pyodideDir, ...(prepared === undefined ? [] : [prepared])];
  const args = [
    '--permission',
    ...readable.map((folder) => `--allow-fs-read=${join(folder, '*')}`),
    ...(prepare ? [`--allow-fs-write=${join(prepare.folder, '*')}`] : []),
    '--disallow-code-generation-from-strings',
    '--no-warnings',
    '--max-old-space-size=96',
    '--max-semi-space-size=2',
    join(programDir, `pyodide-child${programDir === childFolder ? extension : '.mjs'}`),
  ];
  const isolation = canLeaveNetwork() ? ['unshare', '-r', '-n', '--'] : [];
  const [command = process.execPath, ...rest] = [...isolation, process.execPath, ...args];
  return withPipes(command, rest, { SANDBOX_CONFIG: JSON.stringify(config) });
}

/** Starts the python3 of this machine, with no isolation but a working folder and an environment of its own. */
export function spawnPython(limits: { readonly maxOutput: number; readonly maxResidentMb: number }): PipedProcess {
  const folder = mkdtempSync(join(tmpdir(), 'agent-python-'));
  const engine = withPipes('python3', ['-I', '-B', join(here, 'python-child.py')], {
    SANDBOX_CONFIG: JSON.stringify({ ...limits, folder }),
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: folder,
    LANG: 'C.UTF-8',
  });
  engine.process.once('exit', () => void rm(folder, { recursive: true, force: true }));
  return engine;
}

function withPipes(command: string, args: readonly string[], env: NodeJS.ProcessEnv): PipedProcess {
  const child = spawn(command, args, { cwd: '/', env, stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe', 'pipe'] });
  // A pipe of a process that was ended fails on its own (EPIPE, ECONNRESET); its `exit` says all there is to say.
  for (const pipe of child.stdio) pipe?.on('error', () => {});
  let errorText = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errorText = (errorText + chunk.toString('utf8')).slice(-2000);
  });
  return {
    process: child,
    commands: pipeOf(child, 3),
    reports: pipeOf(child, 4),
    replies: pipeOf(child, 5),
    errorText: () => errorText,
  };
}

/** A process was started without a pipe that it needs. */
export class MissingPipeError extends Error {
  override readonly name = 'MissingPipeError';
}

function pipeOf(child: ChildProcess, descriptor: 3 | 4 | 5): Duplex {
  const pipes: readonly unknown[] = child.stdio;
  const pipe = pipes[descriptor];
  if (pipe instanceof Duplex) return pipe;
  throw new MissingPipeError(`the process has no pipe ${descriptor}`);
}

/** Lets every other process of the machine go first. */
export function lowerPriority({ process: child }: PipedProcess): void {
  if (child.pid === undefined) return;
  try {
    setPriority(child.pid, 5);
  } catch {
    // It has ended already, or this machine does not let us.
  }
}

/** Far more than a start of `true` takes, on a tenth of a core too. */
const NAMESPACE_MS = 30_000;
let hasNamespaces: boolean | undefined;

/** Whether a process can be started in a network namespace of its own, with no way out. Asked once: a slow answer must not cost every later one its isolation. */
function canLeaveNetwork(): boolean {
  if (process.platform !== 'linux') return false;
  hasNamespaces ??= spawnSync('unshare', ['-r', '-n', '--', 'true'], { timeout: NAMESPACE_MS }).status === 0;
  return hasNamespaces;
}
