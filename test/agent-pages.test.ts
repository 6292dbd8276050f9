import { expect, it } from 'vitest';
import { createClient } from '../client/index.ts';
import { createRestClient } from '../client/rest.ts';
import { CreationOrder } from '../server/agents/creation-order.ts';
import { startCommand } from './support/server-process.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const IDS = ['e', 'b', 'd', 'a', 'c'];

/** A server with an agent of each id, in their order, as both clients see it. */
async function startWithAgents(ids: readonly string[], args: readonly string[] = []) {
  const server = await startCommand({ args: [...args] });
  const client = createClient(server.url);
  for (const id of ids) await client.agents.create.mutate({ id });
  const page = async (query: { limit?: number; cursor?: string }) => {
    const { agents, next_cursor: next } = await client.agents.list.query(query);
    return { ids: agents.map(({ id }) => id), next };
  };
  return {
    client,
    rest: createRestClient(server.url),
    page,
    /** The cursor of the page behind the first so many. */
    cursorBehind: async (limit: number) => (await page({ limit })).next ?? '',
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

it('shows all agents to who asks for no page, and each in one page to who does', async () => {
  await using server = await startWithAgents(IDS);
  const whole = await server.client.agents.list.query();
  expect(Object.keys(whole)).toEqual(['agents']);
  expect(whole.agents.map(({ id }) => id)).toEqual(IDS);
  expect((await server.rest.GET('/agents')).data).toEqual(whole);

  const first = await server.rest.GET('/agents', { params: { query: { limit: 2 } } });
  expect(first.data).toEqual({ agents: whole.agents.slice(0, 2), next_cursor: expect.any(String) });
  const second = await server.page({ limit: 2, cursor: first.data?.next_cursor ?? '' });
  expect(second).toEqual({ ids: ['d', 'a'], next: expect.any(String) });
  expect(await server.page({ limit: 2, cursor: second.next ?? '' })).toEqual({ ids: ['c'], next: null });
  expect(await server.page({ limit: 5 })).toEqual({ ids: IDS, next: null });
  expect(await server.page({ limit: 200, cursor: await server.cursorBehind(4) })).toEqual({ ids: ['c'], next: null });
});

it('gives pages of 50 to who names a cursor alone', async () => {
  const ids = Array.from({ length: 53 }, (_, index) => `agent-${index}`);
  await using server = await startWithAgents(ids);
  const page = await server.page({ cursor: await server.cursorBehind(1) });
  expect(page.ids).toEqual(ids.slice(1, 51));
  expect(await server.page({ cursor: page.next ?? '' })).toEqual({ ids: ['agent-51', 'agent-52'], next: null });
});

it('leaves out no agent when others come, change and go between two pages', async () => {
  await using server = await startWithAgents(IDS);
  const { agents } = server.client;
  const cursor = await server.cursorBehind(2);
  await agents.update.mutate({ agent_id: 'b', name: 'Changed' });
  expect(await server.page({ limit: 3, cursor })).toEqual({ ids: ['d', 'a', 'c'], next: null });
  await agents.delete.mutate({ agent_id: 'e' });
  await agents.create.mutate({ id: 'f' });
  expect(await server.page({ limit: 9, cursor })).toEqual({ ids: ['d', 'a', 'c', 'f'], next: null });
  await agents.delete.mutate({ agent_id: 'b' });
  expect((await server.page({ limit: 9, cursor })).ids).toEqual(['d', 'a', 'c', 'f']);
  // Its place is not that of another that has its id now.
  await agents.create.mutate({ id: 'b' });
  expect((await server.page({ limit: 9, cursor })).ids).toEqual(['d', 'a', 'c', 'f', 'b']);
  for (const id of ['d', 'a', 'c', 'f', 'b']) await agents.delete.mutate({ agent_id: id });
  expect(await server.page({ limit: 9, cursor })).toEqual({ ids: [], next: null });
});

it('goes on with its pages after a restart', async () => {
  await using folder = await temporaryFolder();
  const args = ['--data-dir', folder.path];
  const cursor = await (async () => {
    await using server = await startWithAgents(IDS, args);
    return await server.cursorBehind(3);
  })();
  await using server = await startWithAgents([], args);
  expect(await server.page({ limit: 9, cursor })).toEqual({ ids: ['a', 'c'], next: null });
});

it('refuses a page of no size, and one behind what ended no page', async () => {
  await using server = await startWithAgents(IDS);
  for (const [query, path] of [
    [{ limit: 0 }, 'limit'],
    [{ limit: 201 }, 'limit'],
    [{ cursor: 'x' }, 'cursor'],
    [{ cursor: '' }, 'cursor'],
  ] as const) {
    const { error, response } = await server.rest.GET('/agents', { params: { query } });
    expect(response.status).toBe(422);
    expect(error).toMatchObject({ code: 'validation-failed', errors: [{ path }] });
  }
});

it('keeps the order in which ids come, whichever of them go', () => {
  const order = new CreationOrder(['a', 'b', 'c']);
  order.delete('x');
  order.add('d');
  expect([order.placeOf('d'), order.placeOf('x')]).toEqual([3, undefined]);
  order.delete('b');
  order.add('b');
  expect(order.slice(0, 9)).toEqual(['a', 'c', 'd', 'b']);
  expect(['a', 'b', 'c', 'd'].map((id) => order.placeOf(id))).toEqual([0, 3, 1, 2]);
  expect(order.slice(1, 2)).toEqual(['c', 'd']);
});
