/** Responses that go on from others, and responses that are read again: by OpenAI's own SDK over real sockets. */
import type { ResponseInputItem, ResponseStreamEvent } from 'openai/resources/responses/responses';
import { describe, expect, test } from 'vitest';
import { startAgentRuns } from './support/agent-runs.ts';
import { startCuttingProxy } from './support/cutting-proxy.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { errorOf, openAiOf } from './support/openai.ts';
import { filesOf } from './support/running.ts';
import { type Act, finish, reasoning, scriptedModel, text, toolCall } from './support/scripted-model.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const says = (...words: string[]): Act[] => [...text(...words), finish()];
const hello = { model: 'tester', input: 'Hi' };
const echo = () => scriptedModel((call) => says(`Answer ${call + 1}`));
const promptOf = (model: ReturnType<typeof scriptedModel>, call: number) =>
  model.asked[call]?.prompt.map(({ content }) =>
    typeof content === 'string' ? content : content.map((part) => ('text' in part ? part.text : part.type)).join(),
  );

describe('a response that names the one before', () => {
  test('goes on in its conversation, with instructions of its own', async () => {
    const model = echo();
    await using server = await startAgentRuns(model);
    const { responses } = openAiOf(server);
    const first = await responses.create({ ...hello, instructions: 'Be brief.' });
    const next = { ...hello, input: 'And?', instructions: 'Be kind.', previous_response_id: first.id };
    const second = await responses.create(next);
    expect(second.conversation).toEqual(first.conversation);
    expect(promptOf(model, 1)).toEqual(['Be kind.', 'Hi', 'Answer 1', 'And?']);
  });

  test('goes another way where the conversation has gone on from there', async () => {
    const model = echo();
    await using server = await startAgentRuns(model);
    const { responses } = openAiOf(server);
    const first = await responses.create(hello);
    const second = await responses.create({ ...hello, input: 'Left', previous_response_id: first.id });
    const other = await responses.create({ ...hello, input: 'Right', previous_response_id: first.id });
    expect(promptOf(model, 2)).toEqual(['Hi', 'Answer 1', 'Right']);
    expect(other.conversation).not.toEqual(second.conversation);
    await responses.create({ ...hello, input: 'On', previous_response_id: other.id });
    expect(promptOf(model, 3)).toEqual(['Hi', 'Answer 1', 'Right', 'Answer 3', 'On']);
    const { body } = await server.call('GET', `/conversations/${second.conversation?.id}`);
    expect(body.messages).toHaveLength(4);
  });

  test('goes on behind what has become of its calls elsewhere', async () => {
    const asking = [...toolCall('c1', 'mail', { to: 'ada' }), finish('tool-calls')];
    const model = scriptedModel((call) => (call ? says(`Answer ${call + 1}`) : asking));
    const toolset = toolsetOf({ mail: () => ok('sent') });
    await using server = await startAgentRuns(model, { toolset, agent: { approvals: { tools: ['*'] } } });
    const { responses } = openAiOf(server);
    const asked = await responses.create(hello);
    const [approval] = (await server.call('GET', '/approvals')).body.approvals;
    const { body } = await server.call('POST', `/approvals/${approval.id}`, { approved: true });
    await server.read(`/runs/${body.resumed_by}/events`);
    const input = [
      { type: 'mcp_approval_response' as const, approval_request_id: approval.id, approve: true },
      { role: 'user' as const, content: 'Yes' },
    ];
    const late = responses.create({ ...hello, input, previous_response_id: asked.id });
    expect(await errorOf(late)).toMatchObject({ status: 409, code: 'approval-resolved' });
    const next = await responses.create({ ...hello, input: 'And?', previous_response_id: asked.id });
    expect(next.conversation).toEqual(asked.conversation);
    expect(promptOf(model, 2)).toEqual(['Hi', 'tool-call', 'tool-result', 'Answer 2', 'And?']);
    const other = await responses.create({ ...hello, input: 'Or?', previous_response_id: asked.id });
    expect(other.conversation).not.toEqual(asked.conversation);
    expect(promptOf(model, 3)).toEqual(['Hi', 'tool-call', 'tool-result', 'Answer 2', 'Or?']);
  });

  test('may be one of which nothing is stored', async () => {
    const model = echo();
    await using server = await startAgentRuns(model);
    const { responses } = openAiOf(server);
    const first = await responses.create(hello);
    await responses.create({ ...hello, input: 'Off the record', store: false, previous_response_id: first.id });
    expect(promptOf(model, 1)).toEqual(['Hi', 'Answer 1', 'Off the record']);
    await responses.create({ ...hello, input: 'On', previous_response_id: first.id });
    expect(promptOf(model, 2)).toEqual(['Hi', 'Answer 1', 'On']);
  });

  test('may name a run that another protocol has started', async () => {
    const model = echo();
    await using server = await startAgentRuns(model);
    await server.call('POST', '/agents/tester/prompt/sync', { message: 'Hi', conversation_id: 'c', run_id: 'mine' });
    const { responses } = openAiOf(server);
    const read = await responses.retrieve('mine');
    expect(read).toMatchObject({ status: 'completed', output_text: 'Answer 1', conversation: { id: 'c' }, tools: [] });
    const next = await responses.create({ ...hello, input: 'And?', previous_response_id: 'mine' });
    expect(next.conversation).toEqual({ id: 'c' });
    expect(promptOf(model, 1)).toEqual(['Hi', 'Answer 1', 'And?']);
  });

  test('may be read while that run goes on, which does not end it', async () => {
    const gate = Promise.withResolvers<void>();
    await using server = await startAgentRuns(
      scriptedModel([[...text('a').slice(0, 2), { wait: gate.promise }, finish()]]),
    );
    const prompt = server.call('POST', '/agents/tester/prompt/sync', { message: 'Hi', run_id: 'mine' });
    await expect.poll(() => server.runs.activeRuns().length).toBe(1);
    const { responses } = openAiOf(server);
    await expect.poll(async () => (await responses.retrieve('mine')).output_text).toBe('a');
    expect(await responses.retrieve('mine')).toMatchObject({ id: 'mine', status: 'in_progress' });
    gate.resolve();
    expect((await prompt).body).toMatchObject({ response: 'a' });
    expect((await responses.retrieve('mine')).output_text).toBe('a');
  });

  test('is refused with a conversation that is another, and where there is none', async () => {
    await using server = await startAgentRuns(echo());
    const { responses } = openAiOf(server);
    const first = await responses.create(hello);
    const both = { ...hello, previous_response_id: first.id, conversation: 'other' };
    expect(await errorOf(responses.create(both))).toMatchObject({ status: 422, param: 'conversation' });
    const none = { ...hello, previous_response_id: 'resp_none' };
    expect(await errorOf(responses.create(none))).toMatchObject({ status: 404, code: 'run-not-found' });
    expect(await errorOf(responses.create({ ...hello, background: true, store: false }))).toMatchObject({
      status: 422,
      param: 'background',
    });
  });
});

