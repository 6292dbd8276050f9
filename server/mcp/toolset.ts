import { ApiError } from '../call/errors.ts';
import type { PrepareOptions, ToolDefinition, ToolOutcome, Toolset } from '../runs/toolset.ts';
import { awaitServers } from './await-servers.ts';
import type { ServerFinder, ServerReference } from './servers/running-servers.ts';
import type { SupervisedServer } from './servers/supervised-server.ts';
import { readResultMeta, STATE_KEY } from './tool-meta.ts';
import { toToolName } from './tool-names.ts';
import { toResultFiles, toToolOutcome } from './tool-result.ts';
import { resourceUriOf } from './ui-tools.ts';
import type { CallToolResult } from './wire/mcp-sdk.ts';

/** Where a tool is called. */
interface Route {
  readonly server: SupervisedServer;
  readonly tool: string;
  /** Whether the tool asks for the state that the run shares with its caller. */
  readonly takesState: boolean;
  /** Where the page is that shows its results; undefined: it has none. */
  readonly pageUri: string | undefined;
}

/** A toolset whose servers may still have to come up: {@link prepare} starts what is selected and does not run. */
export interface ServerToolset extends Toolset {
  prepare(options: PrepareOptions): Promise<readonly string[]>;
}

/** The tools of a selection of servers, as they are told to models, and where each is called. */
interface ListedTools {
  readonly servers: ServerFinder;
  readonly revision: number;
  readonly definitions: readonly ToolDefinition[];
  readonly routes: ReadonlyMap<string, Route>;
}

/** By selection, which is another one when it has changed: the tools of many runs and steps are named once. */
const known = new WeakMap<readonly ServerReference[], ListedTools>();

/**
 * The tools of the servers that an agent selects. `selection` is read anew each time, so that a change of it takes effect within a run; it
 * gives out the same array until there is one.
 */
export function createServerToolset(servers: ServerFinder, selection: () => readonly ServerReference[]): ServerToolset {
  return {
    prepare: (options) => awaitServers(servers, selection(), options),
    list: () => listSelected(servers, selection()).definitions,
    noteUnsaid(tools) {
      const { routes } = listSelected(servers, selection());
      for (const { name, detail } of tools) {
        const route = routes.get(name);
        route?.server.noteProblem({ tool: route.tool, detail });
      }
    },
    async call(name, args, { signal, state, trace }) {
      const route = listSelected(servers, selection()).routes.get(name);
      if (!route) return { result: `There is no tool '${name}' any more`, isError: true };
      const ofState = route.takesState && state !== undefined ? { [STATE_KEY]: state } : undefined;
      const meta = ofState || trace ? { ...trace, ...ofState } : undefined;
      return callTool(route, args, { signal, meta });
    },
  };
}

function listSelected(servers: ServerFinder, selection: readonly ServerReference[]): ListedTools {
  const { revision } = servers;
  const listed = known.get(selection);
  if (listed?.servers === servers && listed.revision === revision) return listed;
  const routes = new Map<string, Route>();
  const definitions = servers.findAll(selection).flatMap((server) => listTools(server, routes));
  const now = { servers, revision, definitions, routes };
  known.set(selection, now);
  return now;
}

function listTools(server: SupervisedServer, routes: Map<string, Route>): ToolDefinition[] {
  return server.tools.map((tool) => {
    const { id } = server.definition;
    const name = toToolName(id, tool.name, routes);
    const takesState = tool._meta?.[STATE_KEY] === true;
    routes.set(name, { server, tool: tool.name, takesState, pageUri: resourceUriOf(tool) });
    return { name, description: tool.description ?? tool.title ?? '', inputSchema: tool.inputSchema, server: id };
  });
}

async function callTool(
  route: Route,
  args: Record<string, unknown>,
  { signal, meta }: { signal: AbortSignal; meta: Record<string, unknown> | undefined },
): Promise<ToolOutcome> {
  const { server, tool } = route;
  try {
    const result = await server.call(tool, args, { signal, meta });
    // A page shows the files of its result itself.
    const shown = route.pageUri === undefined ? toResultFiles(result) : toPage(route, args, result);
    return { ...toToolOutcome(result), ...readResultMeta(result), ...shown };
  } catch (cause) {
    if (signal.aborted) return { result: `The call of '${tool}' was cancelled`, isError: true };
    // The death of a server is something the model can act on; a fault of ours is not.
    if (cause instanceof ApiError) return { result: cause.message, isError: true };
    throw cause;
  }
}

/** The most that a page is told of one call. */
const MAX_PAGE_CHARACTERS = 256 * 1024;

/** What the page of a tool is told of a call; nothing of one that failed. A result that is too long is told as a sentence. */
function toPage(
  { server, tool, pageUri: uri }: Route,
  input: Record<string, unknown>,
  result: CallToolResult,
): Pick<ToolOutcome, 'page'> {
  if (uri === undefined || result.isError) return {};
  const page = { uri, server: server.definition.id, tool };
  const length = JSON.stringify([input, result]).length;
  if (length <= MAX_PAGE_CHARACTERS) return { page: { ...page, input, result: { ...result } } };
  const text = `[left out: ${length} characters are too many to show]`;
  return { page: { ...page, input: {}, result: { content: [{ type: 'text', text }] } } };
}
