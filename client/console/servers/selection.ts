/** Which server, tool and view the address says, and the way to others. */
import type { Outputs } from '../../index.ts';
import { pathOf, type Route, useRoute } from '../route.ts';

/** An MCP server as the API shows it. */
export type Server = Outputs['mcpServers']['listAvailable'][number];
/** A tool of a server. */
export type Tool = Server['tools'][number];

/** In the order in which an id alone is looked up, as `mcpServers.get` has it. */
const ORIGINS = ['config', 'custom', 'catalog'] as const;

/** What is selected, and what the list is filtered by. */
export interface Selection {
  readonly id: string | undefined;
  readonly tool: string | undefined;
  readonly origin: string | undefined;
  readonly view: 'tools' | 'log';
  /** What the list is filtered by: words, and a state or an origin. */
  readonly words: string;
  readonly show: string;
}

/** What the address selects. */
export const useSelection = (): Selection => readSelection(useRoute());

function readSelection({ parts: [id, tool], query }: Route): Selection {
  return {
    id,
    tool,
    origin: query.get('origin') ?? undefined,
    view: query.get('view') === 'log' ? 'log' : 'tools',
    words: query.get('q') ?? '',
    show: query.get('show') ?? '',
  };
}

/** The path of a selection; what is not given stays as it is. */
export function pathTo(now: Selection, change: Partial<Selection>): string {
  const { id, tool, origin, view, words, show } = { ...now, ...change };
  const parts = ['servers', ...(id ? [id, ...(tool ? [tool] : [])] : [])];
  return pathOf(parts, { origin: id && origin, view: view === 'log' ? view : undefined, q: words, show });
}

/** The path to a server; the origin stands in it only where another has the same id. */
export function pathToServer(now: Selection, server: Server, all: readonly Server[]): string {
  const isAlone = firstOf(server.id, all) === server;
  return pathTo(now, { id: server.id, tool: undefined, view: 'tools', origin: isAlone ? undefined : server.origin });
}

/** The server that is selected. */
export function findSelected({ id, origin }: Selection, all: readonly Server[]): Server | undefined {
  if (id === undefined) return undefined;
  return origin ? all.find((one) => one.id === id && one.origin === origin) : firstOf(id, all);
}

/** The server that an id alone means, of those that have it. */
export function firstOf(id: string, all: readonly Server[]): Server | undefined {
  for (const origin of ORIGINS) {
    const found = all.find((one) => one.id === id && one.origin === origin);
    if (found) return found;
  }
  return undefined;
}

/** The servers that the filters leave: first those that run, are about to, or have failed to. */
export function filterServers({ words, show }: Selection, all: readonly Server[]): Server[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const left = all.filter((server) => {
    const { id, name, description, tools } = server;
    const text = [id, name, description, ...tools.map((tool) => tool.name)].join(' ').toLowerCase();
    return isShown(server, show) && wanted.every((word) => text.includes(word));
  });
  // The sort is stable: within each of the two groups the order is the server's.
  return left.sort((one, other) => Number(isAtRest(one)) - Number(isAtRest(other)));
}

const isAtRest = ({ status, error }: Server) => status === 'stopped' && error === null;

function isShown(server: Server, show: string): boolean {
  if (show === 'running') return server.isRunning;
  if (show === 'failed') return server.status === 'failed' || server.error !== null;
  return show === '' || server.origin === show;
}

/** The variables a server needs and does not have. */
export const lackedBy = ({ isAvailable, requiredEnvVars }: Server): readonly string[] =>
  isAvailable ? [] : requiredEnvVars;
