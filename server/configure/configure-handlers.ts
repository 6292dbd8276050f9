import { basename } from 'node:path';
import type { AppHandlers } from '../../contract/index.ts';
import type { RequestContext } from '../call/implement.ts';
import { type ConfigProblem, describeProblem } from '../mcp/definitions/config-file.ts';
import { viewLaunch, viewServer } from '../mcp/server-view.ts';
import type { RunningServers } from '../mcp/servers/running-servers.ts';
import type { ModelInfo } from '../models/models.ts';

interface ConfigureHandlerOptions {
  readonly servers: RunningServers;
  readonly configServers: { readonly isSettled: boolean; readonly problems: readonly ConfigProblem[] };
  listModels(): Promise<ModelInfo[]>;
  defaultModel(): Promise<string>;
  /** The same of what is known without asking anybody, with more models. */
  known: { models(): ModelInfo[]; defaultModel(): string | undefined };
  ratesOf(model: string): { readonly input: number; readonly cached_input: number; readonly output: number } | null;
}

/** What this server is made of, over the wire. */
export function createConfigureHandlers({
  servers,
  configServers,
  listModels,
  defaultModel,
  known,
  ratesOf,
}: ConfigureHandlerOptions): AppHandlers<RequestContext>['configure'] {
  return {
    async get() {
      const [models, default_model] = await Promise.all([listModels(), defaultModel()]);
      const running = servers.listRunning();
      return {
        models,
        mcp_servers: servers.list().map(viewServer),
        tools: running.flatMap(({ definition, tools }) =>
          tools.map((tool) => ({
            name: tool.name,
            description: tool.description ?? tool.title ?? '',
            server: definition.id,
          })),
        ),
        default_model,
      };
    },
    models: () => ({
      models: known.models().map((model) => ({ ...toOffered(model), price: ratesOf(model.id) })),
      default_model: known.defaultModel() ?? null,
    }),
    toolsetsStatus() {
      const ready = servers.listRunning().map(({ definition }) => definition.id);
      const errors = servers.list().map(({ definition, error }) => [definition.id, error] as const);
      const problems = configServers.problems.filter(({ isNote }) => !isNote);
      const failed = new Map([...errors, ...problems.map(toFailure)].filter(isFailure));
      return {
        initialized: configServers.isSettled,
        ready_count: ready.length,
        failed_count: failed.size,
        ready_servers: ready,
        failed_servers: Object.fromEntries(failed),
      };
    },
    toolsetsInfo: () =>
      servers.listRunning().map((server) => {
        const launch = viewLaunch(server);
        const { id } = server.definition;
        return 'url' in launch
          ? { type: 'MCPServerStreamableHTTP' as const, id, url: launch.url }
          : { type: 'MCPServerStdio' as const, id, command: launch.command, args: launch.args };
      }),
  };
}

const toOffered = ({ id, name: label, provider, isAvailable, requiredEnvVars }: ModelInfo) => ({
  id,
  label,
  provider,
  is_ready: isAvailable,
  needs: requiredEnvVars[0] ?? null,
});

// Named after the wrong entry, or else after the file: only its base name, since its folder is nobody's business.
function toFailure(problem: ConfigProblem): readonly [string, string] {
  const file = basename(problem.file);
  return [problem.entry ?? file, describeProblem({ ...problem, file })];
}

const isFailure = (entry: readonly [string, string | undefined]): entry is [string, string] => entry[1] !== undefined;
