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

  test('what is no request is refused before a stream begins', async () => {
    expect((await ask(server, {})).status).toBe(422);
    const action = { name: 'a', surfaceId: 's', sourceComponentId: 'c', timestamp: 't', context: {} };
    expect((await ask(server, { message: 'Hi', action })).status).toBe(422);
    expect((await ask(server, { action: { name: 'a' } })).status).toBe(422);
    expect((await ask(server, { message: 'Hi' }, 'nobody')).status).toBe(404);
  });
});
