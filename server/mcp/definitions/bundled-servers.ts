/** The MCP servers that come with this package. They run like any other: as processes of their own. */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServerDefinition } from './server-definition.ts';

/** `toolbox`: time, arithmetic and text counts, without keys and without a network. `cacheFolder` may keep its compiled code, which halves its start. */
export function toolboxServer(cacheFolder?: string): ServerDefinition {
  return {
    id: 'toolbox',
    origin: 'catalog',
    name: 'Toolbox',
    description:
      'Current time in any time zone, exact arithmetic, text statistics. Comes with this server; works offline.',
    enabled: true,
    launch: {
      type: 'stdio',
      command: process.execPath,
      // Its name ends in .ts in the sources and in .js in the built package.
      args: [fileURLToPath(new URL(`../toolbox/main${extname(import.meta.url)}`, import.meta.url))],
      env: cacheFolder === undefined ? {} : { NODE_COMPILE_CACHE: cacheFolder },
    },
    requiredEnvVars: [],
  };
}
