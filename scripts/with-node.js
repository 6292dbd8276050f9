/**
 * Runs a program of this repository with a Node that is new enough: the one that runs this, or else the one that package.json pins, which
 * is fetched once. `node scripts/with-node.js [options of Node] program [arguments]`. Node 18 must understand every line of this file.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const { engines, devDependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const pinned = devDependencies.node;
const executable = process.platform === 'win32' ? 'node.exe' : 'node';
const args = process.argv.slice(2);

const isNewEnough = parseInt(process.versions.node, 10) >= parseInt(engines.node.replace('>=', ''), 10);
if (!isNewEnough) runWith(findPinned() ?? fetchPinned());
else if (args[0].startsWith('-')) runWith(process.execPath);
else {
  process.argv.splice(1, 1);
  await import(pathToFileURL(resolve(args[0])).href);
}

/** Runs the program as a process of its own that ends with this one. */
function runWith(node) {
  const child = spawn(node, args, { stdio: 'inherit' });
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // Ctrl-C of a terminal has reached the child already, and it takes the second one for impatience.
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY) || child.kill(signal));
  }
}

/** What an earlier run fetched, or `npm ci` installed. */
function findPinned() {
  const installed = fileURLToPath(new URL('../node_modules/node/bin', import.meta.url));
  return [installed, cacheFolder()].map((folder) => join(folder, executable)).find((path) => existsSync(path));
}

function fetchPinned() {
  const target = cacheFolder();
  console.error(`This is Node ${process.version}. Node ${pinned} is fetched once into ${target} (about 60 MB) ...`);
  mkdirSync(join(target, '..'), { recursive: true });
  const folder = mkdtempSync(`${target}-`);
  try {
    const manifest = { private: true, dependencies: { node: pinned }, allowScripts: { node: true } };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
    const options = ['--no-audit', '--no-fund', '--no-package-lock', '--no-update-notifier', '--loglevel=error'];
    const stdio = ['ignore', 'ignore', 'inherit'];
    const { status } = spawnSync(npm[0], [...npm.slice(1), 'install', ...options], { cwd: folder, stdio });
    if (status === 0 && !existsSync(target)) renameSync(join(folder, 'node_modules', 'node', 'bin'), target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (existsSync(target)) return join(target, executable);
  console.error(`Node ${pinned} could not be fetched. Install Node ${engines.node.slice(2)} or newer, and try again.`);
  process.exit(1);
}

function cacheFolder() {
  return join(homedir(), '.cache', 'agent-runtimes', `node-${pinned}`);
}