describe('what is said', () => {
  test('goes on in a conversation that is named', async () => {
    const model = echo();
    await using server = await startAgentRuns(model);
    const { responses } = openAiOf(server);
    await responses.create({ ...hello, conversation: 'c' });
    await responses.create({ ...hello, input: 'And?', conversation: { id: 'c' } });
    expect(promptOf(model, 1)).toEqual(['Hi', 'Answer 1', 'And?']);
  });

  test('may be items of all kinds, and items by their ids', async () => {
    const model = scriptedModel([
      [...reasoning('Hm'), ...toolCall('c1', 'clock', {}), finish('tool-calls')],
      says('Noon'),
      says('Nice'),
    ]);
    await using server = await startAgentRuns(model, {
      toolset: toolsetOf({ clock: () => ok('12:00') }),
      files: filesOf('application/pdf', Buffer.from('%PDF-1.7')),
    });
    const { responses } = openAiOf(server);
    const { output } = await responses.create(hello);
    const references = output.map(({ id }): ResponseInputItem => ({ type: 'item_reference', id: id ?? '' }));
    const input: ResponseInputItem[] = [
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
      ...references,
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'Look' },
          { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,AAAA' },
          { type: 'input_file', filename: 'a.txt', file_data: 'data:text/plain;base64,BBBB' },
          { type: 'input_file', file_url: 'https://example.com/a.pdf' },
        ],
      },
    ];
    await responses.create({ model: 'tester', input });
    expect(model.asked[2]?.prompt).toMatchObject([
      { role: 'system', content: 'Be brief.' },
      { role: 'user' },
      { role: 'assistant', content: [{ type: 'tool-call', toolName: 'clock' }] },
      { role: 'tool', content: [{ output: { value: '12:00' } }] },
      { role: 'assistant', content: [{ text: 'Noon' }] },
      {
        role: 'user',
        content: [
          { text: 'Look' },
          { mediaType: 'image/png' },
          { type: 'text', text: expect.stringContaining('a.txt') },
          { mediaType: 'application/pdf' },
        ],
      },
    ]);
  });

  test.each([
    ['input', { input: [] }],
    ['input', { input: '' }],
    ['input.0.role', { input: [{ role: 'oracle', content: 'Hi' }] }],
    ['input.0.type', { input: [{ type: 'computer_call' }] }],
    ['input.0.id', { input: [{ type: 'item_reference', id: 'msg-0-none' }] }],
    ['input.0.content.0.type', { input: [{ role: 'user', content: [{ type: 'mystery' }] }] }],
    ['input.0.call_id', { input: [{ type: 'function_call', name: 'x', arguments: '{}' }] }],
    ['input.0.approve', { input: [{ type: 'mcp_approval_response', approval_request_id: 'x', approve: 'yes' }] }],
    ['tools.0.type', { tools: [{ type: 'web_search' }] }],
    ['text.format.schema', { text: { format: { type: 'json_schema', name: 'x', schema: { type: 'array' } } } }],
  ])('is refused with its place, %s, where nothing can be made of it', async (param, body) => {
    await using server = await startAgentRuns(echo());
    const ask = { ...hello, ...body } as Parameters<ReturnType<typeof openAiOf>['responses']['create']>[0];
    expect(await errorOf(openAiOf(server).responses.create(ask))).toMatchObject({
      status: 422,
      code: 'validation-failed',
      param,
    });
  });
});

