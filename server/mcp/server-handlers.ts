import type { AppHandlers } from '../../contract/index.ts';
import { ApiError } from '../call/errors.ts';
import type { RequestContext } from '../call/implement.ts';
import { readLastEventId } from '../call/numbered-events.ts';
import { ORIGINS, type ServerOrigin } from './definitions/server-definition.ts';
import { quoteList, viewServer } from './server-view.ts';
import type { CustomServers } from './servers/custom-servers.ts';
import { importServers } from './servers/import-servers.ts';
import type { RunningServers } from './servers/running-servers.ts';
import type { SupervisedServer } from './servers/supervised-server.ts';

/** What the endpoints of MCP servers act on. */
export interface ServerHandlerOptions {
  readonly servers: RunningServers;
  readonly custom: CustomServers;
}

/** Answers the endpoints of MCP servers. */
export function createServerHandlers({
  servers,
  custom,
}: ServerHandlerOptions): AppHandlers<RequestContext>['mcpServers'] {
  const get = (id: string, origin?: ServerOrigin): SupervisedServer => {
    const server = servers.find(origin ? { id, origin } : id);
    if (!server) throw new ApiError('mcp-server-not-found', `Server not found: ${id}`);
    return server;
  };
  const inCatalog = (id: string) => servers.find({ id, origin: 'catalog' });
  const startedConfig = () => servers.list('config').filter(({ status }) => status !== 'stopped');
  return {
    list: () => servers.listRunning().map(viewServer),
    listConfig: () => startedConfig().map(viewServer),
    listCatalog: () => servers.list('catalog').map(viewServer),
    listAvailable: () => ORIGINS.flatMap((origin) => servers.list(origin)).map(viewServer),
    get: ({ input }) => viewServer(get(input.server_id)),
    log({ input }) {
      const server = get(input.server_id, input.origin);
      const { status, error } = server;
      return { id: input.server_id, status, error: error ?? null, lines: server.stderrLines(input.lines) };
    },
    logEvents({ input: { server_id, origin, after, until }, context: { headers }, signal }) {
      const from = readLastEventId(headers['last-event-id']) ?? after;
      return get(server_id, origin).lines.follow({ after: from, untilNow: until === 'now', signal });
    },
    async start({ input: { server_id, origin, env_vars } }) {
      const server = get(server_id, origin);
      await servers.wishes.start(server, toVariables(env_vars));
      return viewServer(server);
    },
    async stop({ input: { server_id, origin } }) {
      const server = get(server_id, origin);
      await servers.wishes.stop(server);
      return viewServer(server);
    },
    async enable({ input: { server_name, env_vars } }) {
      const server = inCatalog(server_name);
      if (!server) {
        const known = quoteList(servers.list('catalog').map(({ definition }) => definition.id));
        throw new ApiError('mcp-server-not-found', `Server '${server_name}' not found in catalog. Available: ${known}`);
      }
      await servers.wishes.start(server, toVariables(env_vars));
      return viewServer(server);
    },
    async disable({ input: { server_name } }) {
      const server = inCatalog(server_name);
      if (!server || !servers.wishes.isWanted(server)) {
        throw new ApiError('mcp-server-not-enabled', `Server '${server_name}' is not currently enabled`);
      }
      await servers.wishes.stop(server);
    },
    import: ({ input: { text, dry_run = false } }) => importServers({ servers, custom }, { text, isDryRun: dry_run }),
    create: async ({ input: { id, ...fields } }) => viewServer(await custom.create(id, fields)),
    update: async ({ input: { server_id, ...fields } }) => viewServer(await custom.update(server_id, fields)),
    delete: ({ input }) => custom.delete(input.server_id),
  };
}

const toVariables = (given: readonly { readonly name: string; readonly value: string }[] = []) =>
  Object.fromEntries(given.map(({ name, value }) => [name, value]));
