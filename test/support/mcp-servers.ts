/** MCP servers to test with. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ServerDefinition } from '../../server/mcp/definitions/server-definition.ts';
import { DEFAULT_LIMITS } from '../../server/mcp/servers/connection-limits.ts';
import { RunningServers, type RunningServersOptions } from '../../server/mcp/servers/running-servers.ts';

/** The program of a small MCP server; its argument says how it behaves. */
export const FIXTURE = fileURLToPath(new URL('../fixtures/mcp/server.mjs', import.meta.url));

/** A stdio server that runs the fixture in one of its modes. */
export function fixtureServer(id: string, mode = 'good', change: Partial<ServerDefinition> = {}): ServerDefinition {
  return {
    id,
    origin: 'custom',
    name: id,
    description: '',
    enabled: true,
    launch: { type: 'stdio', command: process.execPath, args: [FIXTURE, mode], env: {} },
    requiredEnvVars: [],
    ...change,
  };
}

/** Supervised servers with short deadlines. */
export function createServers(options: Partial<RunningServersOptions> = {}): RunningServers {
  return new RunningServers({
    environment: { PATH: process.env.PATH },
    version: '0.0.0',
    limits: { ...DEFAULT_LIMITS, startTimeoutMs: 10_000, graceMs: { input: 100, term: 200 } },
    ...options,
  });
}

/** Resolves when `condition` holds; fails after `timeoutMs`, which leaves a busy machine its time. */
export async function until(condition: () => boolean, what: string, timeoutMs = 15_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Waited in vain until ${what}`);
    await sleep(5);
  }
}

/** Whether a process exists and is not a zombie. */
export function isAlive(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && !/\) [ZX] /.test(readFileSync(file, 'utf8'));
}

/** The children of this process, zombies included. */
export function childPids(): number[] {
  return readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

/** How many file descriptors this process has open. */
export const openFiles = (): number => readdirSync('/proc/self/fd').length;
