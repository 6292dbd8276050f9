import type { Caller } from './caller.ts';

interface List {
  readonly path: string;
  /** Whether it holds what it held when the server began. */
  holds(body: unknown): boolean;
}

const some = (key: string) => (body: unknown) => Array.isArray(Object(body)[key]) && Object(body)[key].length > 0;
const LISTS: readonly List[] = [
  {
    path: '/agents',
    holds: (body) => some('agents')(body) && Object(body).agents.some(({ id }: { id: string }) => id === 'demo'),
  },
  { path: '/runs?limit=20', holds: some('runs') },
  { path: '/conversations?limit=20', holds: some('conversations') },
  { path: '/conversations/known', holds: (body) => Object(body).messages?.length > 1 },
  { path: '/approvals', holds: (body) => Array.isArray(Object(body).approvals) },
  { path: '/skills', holds: some('skills') },
  { path: '/mcp/servers/available', holds: (body) => Array.isArray(body) && body.length > 0 },
  { path: '/mcp/servers/catalog', holds: (body) => Array.isArray(body) && body.length > 0 },
  { path: '/mcp/servers/toolbox', holds: (body) => Object(body).status === 'running' },
  { path: '/ag-ui/agents', holds: some('agents') },
];

/** Looks whether the server is there and shows every list, with what it held from the beginning. What is lost, a sentence each. */
export async function findLosses(caller: Caller): Promise<string[]> {
  const health = await caller.ask('GET', '/health');
  if (health.status !== 200) return [`/health answers ${health.status}`];
  const answers = await Promise.all(LISTS.map(async (list) => ({ list, ...(await caller.ask('GET', list.path)) })));
  return answers.flatMap(({ list, status, body }) => {
    if (status !== 200) return [`${list.path} answers ${status}`];
    return list.holds(body) ? [] : [`${list.path} does not hold what it held`];
  });
}
