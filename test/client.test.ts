import { once } from 'node:events';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { type Client, createClient, errorBodyOf, type Inputs, type Outputs } from '../client/index.ts';
import { createRestClient, readEvents, type Schemas } from '../client/rest.ts';
import { startPlainServer } from './fixtures/plain-server.ts';
import { speakAndWait, startAgUiServer } from './support/ag-ui-server.ts';
import { startCommand } from './support/server-process.ts';

type PromptEvent = Outputs['prompts']['stream'] extends AsyncIterable<infer Event> ? Event : never;

const refused = async (call: Promise<unknown>) =>
  errorBodyOf(
    await call.then(
      () => undefined,
      (cause: unknown) => cause,
    ),
  );

describe('both typed clients, against one server with keys', () => {
  test('give the same answers and the same errors', async () => {
    await using server = await startCommand({
      environment: { AGENT_RUNTIMES_API_KEYS: 'client-key' },
      args: ['--demo'],
    });
    const client = createClient(`${server.url}/`, { apiKey: 'client-key' });
    const rest = createRestClient(`${server.url}/`, { apiKey: 'client-key' });

    const created = await client.agents.create.mutate({ id: 'one', name: 'One' });
    const path = { agent_id: 'one' };
    expect((await rest.GET('/agents/{agent_id}', { params: { path } })).data).toEqual(created);
    expect(await client.agents.get.query(path)).toEqual(created);

    const missing = { detail: 'Agent not found: two', status_code: 404, code: 'agent-not-found' };
    expect(await refused(client.agents.get.query({ agent_id: 'two' }))).toEqual(missing);
    const { error, response } = await rest.GET('/agents/{agent_id}', { params: { path: { agent_id: 'two' } } });
    expect([error, response.status]).toEqual([missing, 404]);

    const exists = { detail: "Agent with ID 'one' already exists", status_code: 409, code: 'agent-exists' };
    expect(await refused(client.agents.create.mutate({ id: 'one' }))).toEqual(exists);
    expect((await rest.POST('/agents', { body: { id: 'one' } })).error).toEqual(exists);

    const keyless = { status_code: 401, code: 'unauthorized' };
    expect(await refused(createClient(server.url).agents.list.query())).toMatchObject(keyless);
    expect((await createRestClient(server.url).GET('/agents')).error).toMatchObject(keyless);
    expect(await createClient(server.url).health.check.query()).toEqual((await rest.GET('/health')).data);

    const prompt = { message: 'What is 17 * 23?' };
    const typed: Outputs['prompts']['stream'] = await client.prompts.stream.mutate({ agent_id: 'demo', ...prompt });
    const overTrpc: PromptEvent[] = [];
    for await (const event of typed) overTrpc.push(event);
    const { data } = await rest.POST('/agents/{agent_id}/prompt', {
      params: { path: { agent_id: 'demo' } },
      body: prompt,
      parseAs: 'stream',
    });
    const overRest: Schemas['PromptEvent'][] = [];
    if (data) for await (const event of readEvents(data)) overRest.push(JSON.parse(event.data));
    const essence = (events: readonly (PromptEvent | Schemas['PromptEvent'])[]) =>
      events.map((event) => (event.type === 'tool_call' ? [event.type, event.name, event.args] : [event.type]));
    expect(essence(overTrpc)).toEqual(essence(overRest));
    expect(essence(overTrpc)).toContainEqual(['tool_call', 'toolbox__calculate', { expression: '17 * 23' }]);
    expect(overTrpc.at(-1)?.type).toBe('done');
  });
});

describe('what the tRPC client sends', () => {
  test('queries that start together share a request; changes and streams each have their own', async () => {
    await using server = await startPlainServer();
    const client = createClient(server.url, { headers: { 'x-team': 'blue' } });
    const answers = await Promise.allSettled([
      client.agents.get.query({ agent_id: 'a' }),
      client.agents.get.query({ agent_id: 'b' }),
      client.agents.delete.mutate({ agent_id: 'a' }),
      client.prompts.stream.mutate({ agent_id: 'a', message: 'b' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
    expect(
      server.requests.map(({ method, url, headers }) => [method, url?.split('?')[0], headers['x-team']]).sort(),
    ).toEqual([
      ['GET', '/trpc/agents.get,agents.get', 'blue'],
      ['POST', '/trpc/agents.delete', 'blue'],
      ['POST', '/trpc/prompts.stream', 'blue'],
    ]);
  });

  test('queries too long for one address are sent in several', async () => {
    await using server = await startPlainServer();
    const client = createClient(server.url);
    const ids = Array.from({ length: 12 }, (_, at) => `${at}-${'x'.repeat(1_000)}`);
    await Promise.allSettled(ids.map((agent_id) => client.agents.get.query({ agent_id })));
    const lengths = server.requests.map(({ url = '' }) => url.length);
    expect(lengths.length).toBeGreaterThan(1);
    expect(Math.max(...lengths)).toBeLessThan(9_000);
  });

  test('a fetch of the caller is used by both clients', async () => {
    const urls: string[] = [];
    const ownFetch: typeof fetch = async (input) => {
      urls.push(input instanceof Request ? input.url : String(input));
      throw new Error('no network');
    };
    const options = { fetch: ownFetch };
    const failure = await createClient('http://host.test/', options)
      .health.check.query()
      .catch((cause: unknown) => cause);
    expect([String(failure), errorBodyOf(failure)]).toEqual(['TRPCClientError: no network', undefined]);
    await expect(createRestClient('http://host.test', options).GET('/health')).rejects.toThrow('no network');
    expect(urls.map((url) => url.split('?')[0])).toEqual([
      'http://host.test/trpc/health.check',
      'http://host.test/api/v1/health',
    ]);
  });
});

describe('leaving a stream of the tRPC client cancels its run and no other', () => {
  const run = (thread_id: string) => ({ agent_id: 'my-agent', thread_id, run_id: `run-of-${thread_id}`, messages: [] });

  test('by leaving the loop, or by aborting its signal', async () => {
    await using server = await startAgUiServer(speakAndWait);
    const client = createClient(server.url);
    const stop = new AbortController();
    // Started in one turn, as calls that would share a request.
    const [left, aborted, kept] = await Promise.all([
      client.agUi.run.mutate(run('left')),
      client.agUi.run.mutate(run('aborted'), { signal: stop.signal }),
      client.agUi.run.mutate(run('kept')),
    ]);
    const signalOf = (threadId: string) => {
      const signal = server.requests.find((request) => request.threadId === threadId)?.signal;
      if (!signal) throw new Error(`${threadId} was not started`);
      return signal;
    };
    const still = kept[Symbol.asyncIterator]();
    expect((await still.next()).value).toMatchObject({ type: 'RUN_STARTED' });

    for await (const { type } of left) if (type === 'TEXT_MESSAGE_CONTENT') break;
    await untilAborted(signalOf('left'));

    const reading = readToEnd(aborted);
    stop.abort();
    await expect(reading).rejects.toThrow();
    await untilAborted(signalOf('aborted'));

    expect(signalOf('kept').aborted).toBe(false);
    await still.return?.();
    await untilAborted(signalOf('kept'));
  });
});

async function readToEnd(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of events);
}

/** The end of the test is the deadline. */
async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

test('the types of the two clients are the same shapes', () => {
  expectTypeOf<Outputs['agents']['get']>().toEqualTypeOf<Schemas['AgentDetail']>();
  expectTypeOf<Inputs['agents']['get']>().toEqualTypeOf<{ agent_id: string }>();
  expectTypeOf<Client['agents']['list']['query']>().toBeCallableWith();
});
