/** Interpreters of several servers that are one service, asked for at any of them. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openPostgresStore } from '../server/store/postgres/postgres.ts';
import { hasNoDatabase } from './support/postgres.ts';
import { openReplicas, type Replicas } from './support/replicas.ts';
import { poll, type WholeServer } from './support/whole-server.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe.skipIf(hasNoDatabase)('of servers on one database', () => {
  let replicas: Replicas;
  let one: WholeServer;
  let other: WholeServer;
  beforeAll(async () => {
    replicas = await openReplicas();
    [one, other] = await Promise.all([replicas.start(), replicas.start()]);
    await one.call('POST', '/agents', { id: 'codes' });
  });
  afterAll(() => replicas?.[Symbol.asyncDispose]());

  const execute = async (server: WholeServer, code: string) =>
    (await server.call('POST', '/agents/codes/execute', { code, timeout: 60 })).body as Record<string, unknown>;
  const get = async (server: WholeServer, path: string) => (await server.call('GET', path)).body;
  const names = async (server: WholeServer) => {
    const { variables } = (await get(server, '/agents/codes/sandbox/variables')) as { variables: { name: string }[] };
    return variables.map(({ name }) => name);
  };

  test('all tell of the interpreter of one, and of what it has; what is not there is told by the code that runs elsewhere', async () => {
    expect(await get(other, '/agents/sandbox/status')).toMatchObject({ sandbox_running: false });
    await execute(one, 'kept_here = 1');
    const seen = await get(one, '/agents/sandbox/interpreters');
    expect(seen).toMatchObject({
      interpreters: [{ agent_id: 'codes', status: 'ready', replica: expect.stringMatching(/^[\da-f]{8}$/) }],
    });
    expect(await get(other, '/agents/sandbox/interpreters')).toEqual(seen);
    for (const server of [one, other]) {
      expect(await names(server)).toEqual(['kept_here']);
      expect(await get(server, '/agents/sandbox/status')).toMatchObject({ sandbox_running: true });
    }
    expect(await execute(other, 'kept_there = kept_here')).toMatchObject({
      status: 'error',
      error: { name: 'NameError' },
      variables_lost: true,
      notices: ['Variables of earlier executions are lost: another process of the service has them.'],
    });
    expect(await execute(other, 'kept_there = 2')).toMatchObject({ variables_lost: false, notices: [] });
    // The one that was used last, at both.
    for (const server of [one, other]) expect(await names(server)).toEqual(['kept_there']);
    await execute(one, 'kept_here = 3');
    for (const server of [one, other]) expect(await names(server)).toEqual(['kept_here']);
  });

  test('what runs at one is interrupted at another', async () => {
    const running = execute(one, 'while True: pass');
    const isBusy = (body: unknown) =>
      (body as { interpreters: { status: string }[] }).interpreters.some(({ status }) => status === 'busy');
    await poll(other, '/agents/sandbox/interpreters', isBusy);
    expect((await other.call('POST', '/agents/sandbox/interrupt', { agent_id: 'none' })).body).toEqual({
      interrupted: [],
    });
    expect((await other.call('POST', '/agents/sandbox/interrupt', { agent_id: 'codes' })).body).toEqual({
      interrupted: ['codes'],
    });
    expect(await running).toMatchObject({ status: 'cancelled' });
    expect(await execute(one, 'kept_here')).toMatchObject({ status: 'ok', result: { 'text/plain': '3' } });
  });

  test('a restart at one ends the interpreters at all', async () => {
    const running = execute(one, 'while True: pass');
    const isBusy = (body: unknown) => (body as { status: string }).status === 'busy';
    await poll(other, '/agents/codes/sandbox/variables', isBusy);
    expect((await other.call('POST', '/agents/sandbox/restart')).body).toMatchObject({ sandbox_running: true });
    expect(await running).toMatchObject({ status: 'cancelled' });
    expect(await get(one, '/agents/sandbox/interpreters')).toEqual({ interpreters: [] });
    // Which of the two executions tells of the loss depends on which of them ends it.
    expect(await execute(one, 'kept_here')).toMatchObject({ status: 'error', error: { name: 'NameError' } });
  });

  test('one that may have an interpreter and does not answer is told of', async () => {
    await using silent = await openPostgresStore({ url: replicas.databaseUrl, replica: 'silent' });
    await silent.shared?.beat({ draining: false });
    expect(await one.call('POST', '/agents/sandbox/interrupt', {})).toMatchObject({
      status: 502,
      body: {
        code: 'sandbox-unavailable',
        detail: expect.stringContaining('A process of the service does not answer'),
      },
    });
    await silent.shared?.leave();
    expect(await one.call('POST', '/agents/sandbox/interrupt', {})).toMatchObject({ status: 200 });
  });
});
