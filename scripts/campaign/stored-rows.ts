/** Rows that no server would write, in every table of a store that a server then starts on. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { writeOddRows } from '../../test/fixtures/store/odd-rows.ts';
import { ownFolder } from '../own.ts';
import { type Answer, Caller } from './caller.ts';
import type { Group, OddCase, Stage, StagePlan } from './odd-case.ts';
import { startTried } from './start-tried.ts';

/** Lists by path, where each holds its records, and where one of them is shown by itself. */
const LISTS = [
  { path: '/agents', key: 'agents', one: '/agents/' },
  { path: '/runs', key: 'runs', one: '/runs/' },
  { path: '/conversations', key: 'conversations', one: '/conversations/' },
  { path: '/approvals', key: 'approvals' },
  { path: '/mcp/servers', key: undefined, one: '/mcp/servers/' },
] as const;

const toCase = ({ path, key, ...list }: (typeof LISTS)[number]): OddCase => ({
  title: path,
  async attempt(caller) {
    const records: { readonly id: string }[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
      const { status, body, text }: Answer = await caller.ask('GET', path + query);
      if (status !== 200) return `${path}${query} answers ${status}: ${text.slice(0, 200)}`;
      records.push(...(key === undefined ? body : body[key]));
      cursor = key === undefined ? null : (body.next_cursor ?? null);
    } while (cursor !== null);
    if (!('one' in list)) return undefined;
    for (const { id } of records) {
      const { status, text } = await caller.ask('GET', list.one + encodeURIComponent(id));
      if (status >= 500) return `${list.one}${id} answers ${status}: ${text.slice(0, 200)}`;
    }
    return records.length ? undefined : `${path} shows nothing`;
  },
});

const stage: StagePlan = {
  title: 'a store with odd rows',
  // It starts two servers; `odd-rows.test.ts` tries each row.
  isLong: true,
  size: LISTS.length,
  async open(entry): Promise<Stage> {
    await using stack = new AsyncDisposableStack();
    const { path: home } = stack.use(await ownFolder('agent-runtimes-campaign-rows-'));
    {
      await using first = await startTried({ entry });
      await fillTables(new Caller(first));
      await cp(first.home, home, { recursive: true });
    }
    writeOddRows(join(home, '.datalayer/agent-runtimes'));
    const server = stack.use(await startTried({ entry, home }));
    const owned = stack.move();
    return { server, cases: LISTS.map(toCase), [Symbol.asyncDispose]: () => owned.disposeAsync() };
  },
};

/** Leaves a row in each table. */
async function fillTables(caller: Caller): Promise<void> {
  await caller.ask('POST', '/mcp/servers', { id: 'mine', command: 'node', args: ['--version'], enabled: false });
  await caller.ask('POST', '/agents', {
    id: 'careful',
    selected_mcp_servers: ['toolbox'],
    approvals: { tools: ['*'] },
  });
  await caller.ask('POST', '/agents/careful/mcp-servers/start', {});
  await caller.stream('/agents/careful/prompt', { message: 'What is 17 * 23?', background: true });
  const message = { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'Hello' }] };
  await caller.ask('POST', '/a2a/demo/message:send', { message });
}

/** Everything that a list shows, on a store that holds anything anywhere. */
export const storedRows: Group = { name: 'stored rows', stages: [stage] };
