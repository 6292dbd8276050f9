import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ServerProcess, startServerProcess } from '../../scripts/server-process.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The command as it is built, and as people run it: Node starts it in half the time that it takes for its sources. */
export const BUILT = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url));

/** Its sources, of which each package that they load is a file of its own. */
export const SOURCES = fileURLToPath(new URL('../../server/main.ts', import.meta.url));

/** The command in a process of its own, with empty folders and no variable of this machine but the path. */
export async function startCommand({
  args = [],
  environment = {},
  ...program
}: {
  args?: readonly string[];
  environment?: Record<string, string>;
  entry?: string;
  node?: string;
  folder?: string;
} = {}): Promise<ServerProcess> {
  const home = await temporaryFolder();
  try {
    const server = await startServerProcess({
      args: ['--data-dir', join(home.path, 'data'), '--mcp-config', join(home.path, 'mcp.json'), ...args],
      environment: { PATH: process.env.PATH, HOME: home.path, ...environment },
      entry: BUILT,
      ...program,
    });
    return {
      ...server,
      async [Symbol.asyncDispose]() {
        await server.stop();
        await home[Symbol.asyncDispose]();
      },
    };
  } catch (cause) {
    await home[Symbol.asyncDispose]();
    throw cause;
  }
}
