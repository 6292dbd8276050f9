/** Agents and custom MCP servers of several servers that are one service. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { FIXTURE } from './support/mcp-servers.ts';
import { hasNoDatabase } from './support/postgres.ts';
import { openReplicas, type Replicas } from './support/replicas.ts';
import { poll, type WholeServer } from './support/whole-server.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const speaks = { command: process.execPath, args: [FIXTURE, 'speaks'] };

describe.skipIf(hasNoDatabase)('of two servers on one database', () => {
  let replicas: Replicas;
  let one: WholeServer;
  let other: WholeServer;
  beforeAll(async () => {
    replicas = await openReplicas();
    [one, other] = await Promise.all([replicas.start(), replicas.start()]);
  });
  afterAll(() => replicas?.[Symbol.asyncDispose]());

  const either = (number: number): WholeServer => (number % 2 ? other : one);
  const idsAt = async (server: WholeServer): Promise<string[]> => {
    const { agents } = (await server.call('GET', '/agents')).body as { agents: { id: string }[] };
    return agents.map(({ id }) => id);
  };

  test('an agent that both create at once is created once', async () => {
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all(
        [one, other].map((server, index) =>
          server.call('POST', '/agents', { id: `both-${round}`, name: `of ${index}` }),
        ),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
      const created = answers.find(({ status }) => status === 201)?.body as { name: string };
      for (const server of [one, other]) {
        expect((await server.call('GET', `/agents/both-${round}`)).body).toMatchObject({ name: created.name });
      }
    }
  });

  test('agents that are named alike get an id each, in one order for both', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => either(index).call('POST', '/agents', { name: 'Named alike' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    const ids = answers.map(({ body }) => (body as { id: string }).id);
    const wanted = ['named-alike', ...Array.from({ length: 19 }, (_, index) => `named-alike-${index + 2}`)];
    expect(ids.toSorted()).toEqual(wanted.toSorted());
    expect(await idsAt(one)).toEqual(await idsAt(other));
  });

  test('what one has created, changed or deleted, the other lists, shows and runs at once', async () => {
    for (let round = 0; round < 20; round++) {
      const [writer, reader] = round % 2 ? [one, other] : [other, one];
      const id = `seen-${round}`;
      await writer.call('POST', '/agents', { id });
      expect(await idsAt(reader)).toContain(id);
      await writer.call('PUT', `/agents/${id}`, { name: 'Renamed' });
      expect((await reader.call('GET', `/agents/${id}`)).body).toMatchObject({ name: 'Renamed' });
      await reader.call('DELETE', `/agents/${id}`);
      expect(await writer.call('GET', `/agents/${id}`)).toMatchObject({ status: 404 });
      expect((await writer.call('POST', '/agents', { id })).status).toBe(201);
    }
    await one.call('POST', '/agents', { id: 'run-elsewhere' });
    expect(await other.call('POST', '/agents/run-elsewhere/prompt/sync', { message: 'Hello' })).toMatchObject({
      status: 200,
    });
    await other.call('POST', '/agents', { id: 'offered' });
    expect(JSON.stringify((await one.call('GET', '/openai/models')).body)).toContain('"offered"');
    expect((await one.call('GET', '/a2a/offered/.well-known/agent-card.json')).status).toBe(200);
  });

  test('of two updates of one agent at once both remain', async () => {
    await one.call('POST', '/agents', { id: 'updated' });
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all([
        one.call('PUT', '/agents/updated', { name: `name ${round}` }),
        other.call('PUT', '/agents/updated', { description: `description ${round}` }),
        one.call('PUT', '/agents/updated', { max_steps: round + 1 }),
        other.call('PUT', '/agents/updated', { system_prompt: `prompt ${round}` }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      for (const server of [one, other]) {
        expect((await server.call('GET', '/agents/updated')).body).toMatchObject({
          name: `name ${round}`,
          description: `description ${round}`,
          max_steps: round + 1,
          system_prompt: `prompt ${round}`,
        });
      }
    }
  });

  test('an agent that one deletes while the other changes it is gone at both', async () => {
    for (let round = 0; round < 20; round++) {
      const id = `gone-${round}`;
      await one.call('POST', '/agents', { id });
      const [deleted, changed] = await Promise.all([
        one.call('DELETE', `/agents/${id}`),
        other.call('PUT', `/agents/${id}`, { name: 'Changed' }),
      ]);
      expect(deleted.status).toBe(200);
      expect([200, 404]).toContain(changed.status);
      for (const server of [one, other]) expect(await idsAt(server)).not.toContain(id);
    }
  });

  test('pages of agents go on at the other', async () => {
    for (let index = 0; index < 5; index++) await either(index).call('POST', '/agents', { id: `page-${index}` });
    const all = await idsAt(one);
    const found: string[] = [];
    let cursor: string | null = null;
    for (let page = 0; page === 0 || cursor !== null; page++) {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const answer = await either(page).call('GET', `/agents?limit=7${query}`);
      const body = answer.body as { agents: { id: string }[]; next_cursor: string | null };
      found.push(...body.agents.map(({ id }) => id));
      cursor = body.next_cursor;
    }
    expect(found).toEqual(all);
  });

  test('a conversation that one deletes is gone at the other, with its runs, and its id is free', async () => {
    await one.call('POST', '/agents', { id: 'talks' });
    const ask = (server: WholeServer, run_id: string) =>
      server.call('POST', '/agents/talks/prompt/sync', { message: 'Hello', conversation_id: 'talk', run_id });
    expect((await ask(one, 'first')).status).toBe(200);
    expect((await one.call('GET', '/runs/first/steps')).status).toBe(200);
    expect((await other.call('DELETE', '/conversations/talk')).status).toBe(204);
    expect((await one.call('GET', '/conversations/talk')).status).toBe(404);
    expect((await one.call('GET', '/runs/first')).status).toBe(404);
    expect((await one.call('GET', '/runs/first/events')).status).toBe(404);
    expect((await ask(one, 'second')).status).toBe(200);
    expect((await other.call('GET', '/conversations/talk')).body).toMatchObject({ message_count: 2 });
  });

  test('a custom MCP server that both create at once is created once, and each of them runs it', async () => {
    const answers = await Promise.all(
      [one, other].map((server) => server.call('POST', '/mcp/servers', { id: 'both', ...speaks })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
    const isRunning = (body: unknown) => (body as { status: string }).status === 'running';
    for (const server of [one, other]) await poll(server, '/mcp/servers/both', isRunning);
    const updates = await Promise.all([
      one.call('PUT', '/mcp/servers/both', { name: 'Of one' }),
      other.call('PUT', '/mcp/servers/both', { description: 'Of the other' }),
    ]);
    expect(updates.map(({ status }) => status)).toEqual([200, 200]);
    for (const server of [one, other]) {
      expect((await server.call('GET', '/mcp/servers/both')).body).toMatchObject({
        name: 'Of one',
        description: 'Of the other',
      });
      await poll(server, '/mcp/servers/both', isRunning);
    }
    await other.call('PUT', '/mcp/servers/both', { enabled: false });
    await poll(one, '/mcp/servers/both', (body) => (body as { status: string }).status === 'stopped');
    await one.call('PUT', '/mcp/servers/both', { enabled: true });
    for (const server of [one, other]) await poll(server, '/mcp/servers/both', isRunning);
    expect((await one.call('DELETE', '/mcp/servers/both')).status).toBe(204);
    expect((await other.call('GET', '/mcp/servers/both')).status).toBe(404);
    expect((await other.call('POST', '/mcp/servers', { id: 'both', ...speaks })).status).toBe(201);
    await poll(one, '/mcp/servers/both', isRunning);
  });
});

test.skipIf(hasNoDatabase)('servers that start at once on an empty database make the first agents once', async () => {
  await using replicas = await openReplicas({ args: ['--demo', '--agent-id', 'mine', '--agent-name', 'Mine'] });
  const servers = await Promise.all([replicas.start(), replicas.start(), replicas.start()]);
  for (const server of servers) {
    const { agents } = (await server.call('GET', '/agents')).body as { agents: { id: string }[] };
    expect(agents.map(({ id }) => id).toSorted()).toEqual(['demo', 'mine']);
  }
  const [first] = servers;
  expect((await first.call('DELETE', '/agents/demo')).status).toBe(200);
  const late = await replicas.start();
  expect((await late.call('GET', '/agents/demo')).status).toBe(404);
});