describe('a response in the background', () => {
  const tools = { clock: () => ok('12:00') };
  const answers = (gate: Promise<void>) =>
    scriptedModel([
      [...reasoning('Hm'), ...text('See'), ...toolCall('c1', 'clock', {}), { wait: gate }, finish('tool-calls')],
      says('It ', 'is noon'),
    ]);

  test('is read while it is made as far as it has come, and says the same of that once it is there', async () => {
    const [thinks, speaks, calls] = [
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
    ];
    const model = scriptedModel([
      [
        ...reasoning('H', 'm').slice(0, 2),
        { wait: thinks.promise },
        ...reasoning('H', 'm').slice(2),
        ...text('S', 'ee').slice(0, 2),
        { wait: speaks.promise },
        ...text('S', 'ee').slice(2),
        ...toolCall('c1', 'clock', {}),
        finish('tool-calls'),
      ],
      says('Noon'),
    ]);
    const clock = async () => {
      await calls.promise;
      return ok('12:00');
    };
    await using server = await startAgentRuns(model, { toolset: toolsetOf({ clock }) });
    const { responses } = openAiOf(server);
    const { id } = await responses.create({ ...hello, background: true });
    const output = async () => (await responses.retrieve(id)).output;
    const thought = { type: 'reasoning', id: `rs-0-${id}`, summary: [{ type: 'summary_text', text: 'H' }] };
    await expect.poll(output).toMatchObject([{ ...thought, status: 'in_progress' }]);
    thinks.resolve();
    const said = { type: 'message', id: `msg-1-${id}`, content: [{ type: 'output_text', text: 'S' }] };
    await expect.poll(output).toMatchObject([{ status: 'completed' }, { ...said, status: 'in_progress' }]);
    speaks.resolve();
    const call = { type: 'mcp_call', name: 'clock', status: 'in_progress', output: null };
    await expect.poll(output).toMatchObject([{}, { content: [{ text: 'See' }] }, call]);
    const before = await output();
    calls.resolve();
    await expect.poll(async () => (await responses.retrieve(id)).status).toBe('completed');
    expect((await output()).slice(0, 2)).toEqual(before.slice(0, 2));
    expect((await output()).slice(2)).toMatchObject([{ type: 'mcp_call', output: '12:00' }, { type: 'message' }]);
  });

  test('is taken up after each of its events, when the connection was cut there: nothing is lost or doubled', async () => {
    const gate = Promise.withResolvers<void>();
    await using server = await startAgentRuns(answers(gate.promise), { toolset: toolsetOf(tools) });
    const { id } = await openAiOf(server).responses.create({ ...hello, background: true });
    const live = (async () => Array.fromAsync(await openAiOf(server).responses.retrieve(id, { stream: true })))();
    gate.resolve();
    const whole = await live;
    expect(whole.slice(0, 3).map(({ type }) => type)).toEqual([
      'response.created',
      'response.queued',
      'response.in_progress',
    ]);
    for (let after = 1; after < whole.length; after++) {
      await using proxy = await startCuttingProxy(server.url, (connection) =>
        connection === 1 ? { after, how: 'cut' } : undefined,
      );
      const { responses } = openAiOf(proxy);
      const read: ResponseStreamEvent[] = [];
      const follow = async (starting_after?: number) => {
        const query = { stream: true as const, ...(starting_after !== undefined && { starting_after }) };
        for await (const event of await responses.retrieve(id, query)) read.push(event);
      };
      await follow().catch(() => undefined);
      expect(read.length).toBeLessThan(whole.length);
      await follow(read.at(-1)?.sequence_number);
      expect(read).toEqual(whole);
    }
  });

  test('is streamed as it is created, cut after each of its events, and gone on with behind the last that came', async () => {
    await using server = await startAgentRuns(
      scriptedModel((call) =>
        call % 2 ? says('It ', 'is noon') : [...text('See'), ...toolCall('c1', 'clock', {}), finish('tool-calls')],
      ),
      { toolset: toolsetOf(tools) },
    );
    const ask = { ...hello, background: true, stream: true as const };
    const shapeOf = ({ type, sequence_number }: ResponseStreamEvent) => `${sequence_number} ${type}`;
    const whole = (await Array.fromAsync(await openAiOf(server).responses.create(ask))).map(shapeOf);
    for (let after = 1; after < whole.length; after++) {
      await using proxy = await startCuttingProxy(server.url, (connection) =>
        connection === 1 ? { after, how: 'cut' } : undefined,
      );
      const { responses } = openAiOf(proxy);
      const read: ResponseStreamEvent[] = [];
      const follow = async (events: PromiseLike<AsyncIterable<ResponseStreamEvent>>) => {
        for await (const event of await events) read.push(event);
      };
      await follow(responses.create(ask)).catch(() => undefined);
      const [first] = read;
      // Cut before anything came that a client could go on from: it has no id yet.
      if (first?.type !== 'response.created') continue;
      const starting_after = read.at(-1)?.sequence_number ?? 0;
      await follow(responses.retrieve(first.response.id, { stream: true, starting_after }));
      expect(read.map(shapeOf)).toEqual(whole);
      expect(read.at(-1)).toMatchObject({ response: { output: [{}, { type: 'mcp_call' }, {}] } });
    }
  });

  test('is followed with the stream helper of the SDK from any place', async () => {
    const gate = Promise.withResolvers<void>();
    await using server = await startAgentRuns(answers(gate.promise), { toolset: toolsetOf(tools) });
    const { responses } = openAiOf(server);
    const { id } = await responses.create({ ...hello, background: true });
    gate.resolve();
    const stream = responses.stream({ response_id: id, starting_after: 4 });
    const events = await Array.fromAsync(stream);
    expect(events[0]?.sequence_number).toBe(5);
    expect((await stream.finalResponse()).output_text).toBe('SeeIt is noon');
  });

  test('is the same after the server was started anew', async () => {
    await using folder = await temporaryFolder();
    const read = async (url: string, id: string) => [
      await openAiOf({ url }).responses.retrieve(id),
      await Array.fromAsync(await openAiOf({ url }).responses.retrieve(id, { stream: true })),
    ];
    let id = '';
    let before: unknown;
    {
      const server = await startAgentRuns(answers(Promise.resolve()), {
        toolset: toolsetOf(tools),
        folder: folder.path,
      });
      await using _ = server;
      ({ id } = await openAiOf(server).responses.create({ ...hello, metadata: { a: 'b' } }));
      before = await read(server.url, id);
    }
    await using server = await startAgentRuns(echo(), { folder: folder.path });
    expect(await read(server.url, id)).toEqual(before);
    // Once its events are held no more, what it said is read from its conversation.
    await server.store.runs.pruneEvents({ endedBefore: new Date().toISOString(), keep: 0 });
    const pruned = await openAiOf(server).responses.retrieve(id);
    expect(pruned).toMatchObject({ id, status: 'completed', output_text: 'SeeIt is noon', metadata: {} });
    expect(pruned.output.map(({ type }) => type)).toEqual(['reasoning', 'message', 'mcp_call', 'message']);
    const events = await Array.fromAsync(await openAiOf(server).responses.retrieve(id, { stream: true }));
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index + 1));
  });

  test('that was cut off with its server has failed, behind what was stored, with a number nobody has seen', async () => {
    await using folder = await temporaryFolder();
    {
      await using server = await startAgentRuns(echo(), { folder: folder.path });
      const { runs } = server.store;
      const opening = { id: 'cut', conversationId: 'c', agentId: 'tester', messages: [], isDetached: true };
      const { key } = await runs.open(opening);
      const events = [
        { type: 'noted', note: {} },
        { type: 'text-started', messageId: 'm' },
        { type: 'text-delta', messageId: 'm', delta: 'Par' },
      ];
      await runs.append({ events: [{ runKey: key, first: 1, events, times: [1, 2, 3] }], steps: [] });
    }
    await using server = await startAgentRuns(echo(), { folder: folder.path });
    const { responses } = openAiOf(server);
    const events = await Array.fromAsync(await responses.retrieve('cut', { stream: true }));
    expect(events.map(({ type, sequence_number }) => [type, sequence_number])).toEqual([
      ['response.created', 1],
      ['response.in_progress', 2],
      ['response.output_item.added', 3],
      ['response.content_part.added', 4],
      ['response.output_text.delta', 5],
      ['response.output_text.done', 1_000_000],
      ['response.content_part.done', 1_000_001],
      ['response.output_item.done', 1_000_002],
      ['response.failed', 1_000_003],
    ]);
    const stored = await responses.retrieve('cut');
    expect(stored).toMatchObject({ status: 'failed', output_text: 'Par', error: { type: 'run-interrupted' } });
  });
});
