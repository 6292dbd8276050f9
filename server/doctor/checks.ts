import { version } from '../version.ts';
import { clock } from './clock.ts';
import { dataFolder } from './data-folder.ts';
import { database } from './database.ts';
import { disk } from './disk.ts';
import { type Check, ok } from './finding.ts';
import { jupyter } from './jupyter.ts';
import { machine } from './machine.ts';
import { mcpServers } from './mcp-servers.ts';
import { models } from './models.ts';
import { options } from './options.ts';
import { port } from './port.ts';
import { providers } from './providers.ts';
import { sandbox } from './sandbox.ts';
import { secretKeys } from './secret-keys.ts';
import { serverKeys } from './server-keys.ts';
import { store } from './store.ts';

const program: Check = {
  name: 'program',
  silenceMs: 1000,
  run: async () => [ok('program', `agent-runtimes ${version} on Node ${process.version}, ${process.platform}`)],
};

/** Everything the doctor looks at, in the order in which a start would meet it. */
export const checks: readonly Check[] = [
  program,
  options,
  dataFolder,
  store,
  database,
  disk,
  machine,
  serverKeys,
  secretKeys,
  port,
  models,
  providers,
  clock,
  mcpServers,
  jupyter,
  sandbox,
];
