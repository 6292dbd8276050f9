import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRenderer } from './support/a2ui-renderer.mjs';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';

const readSchema = (name: string) =>
  JSON.parse(
    readFileSync(new URL(`../node_modules/@a2ui/web_core/src/v0_9/schemas/${name}.json`, import.meta.url), 'utf8'),
  );
const ajv = new Ajv2020({ strict: false, validateFormats: false });
const catalog = readSchema('catalogs/basic/catalog');
ajv.addSchema([
  readSchema('common_types'),
  catalog,
  { ...catalog, $id: 'https://a2ui.org/specification/v0_9/catalog.json' },
]);
const isEnvelope = ajv.compile(readSchema('server_to_client'));
const isReport = ajv.compile(readSchema('client_to_server'));

interface Told {
  readonly status: number;
  readonly envelopes: Record<string, Record<string, unknown>>[];
  readonly errors: Record<string, unknown>[];
  readonly body: string;
}

async function ask(server: WholeServer, body: object, agentId = 'helper'): Promise<Told> {
  const response = await fetch(`${server.url}/api/v1/a2ui/${agentId}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) return { status: response.status, envelopes: [], errors: [], body: text };
  const frames = text.split('\n\n').filter((frame) => frame.includes('data: '));
  const dataOf = (frame: string) => JSON.parse(frame.slice(frame.indexOf('data: ') + 'data: '.length));
  const isError = (frame: string) => frame.includes('event: error\n');
  return {
    status: 200,
    envelopes: frames.filter((frame) => !isError(frame)).map(dataOf),
    errors: frames.filter(isError).map(dataOf),
    body: text,
  };
}

describe('the embedded model over A2UI', () => {
  let server: WholeServer;
  beforeAll(async () => {
    server = await startWholeServer();
    await server.call('POST', '/agents', { id: 'helper', name: 'Helper', selected_mcp_servers: ['toolbox'] });
    await server.call('POST', '/agents/helper/mcp-servers/start');
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('each agent is listed with its endpoint', async () => {
    const info = {
      protocol: 'a2ui',
      version: '0.9',
      catalogs: ['https://a2ui.org/specification/v0_9/catalogs/basic/catalog.json'],
      extension_uri: 'https://a2ui.org/a2a-extension/a2ui/v0.9',
      agents: [{ agent_id: 'helper', name: 'Helper', endpoint: '/api/v1/a2ui/helper/' }],
      agents_endpoint: '/api/v1/a2ui/agents',
      count: 1,
    };
    expect(await server.call('GET', '/a2ui/')).toEqual({ status: 200, body: info });
    expect(await server.call('GET', '/a2ui/agents')).toEqual({ status: 200, body: info });
  });

  test('every envelope is valid by the published schema: a form, a list and a text', async () => {
    const asks = ['Use the calculate tool', 'What is 6 times 7?', 'Hello there'];
    const told = await Promise.all(asks.map((message) => ask(server, { message })));
    for (const { envelopes, errors } of told) {
      expect(errors).toEqual([]);
      expect(envelopes.length).toBeGreaterThan(1);
      for (const envelope of envelopes)
        expect([envelope, isEnvelope(envelope), isEnvelope.errors]).toEqual([envelope, true, null]);
      expect(Object.keys(envelopes[0] ?? {})).toEqual(['version', 'createSurface']);
    }
  });

  test('who asks for JSON Lines gets the same envelopes, a line each', async () => {
    const response = await fetch(`${server.url}/api/v1/a2ui/helper/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/jsonl' },
      body: JSON.stringify({ message: 'What is 6 times 7?' }),
    });
    expect(response.headers.get('content-type')).toBe('application/jsonl');
    const envelopes = (await response.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(envelopes.every((envelope) => isEnvelope(envelope))).toBe(true);
    const { envelopes: framed } = await ask(server, { message: 'What is 6 times 7?' });
    expect(envelopes.map((envelope) => Object.keys(envelope))).toEqual(framed.map((envelope) => Object.keys(envelope)));
  });

  test('a form is rendered, filled in and sent; its action comes back and another surface shows the result', async () => {
    const renderer = openRenderer();
    await renderer.show((await ask(server, { message: 'Use the calculate tool' })).envelopes);
    expect(renderer.text).toContain('calculate');
    expect(renderer.text).toContain('expression');
    await renderer.type(0, '6 * 7');
    await renderer.click('Run');
    const [action] = renderer.actions;
    expect(isReport({ version: 'v0.9', action })).toBe(true);
    expect(action).toMatchObject({ name: 'toolbox__calculate', context: { expression: '6 * 7' } });
    const answer = await ask(server, { action, data_model: renderer.dataModel(action?.surfaceId ?? '') });
    expect(answer.errors).toEqual([]);
    await renderer.show(answer.envelopes);
    expect(renderer.text).toMatch(/42/);
    const ids = renderer.surfaceIds();
    expect(ids).toHaveLength(2);
    const [conversation] = (ids[0] ?? '').split(':');
    expect(ids.every((id) => id.startsWith(`${conversation}:`))).toBe(true);
    const stored = await server.call('GET', `/conversations/${conversation}`);
    expect(stored.body).toMatchObject({ agent_id: 'helper' });
    await renderer.close();
  });

  test('a surface the user looks at is changed in place', async () => {
    const renderer = openRenderer();
    await renderer.show((await ask(server, { message: 'What is 6 times 7?' })).envelopes);
    const [surface_id] = renderer.surfaceIds();
    expect(renderer.text).toContain('42');
    const again = await ask(server, { message: 'What is 5 plus 6?', surface_id });
    expect(again.envelopes.some((envelope) => 'createSurface' in envelope)).toBe(false);
    await renderer.show(again.envelopes);
    expect([renderer.surfaceIds(), /11/.test(renderer.text), /42/.test(renderer.text)]).toEqual([
      [surface_id],
      true,
      false,
    ]);
    await renderer.close();
  });

  test('over A2A, surfaces are data parts when the client activates the extension, and an action is one too', async () => {
    const send = async (parts: object[], extensions?: string) => {
      const response = await fetch(`${server.url}/api/v1/a2a/helper/message:send`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'a2a-version': '1.0',
          ...(extensions && { 'a2a-extensions': extensions }),
        },
        body: JSON.stringify({ message: { messageId: 'm', role: 'ROLE_USER', parts } }),
      });
      const { task } = (await response.json()) as { task: { artifacts: { artifactId: string; parts: Part[] }[] } };
      return { artifacts: task.artifacts, activated: response.headers.get('a2a-extensions') };
    };
    interface Part {
      data: Record<string, Record<string, unknown>>;
      metadata?: unknown;
    }
    const uri = 'https://a2ui.org/a2a-extension/a2ui/v0.9';
    const plain = await send([{ text: 'Use the calculate tool' }]);
    expect([plain.activated, plain.artifacts.map(({ artifactId }) => artifactId)]).toEqual([null, ['response']]);
    const shown = await send([{ text: 'Use the calculate tool' }], uri);
    const surfaces = shown.artifacts.find(({ artifactId }) => artifactId === 'surfaces')?.parts ?? [];
    expect(shown.activated).toBe(uri);
    expect(surfaces.length).toBe(3);
    for (const { data, metadata } of surfaces) {
      expect([isEnvelope(data), metadata]).toEqual([true, { mimeType: 'application/json+a2ui' }]);
    }
    const surfaceId = String(surfaces[0]?.data.createSurface?.surfaceId);
    const action = {
      name: 'toolbox__calculate',
      surfaceId,
      sourceComponentId: 'submit',
      timestamp: new Date().toISOString(),
      context: { expression: '6 * 7' },
    };
    const answer = await send([{ data: { version: 'v0.9', action } }], uri);
    expect(JSON.stringify(answer.artifacts)).toContain('42');
  });

  test('over AG-UI, surfaces are activities when the client shows them, and an action is an answer', async () => {
    const run = async (runId: string, said: object[], forwardedProps?: object) => {
      const response = await fetch(`${server.url}/api/v1/ag-ui/helper/`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          threadId: 'thread-1',
          runId,
          messages: said,
          ...(forwardedProps && { forwardedProps }),
        }),
      });
      const frames = (await response.text()).split('\n\n').filter((frame) => frame.includes('data: '));
      return frames.map((frame) => JSON.parse(frame.slice(frame.indexOf('data: ') + 'data: '.length)));
    };
    const said = [{ id: '1', role: 'user', content: 'Use the calculate tool' }];
    const plain = await run('run-1', said);
    expect(plain.some(({ type }) => type === 'ACTIVITY_SNAPSHOT')).toBe(false);
    const events = await run('run-2', said, { a2ui: true });
    const [activity] = events.filter(({ type }) => type === 'ACTIVITY_SNAPSHOT');
    expect(activity).toMatchObject({ activityType: 'a2ui-surface', replace: true });
    const operations: Record<string, Record<string, unknown>>[] = activity.content.a2ui_operations;
    expect(operations.map((operation) => isEnvelope(operation))).toEqual([true, true, true]);
    const surfaceId = operations[0]?.createSurface?.surfaceId;
    const userAction = {
      name: 'toolbox__calculate',
      surfaceId,
      sourceComponentId: 'submit',
      context: { expression: '6 * 7' },
    };
    const answer = await run('run-3', said, { a2uiAction: { userAction } });
    const shown = answer.filter(({ type }) => type === 'ACTIVITY_SNAPSHOT');
    expect(JSON.stringify(shown)).toContain('42');
    expect(answer.at(-1)).toMatchObject({ type: 'RUN_FINISHED' });
  });

  test('what is no request is refused before a stream begins', async () => {
    expect((await ask(server, {})).status).toBe(422);
    const action = { name: 'a', surfaceId: 's', sourceComponentId: 'c', timestamp: 't', context: {} };
    expect((await ask(server, { message: 'Hi', action })).status).toBe(422);
    expect((await ask(server, { action: { name: 'a' } })).status).toBe(422);
    expect((await ask(server, { message: 'Hi' }, 'nobody')).status).toBe(404);
  });
});
