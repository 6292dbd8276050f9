/** The secrets of custom MCP servers over restarts: sealed where there is a key, else not stored at all, and in no case in clear. */
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createSecretBox } from '../server/secrets/secret-box.ts';
import { FIXTURE } from './support/mcp-servers.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { poll, startWholeServer, type WholeServer } from './support/whole-server.ts';

const old = Buffer.alloc(32, 1);
const young = Buffer.alloc(32, 2);
const purposeOf = (id: string, name: string) => `custom-server:${id}:env:${name}`;

/** A folder for a server and, beside its data folder, its key file. */
async function openHome() {
  const folder = await temporaryFolder();
  const keyFile = join(folder.path, 'keys');
  return {
    path: folder.path,
    /** Starts a server with these keys; with none, it has no key file. */
    async start(...keys: readonly Buffer[]): Promise<WholeServer> {
      await writeFile(keyFile, keys.map((key) => key.toString('base64')).join('\n'));
      return startWholeServer({ folder: folder.path, args: keys.length ? ['--secret-key-file', keyFile] : [] });
    },
    /** What is stored of the secrets of a server. */
    stored: (id: string) => JSON.parse(String(query(folder.path, 'select secrets from servers where id = ?', id))),
    write: (secrets: unknown, id: string) =>
      query(folder.path, 'update servers set secrets = ? where id = ?', JSON.stringify(secrets), id),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

function query(home: string, sql: string, ...values: readonly string[]): unknown {
  using database = new DatabaseSync(join(home, 'data', 'agent-runtimes.db'));
  return Object.values(database.prepare(sql).get(...values) ?? {})[0];
}

const program = (id: string, env: Readonly<Record<string, string>>, ...args: readonly string[]) => ({
  id,
  command: process.execPath,
  args: [FIXTURE, 'good', ...args],
  env,
});

const add = async (server: WholeServer, body: object) =>
  expect(await server.call('POST', '/mcp/servers', body)).toMatchObject({ status: 201 });

/** Some of the variables that a server has when it runs. */
async function variablesOf(server: WholeServer, id: string): Promise<unknown> {
  await poll(server, `/mcp/servers/${id}`, (body) => Object(body).status === 'running');
  return Object((await server.call('POST', `/mcp/proxy/${id}/tools/env`, {})).body).result;
}

/** Resolves once a server does not run because it lacks these variables. */
const lacks = (server: WholeServer, id: string, names: string) =>
  poll(server, `/mcp/servers/${id}`, (body) => {
    const { status, error } = Object(body);
    return status === 'failed' && error === `MCP server '${id}' needs ${names} to be set`;
  });

/** The warnings about secrets, each with the server and the variables it names. */
const warningsIn = (server: WholeServer): unknown[] =>
  server
    .logged()
    .split('\n')
    .filter((line) => line.includes('Secrets of an MCP server'))
    .map((line) => JSON.parse(line))
    .map(({ level, mcp_server, variables, msg }) => [level, mcp_server, variables, msg]);

async function expectNoCanary(home: string, ...texts: readonly string[]): Promise<void> {
  const entries = await readdir(join(home, 'data'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  expect(files).toContain(join(home, 'data', 'agent-runtimes.db'));
  for (const file of files) expect((await readFile(file, 'latin1')).includes('CANARY'), file).toBe(false);
  for (const text of texts) expect(text).not.toContain('CANARY');
}

/** A remote server that refuses everybody, and notes what they sent. */
async function startRefusing() {
  const seen = new Set<string>();
  const server = createServer(({ url, headers }, response) => {
    seen.add(`${url} ${headers['x-key']}`);
    response.writeHead(403).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('with a key file they are there after a restart, wherever they stood, and nowhere in clear', async () => {
  await using home = await openHome();
  await using remote = await startRefusing();
  const env = { TOKEN: 'CANARY-1', KEY: 'CANARY-2\nGrüße' };
  let answers = '';
  {
    await using server = await home.start(old);
    answers += JSON.stringify(await server.call('POST', '/mcp/servers', program('mine', env, '--token=CANARY-3')));
    answers += JSON.stringify(
      await server.call('POST', '/mcp/servers', {
        id: 'remote',
        url: `${remote.url}/mcp?api_key=CANARY-4`,
        headers: { 'X-Key': 'CANARY-5' },
      }),
    );
    expect(await variablesOf(server, 'mine')).toMatchObject(env);
    await poll(server, '/mcp/servers/remote', () => remote.seen.size > 0);
    answers += server.logged();
  }
  expect([...remote.seen]).toEqual(['/mcp?api_key=CANARY-4 CANARY-5']);
  remote.seen.clear();
  await expectNoCanary(home.path, answers);
  expect(Object.keys(home.stored('mine'))).toEqual(['TOKEN', 'KEY', 'MINE_TOKEN']);
  await using again = await home.start(old);
  expect(await variablesOf(again, 'mine')).toMatchObject(env);
  await poll(again, '/mcp/servers/remote', () => remote.seen.size > 0);
  expect([...remote.seen]).toEqual(['/mcp?api_key=CANARY-4 CANARY-5']);
  expect(warningsIn(again)).toEqual([]);
  const shown = await again.call('GET', '/mcp/servers/available');
  await expectNoCanary(home.path, JSON.stringify(shown), again.logged());
});

test('without a key file nothing of them is stored, and what says so is said', async () => {
  await using home = await openHome();
  const text = JSON.stringify({ mcpServers: { mine: program('mine', { TOKEN: 'CANARY-1' }) } });
  const detail = 'Values are kept in memory only: set TOKEN for it to survive a restart of this server';
  {
    await using server = await home.start();
    const { body } = await server.call('POST', '/mcp/servers/import', { text });
    expect(body).toEqual({ servers: [{ id: 'mine', status: 'created', detail, needs: [] }], notes: [] });
    expect(await variablesOf(server, 'mine')).toMatchObject({ TOKEN: 'CANARY-1' });
  }
  expect(home.stored('mine')).toBeNull();
  await using again = await home.start(old);
  await lacks(again, 'mine', 'TOKEN');
  expect(warningsIn(again)).toEqual([]);
  // From now on there is nothing to say: what is imported is stored.
  await again.call('DELETE', '/mcp/servers/mine');
  const { body } = await again.call('POST', '/mcp/servers/import', { text });
  expect(body).toEqual({ servers: [{ id: 'mine', status: 'created', detail: null, needs: [] }], notes: [] });
  await expectNoCanary(home.path);
});

test('with a second key as the first line they are sealed anew at the start, and the old key can go', async () => {
  await using home = await openHome();
  const onlyYoung = createSecretBox([young]);
  {
    await using server = await home.start(old);
    await add(server, program('mine', { TOKEN: 'CANARY-1', KEY: 'CANARY-2' }));
  }
  const changedAt = query(home.path, 'select updated_at from servers');
  const before = home.stored('mine');
  expect(onlyYoung.open(before.TOKEN, purposeOf('mine', 'TOKEN'))).toBeUndefined();
  {
    // A key that is there, and is not the first, changes nothing.
    await using server = await home.start(old, young);
    expect(await variablesOf(server, 'mine')).toMatchObject({ TOKEN: 'CANARY-1', KEY: 'CANARY-2' });
  }
  expect(home.stored('mine')).toEqual(before);
  {
    await using server = await home.start(young, old);
    expect(await variablesOf(server, 'mine')).toMatchObject({ TOKEN: 'CANARY-1', KEY: 'CANARY-2' });
  }
  const after = home.stored('mine');
  expect(onlyYoung.open(after.TOKEN, purposeOf('mine', 'TOKEN'))).toBe('CANARY-1');
  expect(onlyYoung.open(after.KEY, purposeOf('mine', 'KEY'))).toBe('CANARY-2');
  expect(query(home.path, 'select updated_at from servers')).toBe(changedAt);
  await using server = await home.start(young);
  expect(await variablesOf(server, 'mine')).toMatchObject({ TOKEN: 'CANARY-1', KEY: 'CANARY-2' });
  expect(warningsIn(server)).toEqual([]);
});

test.each([
  ['with another key', [young], 'Secrets of an MCP server were sealed with no key that is in the secret key file'],
  ['without a key file', [], 'Secrets of an MCP server were sealed and there is no secret key file'],
])('%s they are missing, said so by their names, and stay stored for when their key is back', async (_, keys, why) => {
  await using home = await openHome();
  {
    await using server = await home.start(old);
    await add(server, program('mine', { TOKEN: 'CANARY-1', KEY: 'CANARY-2' }));
    await add(server, program('plain', { LEVEL: 'debug' }));
  }
  const before = home.stored('mine');
  {
    await using server = await home.start(...keys);
    await lacks(server, 'mine', 'TOKEN, KEY');
    expect(warningsIn(server)).toEqual([[40, 'mine', ['TOKEN', 'KEY'], `${why}: they are as good as not set`]]);
    expect(await variablesOf(server, 'plain')).toMatchObject({ LEVEL: 'debug' });
    // What changes another field leaves them as they are.
    expect(await server.call('PUT', '/mcp/servers/mine', { name: 'Renamed' })).toMatchObject({ status: 200 });
    expect(home.stored('mine')).toEqual(before);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference to what is not said anew.
    const env = { TOKEN: 'CANARY-3', KEY: '${KEY}' };
    await server.call('PUT', '/mcp/servers/mine', { env });
    await lacks(server, 'mine', 'KEY');
  }
  // What was given anew took the place of what it was before, whether it is stored or not.
  expect(home.stored('mine').KEY).toBe(before.KEY);
  expect(home.stored('mine').TOKEN).not.toBe(before.TOKEN);
  await expectNoCanary(home.path);
  await using server = await home.start(old, ...keys);
  if (keys.length) expect(await variablesOf(server, 'mine')).toMatchObject({ TOKEN: 'CANARY-3', KEY: 'CANARY-2' });
  else await lacks(server, 'mine', 'TOKEN');
});

test('one that was moved to another variable or server is missing, and costs nothing but itself', async () => {
  await using home = await openHome();
  {
    await using server = await home.start(old);
    await add(server, program('mine', { TOKEN: 'CANARY-1', KEY: 'CANARY-2' }));
    await add(server, program('other', { TOKEN: 'CANARY-3', KEY: 'CANARY-4' }));
  }
  const { TOKEN } = home.stored('mine');
  home.write({ ...home.stored('mine'), KEY: TOKEN }, 'mine');
  home.write({ ...home.stored('other'), TOKEN }, 'other');
  await using server = await home.start(old);
  await lacks(server, 'mine', 'KEY');
  await lacks(server, 'other', 'TOKEN');
});

test('one that is odd in the store costs nothing but itself, also where all of them are', async () => {
  await using home = await openHome();
  {
    await using server = await home.start(old);
    await add(server, program('mine', { TOKEN: 'CANARY-1', KEY: 'CANARY-2' }));
    await add(server, program('other', { TOKEN: 'CANARY-3' }));
  }
  home.write({ ...home.stored('mine'), KEY: 7, NOBODY: 'nothing' }, 'mine');
  home.write('nonsense', 'other');
  await using server = await home.start(young, old);
  await lacks(server, 'mine', 'KEY');
  await lacks(server, 'other', 'TOKEN');
  const odd = server.logged().match(/.*a stored record is odd.*/g) ?? [];
  expect(odd.map((line) => JSON.parse(line)).map(({ id, columns }) => [id, columns])).toEqual([
    ['mine', ['secrets']],
    ['other', ['secrets']],
  ]);
});
