/** What an asked agent waits for, twice at once, as chats of the AI SDK and clients of OpenAI show it and answer it. */
import { lastAssistantMessageIsCompleteWithApprovalResponses, type UIMessage } from 'ai';
import type { ResponseInputItem } from 'openai/resources/responses/responses';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chatTransport } from '../client/index.ts';
import { openChatPage } from './support/chat-page.mjs';
import { startModelServer } from './support/model-server.ts';
import { openAiOf } from './support/openai.ts';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';

const owned = new AsyncDisposableStack();
let server: WholeServer;

beforeAll(async () => {
  const model = owned.use(await startModelServer());
  const environment = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: model.url };
  server = owned.use(await startWholeServer({ environment }));
  const make = (id: string, fields: object) =>
    server.call('POST', '/agents', { id, model: 'openai:gpt-4o', ...fields });
  await make('careful', { selected_mcp_servers: ['toolbox'], approvals: { tools: ['toolbox__*'] } });
  await make('top', { agents: ['careful'] });
});
afterAll(() => owned.disposeAsync());

const TWICE = `tool ask_careful ${JSON.stringify({ message: 'tools 2 calculate {"expression": "6 * 7"}' })}`;
const CALL = 'toolbox__calculate({"expression":"6 * 7"})';

const open = (id: string, options: object = {}) =>
  openChatPage({
    id,
    transport: chatTransport('top', { url: server.url }),
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
    ...options,
  });
type Page = Awaited<ReturnType<typeof open>>;
/** The parts of tools in the last message, in short. */
const partsOf = ({ chat }: Page) =>
  (chat.messages.at(-1)?.parts ?? []).flatMap((part) =>
    part.type === 'dynamic-tool' ? [[part.toolName, part.state, part.approval?.requestReason]] : [],
  );
const idsOf = ({ chat }: Page) =>
  (chat.messages.at(-1)?.parts ?? []).flatMap((part) => ('approval' in part && part.approval?.id) || []);
/** The status under which an approval is listed. */
async function statusOf(id: string): Promise<string | undefined> {
  for (const status of ['pending', 'approved', 'denied']) {
    if (JSON.stringify((await server.call('GET', `/approvals?status=${status}`)).body).includes(id)) return status;
  }
  return undefined;
}
/** What the tools gave to the agent that was asked last, by its calls. */
async function resultsOfCareful() {
  const { runs } = (await server.call('GET', '/runs?agent_id=careful&limit=1')).body as {
    runs: { conversation_id: string }[];
  };
  const { body } = await server.call('GET', `/conversations/${runs[0]?.conversation_id}`);
  const { messages } = body as { messages: { role: string; content: string; tool_call_id?: string }[] };
  const results = messages.filter(({ role }) => role === 'tool');
  return Object.fromEntries(results.map(({ tool_call_id = '', content }) => [tool_call_id, content]));
}
const firstOnly = {
  call_1: expect.stringContaining('42'),
  call_2: 'Not run: the user refused it: no sums',
};
const waiting = [
  ['ask_careful', 'approval-requested', CALL],
  ['toolbox__calculate', 'approval-requested', undefined],
];

