import { readFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { type Check, type Finding, fail, ok, skip, toSize, warn } from './finding.ts';

/** What a server with one sandbox needs, and what one with a few MCP servers is at ease with. */
const MIN_MEMORY = 256e6;
const GOOD_MEMORY = 768e6;
const MIN_FILES = 256;
const GOOD_FILES = 4096;
const GOOD_CORES = 0.5;

/** The limits that the system, or the container, sets for this process. */
export const machine: Check = {
  name: 'machine',
  silenceMs: 5000,
  run: async () => [await openFiles(), memory(), await processor()],
};

async function openFiles(): Promise<Finding> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const limit = Number(/^Max open files +(\d+|unlimited)/m.exec(limits)?.[1]?.replace('unlimited', 'Infinity'));
  return judgeOpenFiles(limit);
}

/** `limit`: how many files a process may have open; NaN when that is not known. */
export function judgeOpenFiles(limit: number): Finding {
  const check = 'open files';
  if (Number.isNaN(limit)) return skip(check, 'this system does not say how many are allowed');
  const found = limit === Number.POSITIVE_INFINITY ? 'there is no limit' : `${limit} are allowed`;
  const advice = `raise the limit, such as with ulimit -n ${GOOD_FILES}: each caller and each MCP server takes some`;
  if (limit < MIN_FILES) return fail(check, found, advice);
  return limit < GOOD_FILES ? warn(check, found, advice) : ok(check, found);
}

function memory(): Finding {
  const limit = process.constrainedMemory();
  return judgeMemory(limit > 0 && limit < totalmem() ? limit : totalmem(), process.availableMemory());
}

/** In bytes. */
export function judgeMemory(total: number, available: number): Finding {
  const found = `${toSize(total)}, of which ${toSize(available)} are free`;
  const advice = `give it ${toSize(GOOD_MEMORY)}: the server takes 0.1 GB, each sandbox and most MCP servers as much again`;
  if (Math.min(total, available) < MIN_MEMORY) return fail('memory', found, advice);
  return Math.min(total, available) < GOOD_MEMORY ? warn('memory', found, advice) : ok('memory', found);
}

async function processor(): Promise<Finding> {
  // cgroup v2: how many microseconds of each period this container may compute.
  const limit = await readFile('/sys/fs/cgroup/cpu.max', 'utf8').catch(() => '');
  const [quota, period] = limit.trim().split(' ').map(Number);
  const cores = availableParallelism();
  return judgeProcessor(quota && period ? Math.min(cores, quota / period) : cores);
}

/** `cores`: how many this process may use, or what part of one. */
export function judgeProcessor(cores: number): Finding {
  const found = `${Number(cores.toFixed(2))} ${cores === 1 ? 'core' : 'cores'}`;
  return cores < GOOD_CORES
    ? warn('processor', found, 'give it half a core: starts of MCP servers and sandboxes take long')
    : ok('processor', found);
}
