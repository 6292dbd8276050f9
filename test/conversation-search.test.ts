/** `GET /conversations?query=`: conversations by what is said in them. */
import { expect, test } from 'vitest';
import { conversations as contract } from '../contract/conversations.ts';
import type { Message } from '../server/store/messages.ts';
import { type AgentRuns, startAgentRuns } from './support/agent-runs.ts';
import { holderOf } from './support/key-holder.ts';
import { finish, scriptedModel, text } from './support/scripted-model.ts';

const model = scriptedModel([[...text('Nothing'), finish()]]);
const says = (id: string, words: string): Message => ({ id, role: 'user', content: [{ type: 'text', text: words }] });

/** Stores a conversation, newer than those before. */
async function store(server: AgentRuns, id: string, messages: readonly Message[], agentId = 'tester') {
  await server.store.runs.open({ id: `${id}-run`, conversationId: id, agentId, messages });
}
async function search(server: AgentRuns, query: Record<string, string>) {
  const { status, body } = await server.call('GET', `/conversations?${new URLSearchParams(query)}`);
  expect(status).toBe(200);
  const { conversations, next_cursor } = contract.list.output.parse(body);
  return { ids: conversations.map(({ id }) => id), next_cursor };
}

test.each<[query: string, ids: readonly string[]]>([
  ['WEATHER', ['talk']],
  ['eiffel', ['talk']],
  ['ÄRGER', ['odd']],
  ['ärger', ['odd']],
  ['天気', ['odd']],
  ['"quoted" \\ 100%', ['odd']],
  ['100_', []],
  ['two\nlines', ['odd']],
  ['celsius":18', ['talk']],
  ['  paris ', ['talk']],
  ['"role"', []],
  ['thought', []],
  ['nobody says this', []],
])('a search for %j finds %j', async (query, ids) => {
  await using server = await startAgentRuns(model);
  await store(server, 'talk', [
    says('u1', 'What is the Weather in Paris?'),
    {
      id: 'a1',
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'A secret thought' },
        { type: 'tool-call', callId: 'c1', name: 'look', args: {} },
        { type: 'text', text: 'Look at the Eiffel tower.' },
      ],
    },
    { id: 't1', role: 'tool', callId: 'c1', name: 'look', result: { celsius: 18 }, status: 'done' },
  ]);
  await store(server, 'odd', [says('u1', 'Hello'), says('u2', 'Großer Ärger, 天気, "quoted" \\ 100%, two\nlines')]);
  await store(server, 'other', [says('u1', 'Hello')]);
  expect(await search(server, { query })).toEqual({ ids, next_cursor: null });
});

test('what is found is told in pages, the newest first, of one agent if one is named', async () => {
  await using server = await startAgentRuns(model);
  for (let index = 0; index < 50; index += 1) {
    await store(
      server,
      `c${index}`,
      [says('u', 'Hello'), says('v', index % 2 ? 'odd number' : 'even')],
      `a${index % 4}`,
    );
  }
  const pages: (readonly string[])[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page = await search(server, { query: 'ODD', limit: '10', ...(cursor && { cursor }) });
    pages.push(page.ids);
    cursor = page.next_cursor;
  }
  const found = pages.flat();
  expect(pages.map((page) => page.length).slice(0, 2)).toEqual([10, 10]);
  expect(new Set(found)).toEqual(new Set(Array.from({ length: 25 }, (_, index) => `c${index * 2 + 1}`)));
  expect(found).toHaveLength(25);
  expect((await search(server, { query: 'odd', agent_id: 'a1' })).ids).toHaveLength(13);
});

test('one request looks through so much and no more, and the next goes on there', async () => {
  await using server = await startAgentRuns(model);
  await store(server, 'old', [says('u', 'needle')]);
  for (let index = 0; index < 60; index += 1) {
    const many = Array.from({ length: 200 }, (_, number) => says(`m${number}`, 'hay'));
    await store(server, `hay${index}`, many);
  }
  const first = await search(server, { query: 'needle' });
  expect(first).toEqual({ ids: [], next_cursor: expect.any(String) });
  let page = first;
  for (let requests = 1; page.next_cursor !== null && !page.ids.length; requests += 1) {
    expect(requests).toBeLessThan(4);
    page = await search(server, { query: 'needle', cursor: page.next_cursor });
  }
  expect(page).toEqual({ ids: ['old'], next_cursor: null });
});

test('of a message that is mostly a file nothing is searched, and its conversation is found by the rest', async () => {
  await using server = await startAgentRuns(model);
  const data = 'needle+'.repeat(60_000);
  const file: Message = {
    id: 'f',
    role: 'user',
    content: [
      { type: 'text', text: 'needle' },
      { type: 'file', mediaType: 'image/png', data },
    ],
  };
  await store(server, 'long', [says('u', 'Hello'), file]);
  await store(server, 'found', [says('u', 'Hello'), file, says('v', 'The needle')]);
  expect((await search(server, { query: 'needle' })).ids).toEqual(['found']);
});

test('a search finds nothing of another key', async () => {
  const [ann, ben] = ['anna-0123456789', 'ben-0123456789'];
  await using server = await startAgentRuns(model, { apiKeys: [`anna:${ann}`, `ben:${ben}`] });
  const said = { message: 'A needle', conversation_id: 'talk' };
  await holderOf(server.url, ann)('POST', '/agents/tester/prompt/sync', said);
  const idsOf = async (key: string) =>
    (await holderOf(server.url, key)('GET', '/conversations?query=needle')).body.conversations;
  expect([await idsOf(ann), await idsOf(ben)]).toMatchObject([[{ id: 'talk' }], []]);
});

test.each(['', '   ', 'x'.repeat(201)])('a search for %j is a 422', async (query) => {
  await using server = await startAgentRuns(model);
  expect(await server.call('GET', `/conversations?${new URLSearchParams({ query })}`)).toMatchObject({
    status: 422,
    body: { errors: [{ path: 'query' }] },
  });
});