describe('two approvals of one call, in a chat of the AI SDK', () => {
  test('are two parts, of which one is approved and one is denied', async () => {
    await using page = await open('both');
    await page.chat.sendMessage({ text: TWICE });
    await expect.poll(() => partsOf(page)).toEqual(waiting);
    const [first = '', second = ''] = idsOf(page);
    await page.chat.addToolApprovalResponse({ id: first, approved: true });
    expect(page.chat.status).toBe('ready');
    await page.chat.addToolApprovalResponse({ id: second, approved: false, reason: 'no sums' });
    await expect.poll(() => page.chat.messages.at(-1)?.parts.at(-1)?.type).toBe('text');
    await expect.poll(() => page.chat.status).toBe('ready');
    expect(partsOf(page).map(([name, state]) => [name, state])).toEqual([
      ['ask_careful', 'output-available'],
      ['toolbox__calculate', 'output-denied'],
    ]);
    expect(page.chat.messages).toHaveLength(2);
    expect([await statusOf(first), await statusOf(second)]).toEqual(['approved', 'denied']);
    expect(await resultsOfCareful()).toEqual(firstOnly);
  });

  test('are the same after a reload, also where one was answered elsewhere, and go on from there', async () => {
    {
      await using page = await open('reloaded');
      await page.chat.sendMessage({ text: TWICE });
      await expect.poll(() => partsOf(page)).toEqual(waiting);
      await server.call('POST', `/approvals/${idsOf(page)[0]}`, { approved: true });
    }
    const messages = await chatTransport('top', { url: server.url }).messages<UIMessage>('reloaded');
    await using page = await open('reloaded', { messages, resume: true });
    expect(partsOf(page)).toEqual([['ask_careful', 'approval-responded', CALL], waiting[1]]);
    await page.chat.addToolApprovalResponse({ id: idsOf(page)[1] ?? '', approved: true });
    await expect.poll(() => page.chat.messages.at(-1)?.parts.at(-1)?.type).toBe('text');
    expect(partsOf(page).map(([, state]) => state)).toEqual(['output-available', 'output-available']);
  });

  test('are answered as they are stored, whatever the page holds of them', async () => {
    await using page = await open('stored', { sendAutomaticallyWhen: undefined });
    await page.chat.sendMessage({ text: TWICE });
    await expect.poll(() => partsOf(page)).toEqual(waiting);
    const [first = '', second = ''] = idsOf(page);
    await server.call('POST', `/approvals/${second}`, { approved: false });
    await page.chat.addToolApprovalResponse({ id: first, approved: true });
    await page.chat.addToolApprovalResponse({ id: second, approved: true });
    await page.chat.sendMessage();
    await expect.poll(() => page.chat.messages.at(-1)?.parts.at(-1)?.type).toBe('text');
    expect(partsOf(page).map(([, state]) => state)).toEqual(['output-available', 'output-denied']);
  });
});

test('a page is told which approvals were answered elsewhere, while others are still to come', async () => {
  const thrice = TWICE.replace('tools 2', 'tools 3');
  await using page = await open('three', { sendAutomaticallyWhen: undefined });
  await page.chat.sendMessage({ text: thrice });
  await expect.poll(() => idsOf(page).length).toBe(3);
  const [first = '', second = '', third = ''] = idsOf(page);
  await server.call('POST', `/approvals/${first}`, { approved: true });
  await page.chat.addToolApprovalResponse({ id: second, approved: false });
  await page.chat.sendMessage();
  await expect
    .poll(() => partsOf(page).map(([, state]) => state))
    .toEqual(['approval-responded', 'approval-responded', 'approval-requested']);
  await page.chat.addToolApprovalResponse({ id: third, approved: true });
  await page.chat.sendMessage();
  await expect
    .poll(() => partsOf(page).map(([, state]) => state))
    .toEqual(['output-available', 'output-denied', 'output-available']);
});

test('two approvals of one call are two items of a response, of which one is approved and one is denied', async () => {
  const { responses } = openAiOf(server, { dangerouslyAllowBrowser: true });
  const asked = await responses.create({ model: 'top', input: TWICE });
  const requests = asked.output.filter((item) => item.type === 'mcp_approval_request');
  expect(requests.map(({ name, arguments: args }) => `${name}(${args})`)).toEqual([CALL, CALL]);
  const input = requests.map(
    ({ id }, index): ResponseInputItem => ({
      type: 'mcp_approval_response',
      approval_request_id: id,
      approve: index === 0,
      reason: 'no sums',
    }),
  );
  const answer = await responses.create({ model: 'top', input, previous_response_id: asked.id });
  expect(answer.status).toBe('completed');
  expect(answer.output.map(({ type }) => type)).toEqual(['mcp_call', 'message']);
  expect(await resultsOfCareful()).toEqual(firstOnly);
});
