import { describe, expect, it } from 'vitest';
import { configure as contract } from '../contract/configure.ts';
import { FIXTURE } from './support/mcp-servers.ts';
import { poll, startWholeServer } from './support/whole-server.ts';

describe('the configuration', () => {
  it('lists models, MCP servers and tools', async () => {
    await using server = await startWholeServer({
      environment: { OPENAI_API_KEY: 'sk-CANARY' },
      mcpServers: { mine: { command: process.execPath, args: [FIXTURE, 'pages'] } },
    });
    const { body } = await poll(server, '/configure/mcp-toolsets-status', (status) =>
      JSON.stringify(status).includes('"ready_servers":["mine"]'),
    ).then(() => server.call('GET', '/configure'));
    expect(body).toMatchObject({
      models: expect.arrayContaining([
        expect.objectContaining({ provider: 'openai', isAvailable: true, requiredEnvVars: ['OPENAI_API_KEY'] }),
        expect.objectContaining({ provider: 'anthropic', isAvailable: false }),
      ]),
      default_model: 'demo:rules',
      tools: ['tool-0', 'tool-1', 'tool-2', 'tool-3', 'tool-4'].map((name) => ({
        name,
        description: `The tool ${name}`,
        server: 'mine',
      })),
    });
    const servers = typeof body === 'object' && body !== null && 'mcp_servers' in body ? body.mcp_servers : [];
    expect(JSON.stringify(servers)).toContain('"id":"mine"');
    expect(JSON.stringify(servers)).toContain('"id":"tavily"');
    expect(JSON.stringify(body)).not.toContain('CANARY');
  });

  it('lists models with what they need and cost, and asks nobody', async () => {
    await using server = await startWholeServer({
      environment: { ANTHROPIC_API_KEY: 'sk-CANARY', OLLAMA_BASE_URL: 'http://127.0.0.1:1' },
    });
    const { status, body } = await server.call('GET', '/configure/models');
    const { models, default_model } = contract.models.output.parse(body);
    expect([status, default_model]).toEqual([200, 'demo:rules']);
    expect(models).toContainEqual({
      id: 'openai:gpt-4o',
      label: 'gpt-4o',
      provider: 'openai',
      is_ready: false,
      needs: 'OPENAI_API_KEY',
      price: { input: 2.5, cached_input: 1.25, output: 10 },
    });
    expect(models.filter(({ is_ready }) => is_ready).map(({ provider }) => provider)).toContain('anthropic');
    expect(models.filter(({ provider }) => provider === 'openai').every(({ is_ready }) => !is_ready)).toBe(true);
    expect(models.at(-1)).toMatchObject({ id: 'demo:rules', is_ready: true, needs: null, price: { input: 0 } });
    // A line of the price table that is none of the usual models.
    expect(models.map(({ id }) => id)).toContain('openai:gpt-3.5-turbo');
    expect(models.filter(({ id }) => id.includes('*'))).toEqual([]);
    expect(new Set(models.map(({ id }) => id)).size).toBe(models.length);
    expect(JSON.stringify(body)).not.toContain('CANARY');
  });

  it('says that the toolsets are initialized also when there is none', async () => {
    await using server = await startWholeServer();
    const isInitialized = (body: unknown) => JSON.stringify(body).includes('"initialized":true');
    expect(await poll(server, '/configure/mcp-toolsets-status', isInitialized)).toEqual({
      initialized: true,
      ready_count: 0,
      failed_count: 0,
      ready_servers: [],
      failed_servers: {},
    });
    expect(await server.call('GET', '/configure/mcp-toolsets-info')).toEqual({ status: 200, body: [] });
  });
});
