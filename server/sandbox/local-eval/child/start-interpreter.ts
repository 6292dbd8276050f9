import { readFileSync, statSync, writeFileSync } from 'node:fs';
import type { PyodideAPI } from 'pyodide';
import { hideNode, stripGlobals } from './bare-shell.ts';
import type { ChildConfig } from './config.ts';
import { capMemory } from './memory-cap.ts';

const SNAPSHOT = 'memory.snapshot';
const RUNNER_DIR = '/opt/runner';
/** Modules that the snapshot holds loaded, so that importing them costs nothing. */
const PRELOADED =
  'argparse ast asyncio base64 bisect calendar collections concurrent.futures contextlib copy csv dataclasses datetime decimal difflib email.utils enum fractions functools gzip hashlib heapq html inspect io itertools json linecache logging math operator os pathlib pprint random re secrets shutil sqlite3 statistics string struct tempfile textwrap time traceback types typing unicodedata urllib.parse uuid warnings xml.etree.ElementTree zipfile zlib';
const node = process;

/** Takes Node away and starts Pyodide, from its snapshot where there is one. Ends the process when it is to make a snapshot. */
export async function startInterpreter(config: ChildConfig): Promise<PyodideAPI> {
  const { pyodideDir, runner, memoryMb, prepared, prepare } = config;
  if (prepare) await (await import('./strip-program.ts')).stripProgram(prepare);
  const snapshotPath = prepared === undefined ? undefined : `${prepared}/${SNAPSHOT}`;
  // A snapshot larger than the initial heap cannot be restored.
  const minimumMemory = snapshotPath === undefined ? 0 : statSync(snapshotPath).size;
  const binary = readBytes(`${pyodideDir}/pyodide.asm.wasm`);
  hideNode({ binary: capMemory(binary, minimumMemory, memoryMb * 1_048_576), readBytes });
  const snapshot = snapshotPath === undefined ? undefined : readBytes(snapshotPath);
  const { loadPyodide }: typeof import('pyodide') = await import(`${pyodideDir}/pyodide.mjs`);
  const pyodide = await loadPyodide({
    indexURL: pyodideDir,
    jsglobals: Object.create(null),
    env: { HOME: '/home/sandbox' },
    stdout: () => {},
    stderr: () => {},
    ...(prepare ? { _makeSnapshot: true } : {}),
    ...(snapshot ? { _loadSnapshot: snapshot } : {}),
  });
  if (!snapshot) loadRunner(pyodide, runner);
  if (prepare) {
    writeFileSync(`${prepare.folder}/${SNAPSHOT}`, pyodide.makeMemorySnapshot());
    node.exit(0);
  }
  stripGlobals();
  return pyodide;
}

/** Puts the runner where Python finds it, and imports what code is likely to import. */
function loadRunner(pyodide: PyodideAPI, runner: string): void {
  pyodide.FS.mkdirTree(RUNNER_DIR);
  pyodide.FS.writeFile(`${RUNNER_DIR}/sandbox_runner.py`, runner);
  pyodide.runPython(
    `import sys\nsys.path.insert(0, ${JSON.stringify(RUNNER_DIR)})\nimport sandbox_runner, random, ${PRELOADED.split(' ').join(', ')}`,
  );
}

/** A plain view of a file's bytes: the interpreter does not know Node's Buffer. */
function readBytes(path: string): Uint8Array {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return new Uint8Array(buffer, byteOffset, byteLength);
}
