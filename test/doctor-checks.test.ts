/** What the doctor finds, in a good and in a bad world for each thing it looks at. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, readdir, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { clock, judgeClock } from '../server/doctor/clock.ts';
import { dataFolder } from '../server/doctor/data-folder.ts';
import { disk } from '../server/doctor/disk.ts';
import type { Finding } from '../server/doctor/finding.ts';
import { jupyter } from '../server/doctor/jupyter.ts';
import { judgeMemory, judgeOpenFiles, judgeProcessor, machine } from '../server/doctor/machine.ts';
import { createMcpCheck, mcpServers } from '../server/doctor/mcp-servers.ts';
import { judgeModelKeys, models } from '../server/doctor/models.ts';
import { options } from '../server/doctor/options.ts';
import { port } from '../server/doctor/port.ts';
import { providers } from '../server/doctor/providers.ts';
import { toLine } from '../server/doctor/report.ts';
import { sandbox } from '../server/doctor/sandbox.ts';
import { secretKeys } from '../server/doctor/secret-keys.ts';
import { judgeKeys, serverKeys } from '../server/doctor/server-keys.ts';
import { store } from '../server/doctor/store.ts';
import { openStore } from '../server/store/sqlite.ts';
import { look, toText } from './support/doctor.ts';
import { childrenOf } from './support/processes.ts';
import { startCommand } from './support/server-process.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

// Interpreters and servers start slowly on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

/** A real HTTP server on a free port of this machine. */
async function listen(answer: RequestListener): Promise<{ url: string; port: number } & AsyncDisposable> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: number } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${number}`,
    port: number,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function freePort(): Promise<number> {
  await using server = await listen(() => undefined);
  return server.port;
}

const isRoot = process.getuid?.() === 0;

test('a secret at the end of what was found costs nothing of the advice', () => {
  const finding = { verdict: 'fail', check: 'x', found: 'it said token=canary', advice: 'see key=canary' } as const;
  expect(toLine(finding, false)).toBe(`fail  x${' '.repeat(19)} it said token=[redacted]: see key=[redacted]\n`);
});

test('options that a server does not start with, each of them, and odd lines of a price file', async () => {
  await using folder = await temporaryFolder();
  expect(await look(options)).toEqual(['ok options: a server starts with them']);
  const wrong = ['--prices', '/none', '--rate-limit', 'often', '--mcp-proxy-url', 'here', '--agent-name', 'A'];
  expect(await look(options, { args: wrong })).toEqual(
    [
      '--agent-name needs --agent-id',
      'The price file /none cannot be read: ENOENT',
      'mcp_proxy_url: must be an http or https URL',
      "Rate limit 'often': write it as 600/min or agents.create=30/min; the units are s, min, h and d",
    ].map((sentence) => `fail options: ${sentence}: no server starts with it; see --help`),
  );
  const prices = join(folder.path, 'prices.json');
  await writeFile(prices, JSON.stringify({ models: { 'nobody:x': null, 'openai:gpt-4o': { input: 1, output: 2 } } }));
  expect(await look(options, { args: ['--prices', prices] })).toEqual([
    `warn options: ${prices}: 'nobody:x' is left out: it names no provider that is known here: mend it`,
  ]);
  expect(await look(options, { environment: { OTEL_EXPORTER_OTLP_ENDPOINT: 'canary:4318' } })).toEqual([
    expect.stringMatching(/^warn options: OTEL_EXPORTER_OTLP_ENDPOINT is passed over: it is no http or https URL, /),
  ]);
});

test('a data folder that can be written, is not there yet, or is a file', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string) => ['--data-dir', join(folder.path, name)];
  expect(await look(dataFolder, { args: at('.') })).toEqual([
    `ok data folder: ${join(folder.path, '.')} can be written`,
    'ok data folder lock: no server has it',
  ]);
  expect(await look(dataFolder, { args: at('new/er') })).toEqual([
    `ok data folder: ${join(folder.path, 'new/er')} is not there yet; the first start makes it`,
  ]);
  expect(await readdir(folder.path)).toEqual([]);
  await writeFile(join(folder.path, 'file'), '');
  expect(await look(dataFolder, { args: at('file') })).toEqual([
    `fail data folder: ${join(folder.path, 'file')} is not a folder: move it away, or choose another with --data-dir`,
  ]);
  await mkdir(join(folder.path, 'open'));
  await chmod(join(folder.path, 'open'), 0o755);
  expect(await look(dataFolder, { args: at('open') })).toContain(
    `warn data folder: others of this machine may look into ${join(folder.path, 'open')}: chmod 700 ${join(folder.path, 'open')}`,
  );
});

test.skipIf(isRoot)('a data folder that this user may not write (root may write every folder)', async () => {
  await using folder = await temporaryFolder();
  await chmod(folder.path, 0o500);
  const [first] = await look(dataFolder, { args: ['--data-dir', folder.path] });
  expect(first).toContain(`fail data folder: ${folder.path} cannot be written by this user (EACCES)`);
  await chmod(folder.path, 0o700);
});

test('a folder that a server has, and what it stores, are read beside it', async () => {
  await using folder = await temporaryFolder();
  const args = ['--data-dir', folder.path];
  const opened = await openStore({ folder: folder.path });
  try {
    expect(await look(dataFolder, { args })).toContain(
      `ok data folder lock: a server has it, process ${process.pid}; a second one needs a folder of its own`,
    );
    expect(await look(store, { args })).toEqual([
      expect.stringMatching(/^ok store: 0 conversations, .*, whole, schema version \d+$/),
    ]);
  } finally {
    await opened.close();
  }
  expect(await look(dataFolder, { args })).toContain('ok data folder lock: no server has it');
});

test('a store that is new, whole, of another version, or damaged', async () => {
  await using folder = await temporaryFolder();
  const args = ['--data-dir', folder.path];
  const file = join(folder.path, 'agent-runtimes.db');
  expect(await look(store, { args })).toEqual(['ok store: there is none yet; the first start makes it']);
  await (await openStore({ folder: folder.path })).close();
  const whole = /^ok store: 0 conversations, \d+ KB, whole, schema version \d+$/;
  expect(await look(store, { args })).toEqual([expect.stringMatching(whole)]);
  const { mtimeMs } = await stat(file);
  const agentModels = new Set<string>();
  const add = (sql: string) => {
    const database = new DatabaseSync(file);
    database.exec(sql);
    database.close();
  };
  add("insert into schema_versions values (1000, 'later')");
  await utimes(file, mtimeMs / 1000, mtimeMs / 1000);
  const [newer] = await look(store, { args, agentModels });
  expect(newer).toMatch(/^fail store: .* has schema version 1000, and this server knows \d+: start the newer server/);
  add('delete from schema_versions where version > 1');
  expect(await look(store, { args })).toEqual([
    expect.stringMatching(/schema version 1; the next start brings it to \d+$/),
  ]);
  await truncate(file, 8192);
  expect(await look(store, { args })).toEqual([
    expect.stringMatching(/^fail store: .* is damaged: .*restore it from a backup/),
  ]);
  await writeFile(file, 'this is no database, however long it is '.repeat(100));
  expect(await look(store, { args })).toEqual([
    expect.stringMatching(/^fail store: .* is damaged: .*restore it from a backup/),
  ]);
});

test('a disk with room, and how much of it there is', async () => {
  await using folder = await temporaryFolder();
  const [first] = await look(disk, { args: ['--data-dir', join(folder.path, 'new')] });
  expect(first).toMatch(/^(ok|warn|fail) disk: [\d.]+ [GM]B are free at \//);
});

test('the limits of this machine, and of smaller ones', async () => {
  const found = await look(machine);
  expect(found.map((line) => line.replace(/^\w+ ([\w ]+):.*/, '$1'))).toEqual(['open files', 'memory', 'processor']);
  const verdicts = (findings: readonly Finding[]) => findings.map(({ verdict }) => verdict);
  expect(verdicts([64, 1024, 65_536, Number.POSITIVE_INFINITY, Number.NaN].map(judgeOpenFiles))).toEqual([
    'fail',
    'warn',
    'ok',
    'ok',
    'skip',
  ]);
  expect(verdicts([judgeMemory(2e8, 1e8), judgeMemory(1e9, 5e8), judgeMemory(4e9, 2e9)])).toEqual([
    'fail',
    'warn',
    'ok',
  ]);
  expect(verdicts([judgeProcessor(0.1), judgeProcessor(2)])).toEqual(['warn', 'ok']);
});

test('API keys: none where only this machine comes, and strong ones that others cannot read elsewhere', async () => {
  await using folder = await temporaryFolder();
  const strong = '0123456789abcdef0123456789abcdef';
  expect(await look(serverKeys)).toEqual(['ok API keys: none is asked for: only this machine reaches 127.0.0.1']);
  const [open] = await look(serverKeys, { args: ['--host', '0.0.0.0'] });
  expect(open).toMatch(/^fail API keys: Refusing to listen on 0\.0\.0\.0 without an API key: .* openssl rand -hex 32$/);
  const environment = { AGENT_RUNTIMES_API_KEYS: `ci:${strong},other-${strong}` };
  expect(await look(serverKeys, { environment })).toEqual(['ok API keys: 2 keys, long enough']);
  const file = join(folder.path, 'keys');
  await writeFile(file, `canary-1\n${strong}\nother:${strong}\n`, { mode: 0o644 });
  const found = await look(serverKeys, { args: ['--host', '0.0.0.0', '--api-key-file', file] });
  expect(found).toEqual([
    'fail API keys: key 1 of the list can be guessed: under 16 characters, or few different ones: make one with openssl rand -hex 32',
    'warn API keys: a key is there twice: give each caller a key of its own',
    `warn API keys: others of this machine may read ${file}: chmod 600 ${file}`,
  ]);
  expect(found.join()).not.toContain('canary');
  expect((await look(serverKeys, { args: ['--api-keys', strong] })).join()).toContain('they stand on the command line');
  expect(await look(serverKeys, { args: ['--api-key-file', join(folder.path, 'none')] })).toEqual([
    expect.stringContaining('cannot be read: ENOENT'),
  ]);
  expect(judgeKeys(['a'.repeat(40)], true).map(({ verdict }) => verdict)).toEqual(['warn']);
});

test('secret keys: none, or such as nobody guesses, in a file that nobody else reads', async () => {
  await using folder = await temporaryFolder();
  const key = randomBytes(32).toString('base64');
  expect(await look(secretKeys)).toEqual([
    'ok secret keys: none: secrets are kept in memory only, and given again after a restart',
  ]);
  const file = join(folder.path, 'keys');
  const args = ['--secret-key-file', file, '--data-dir', join(folder.path, 'data')];
  expect(await look(secretKeys, { args })).toEqual([
    `fail secret keys: The secret key file ${file} cannot be read: ENOENT: write one key a line, or start without --secret-key-file`,
  ]);
  await writeFile(file, key, { mode: 0o600 });
  expect(await look(secretKeys, { args })).toEqual(['ok secret keys: 1 key, and the first one seals']);
  expect(await look(secretKeys, { args: [...args, '--data-dir', folder.path] })).toEqual([
    `warn secret keys: ${file} is in the data folder: whoever has a copy of that has both: move it elsewhere`,
  ]);
  await writeFile(file, `${key}\n${'61'.repeat(32)}\n${key}\n`);
  await chmod(file, 0o640);
  expect(await look(secretKeys, { args })).toEqual([
    'fail secret keys: key 2 of the list can be guessed: few different bytes: make one with openssl rand -base64 32',
    'warn secret keys: a key is there twice: leave one of them out',
    `warn secret keys: others of this machine may read ${file}: chmod 600 ${file}`,
  ]);
  await writeFile(file, 'canary-key');
  expect(await look(secretKeys, { args })).toEqual([
    `fail secret keys: Key 1 of the secret key file ${file} has 7 bytes, not 32: make one with openssl rand -base64 32: write one key a line, or start without --secret-key-file`,
  ]);
});

test('a port that is free, taken, or served by this product', async () => {
  await using folder = await temporaryFolder();
  const args = (number: number, dataDir = folder.path) => ['--port', String(number), '--data-dir', dataDir];
  expect(await look(port, { args: args(0) })).toEqual(['ok port: any free one']);
  const free = await freePort();
  expect(await look(port, { args: args(free) })).toEqual([`ok port: ${free} of 127.0.0.1 is free`]);
  await using other = await listen((_request, response) => void response.end('hello'));
  expect(await look(port, { args: args(other.port) })).toEqual([
    `fail port: ${other.port} of 127.0.0.1 is taken by another program: stop that one, or choose another with --port or --find-free-port`,
  ]);
  expect(await look(port, { args: [...args(other.port), '--find-free-port'] })).toEqual([
    expect.stringMatching(/^warn port: .*: a server takes the next free one$/),
  ]);
  expect(await look(port, { args: ['--host', '203.0.113.1', '--port', '1'] })).toEqual([
    expect.stringMatching(/^fail port: Cannot listen on 203\.0\.113\.1, port 1: EADDRNOTAVAIL: choose an address/),
  ]);
  await using silent = await listen(() => undefined);
  expect((await look(port, { args: args(silent.port) })).join()).toContain('taken by another program');
  await using server = await startCommand();
  const number = Number(new URL(server.url).port);
  expect(await look(port, { args: args(number) })).toEqual([
    expect.stringMatching(/^fail port: agent-runtimes \d+\.\d+\.\d+ answers at \d+ of 127\.0\.0\.1: stop that one/),
  ]);
  const [, own = ''] = /^ {2}Data +(.*)$/m.exec(server.output()) ?? [];
  expect(await look(port, { args: args(number, own) })).toEqual([
    expect.stringMatching(/^ok port: agent-runtimes \d+\.\d+\.\d+ answers at \d+ of 127\.0\.0\.1$/),
  ]);
});

test('keys of models by the names of their variables, and the models that lack one', async () => {
  const key = 'canary-key';
  expect(judgeModelKeys({ OPENAI_API_KEY: key, GEMINI_API_KEY: `"${key}"` }).map(toText)).toEqual([
    'ok model keys: OPENAI_API_KEY, GEMINI_API_KEY are set',
    'fail model keys: GEMINI_API_KEY has quotes or white space in it: set it to the key alone',
  ]);
  expect(
    await look(models, { environment: { OPENAI_API_KEY: key }, agentModels: new Set(['anthropic:claude-x']) }),
  ).toEqual([
    'ok model keys: OPENAI_API_KEY is set',
    'ok models: agents that name no model have openai:gpt-4o',
    "warn models: Model 'anthropic:claude-x' needs ANTHROPIC_API_KEY to be set: set it, or give the agents another model",
  ]);
  expect(await look(models, { args: ['--model', 'nope'] })).toEqual([
    expect.stringMatching(/^warn model keys: none is set: set one of OPENAI_API_KEY, /),
    expect.stringMatching(/^fail models: Unknown model 'nope'/),
  ]);
});

test('the models that stored agents name are known from the store', async () => {
  await using folder = await temporaryFolder();
  const args = ['--data-dir', folder.path];
  await (await openStore({ folder: folder.path })).close();
  const database = new DatabaseSync(join(folder.path, 'agent-runtimes.db'));
  const columns = database.prepare('pragma table_info(agents)').all();
  const names = columns.map(({ name }) => String(name));
  const values = columns.map(({ name, type }) =>
    name === 'model' ? "'anthropic:claude-x'" : type === 'integer' ? '1' : "'x'",
  );
  database.exec(`insert into agents (${names.map((name) => `"${name}"`).join()}) values (${values.join()})`);
  database.close();
  const agentModels = new Set<string>();
  await look(store, { args, agentModels });
  expect([...agentModels]).toEqual(['anthropic:claude-x']);
});

test('a provider is asked with consent alone; one that refuses the key or is not there is told', async () => {
  let asked = 0;
  await using provider = await listen((request, response) => {
    asked++;
    response.writeHead(request.headers.authorization === 'Bearer right' ? 200 : 401).end('{}');
  });
  const environment = { OPENAI_API_KEY: 'right', OPENAI_BASE_URL: `${provider.url}/v1` };
  const { host } = new URL(provider.url);
  expect(await look(providers)).toEqual([]);
  expect(await look(providers, { environment })).toEqual([
    'skip providers: openai was not asked: add --network to ask',
  ]);
  expect(asked).toBe(0);
  const clocksAhead: { host: string; ms: number }[] = [];
  const ask = (key: string) =>
    look(providers, { environment: { ...environment, OPENAI_API_KEY: key }, mayAskNetwork: true, clocksAhead });
  expect(await ask('right')).toEqual([
    expect.stringMatching(/^ok provider openai: 127\.0\.0\.1:\d+ answered in \d+ ms and takes the key$/),
  ]);
  expect(clocksAhead).toEqual([{ host, ms: expect.any(Number) }]);
  expect(await ask('canary')).toEqual([
    `fail provider openai: ${host} refused the key (HTTP 401): check OPENAI_API_KEY`,
  ]);
  environment.OPENAI_BASE_URL = `http://user:canary@127.0.0.1:${await freePort()}/v1`;
  const [gone = ''] = await ask('right');
  expect(gone).toMatch(/^fail provider openai: it was not reached: /);
  expect(gone).not.toContain('canary');
});

test('a clock that is right, behind the files of the data folder, or off from those that answer', async () => {
  await using folder = await temporaryFolder();
  const args = ['--data-dir', folder.path];
  expect(await look(clock, { args })).toEqual([
    expect.stringMatching(/^ok clock: it says \d{4}-.*Z, later than what is stored$/),
  ]);
  await writeFile(join(folder.path, 'file'), '');
  const later = Date.now() / 1000 + 7200;
  await utimes(join(folder.path, 'file'), later, later);
  expect(await look(clock, { args })).toEqual([
    expect.stringMatching(/^fail clock: .* a file of the data folder is \d+ \w+ newer: let/),
  ]);
  const now = Date.UTC(2027, 0, 1);
  const judge = (ms: number) =>
    toText(
      judgeClock({
        now,
        newestFile: undefined,
        ahead: [
          { host: 'a', ms: 10 },
          { host: 'b', ms },
        ],
      }),
    );
  expect(judge(-1000)).toBe('ok clock: it says 2027-01-01T00:00:00.000Z, as b does');
  expect(judge(-90_000)).toMatch(/^warn clock: it says 2027-01-01T00:00:00\.000Z, 90 s behind b: /);
  expect(judge(7_200_000)).toMatch(/^fail clock: it says 2027-01-01T00:00:00\.000Z, 2 h ahead of b: /);
  expect(judgeClock({ now: 0, newestFile: undefined, ahead: [] }).verdict).toBe('fail');
});

test('MCP servers are started, looked at, and ended; what is wrong with one is told of that one', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'mcp.json');
  const good = fileURLToPath(new URL('fixtures/mcp/server.mjs', import.meta.url));
  const args = ['--mcp-config', file];
  expect(await look(mcpServers, { args })).toEqual([`warn MCP config: ${file} is not there: see --mcp-config`]);
  vi.stubEnv('HOME', folder.path);
  expect(await look(mcpServers)).toEqual([
    `ok MCP config: ${join(folder.path, '.datalayer/mcp.json')} is not there, and names no server`,
  ]);
  vi.unstubAllEnvs();
  await writeFile(file, '{"mcpServers": {}}');
  expect(await look(mcpServers, { args })).toEqual([`ok MCP config: ${file} names no server`]);
  const nobody = `http://127.0.0.1:${await freePort()}/?token=canary`;
  await writeFile(
    file,
    JSON.stringify({
      mcpServers: {
        good: { command: process.execPath, args: [good] },
        gone: { command: '/no/such/program' },
        dies: { command: 'sh', args: ['-c', 'echo "no token=canary" >&2; exit 3'] },
        off: { command: 'x', disabled: true },
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference
        lacks: { command: 'x', env: { KEY: '${NOT_SET_ANYWHERE}' } },
        remote: { url: nobody },
        bad: 'x',
      },
    }),
  );
  const found = await look(mcpServers, { args });
  expect(found[0]).toBe(`ok MCP config: ${file} names 6 servers`);
  expect(found[1]).toMatch(/^fail MCP config: .*server 'bad': .*: mend it$/);
  // Each is told when it is known.
  expect(found.slice(2).sort()).toEqual([
    expect.stringMatching(/^fail MCP server dies: it exited with code 3: no token=/),
    expect.stringMatching(/^fail MCP server gone: it has no command '\/no\/such\/program': run its command by hand/),
    'fail MCP server lacks: it needs NOT_SET_ANYWHERE to be set: set what it needs',
    expect.stringMatching(/^fail MCP server remote: it failed \(.*ECONNREFUSED.*\): see whether it is there, and /),
    expect.stringMatching(/^(ok|warn) MCP server good: it started in [\d.]+ s with \d+ tools?/),
    'skip MCP server off: it is disabled',
  ]);
  expect(childrenOf(process.pid)).toEqual([]);
  expect((await look(mcpServers, { args, mayStartMcpServers: false })).at(-1)).toBe(
    'skip MCP config: no server was started: leave --no-mcp out to start them',
  );
  expect(
    await look(mcpServers, { args: ['--mcp-config', join(folder.path, 'none'), '--mcp-servers', 'toolbox,nope'] }),
  ).toEqual([
    expect.stringMatching(/^warn MCP config/),
    "fail MCP config: the catalog has no server 'nope': see --mcp-servers",
    expect.stringMatching(/^ok MCP server toolbox: it started in [\d.]+ s with 3 tools$/),
  ]);
  await writeFile(file, '{"mcpServers": 5}');
  expect((await look(mcpServers, { args }))[0]).toBe(
    `fail MCP config: ${file} gives no server: mend what is said of it below`,
  );
});

test('an MCP server is told of when it is done, and one that hangs or says nothing is given up and told with its last words', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'mcp.json');
  const good = fileURLToPath(new URL('fixtures/mcp/server.mjs', import.meta.url));
  // Longer than any of the times, and told of all the while.
  const slow = `for i in 1 2 3 4 5 6 7 8; do echo "step $i" >&2; sleep 0.5; done; exec "${process.execPath}" "${good}"`;
  await writeFile(
    file,
    JSON.stringify({
      mcpServers: {
        hangs: { command: 'sh', args: ['-c', 'echo "waits for its database" >&2; sleep 300'] },
        works: { command: 'sh', args: ['-c', 'echo "counts" >&2; while :; do :; done'] },
        slow: { command: 'sh', args: ['-c', slow] },
        good: { command: process.execPath, args: [good] },
      },
    }),
  );
  const check = createMcpCheck({ startMs: 1500, toldMs: 3000, givenUpMs: 3000 });
  const found = (await look(check, { args: ['--mcp-config', file] })).slice(1);
  const of = (name: string) => found.filter((line) => line.includes(` MCP server ${name}: `));
  expect(found[0]).toMatch(/^ok MCP server good: it started in /);
  expect(of('hangs')).toEqual([
    'fail MCP server hangs: it gave no sign of life for 1.5 s: waits for its database: run its command by hand, and see its entry in the config',
  ]);
  expect(of('works')).toEqual([
    'warn MCP server works: it has said nothing for 3 s, though it works: counts: it is waited for',
    'fail MCP server works: it has said nothing for 3 s, though it works: counts: run its command by hand, and see its entry in the config',
  ]);
  expect(of('slow').at(-1)).toMatch(/^ok MCP server slow: it started in /);
  expect(childrenOf(process.pid)).toEqual([]);
});

test('a Jupyter server that takes the token, refuses it, has no Python, or is not there', async () => {
  let specs: unknown = { default: 'python3', kernelspecs: { python3: { spec: { language: 'python' } } } };
  await using server = await listen((request, response) => {
    if (request.headers.authorization !== 'token right') return response.writeHead(403).end();
    if (request.url !== '/lab/api/kernelspecs' && request.url !== '/api/kernelspecs')
      return response.writeHead(404).end();
    return response.end(JSON.stringify(specs));
  });
  const { host } = new URL(server.url);
  const ask = (url: string) => look(jupyter, { args: ['--jupyter-sandbox', url] });
  expect(await look(jupyter)).toEqual([]);
  expect(await ask(`${server.url}/?token=right`)).toEqual([
    `ok Jupyter: ${host} takes the token and has python3 (by default python3)`,
  ]);
  const refused = await ask(`${server.url}/?token=canary`);
  expect(refused).toEqual([
    `fail Jupyter: ${host} refused the token (HTTP 403): put its token into the URL, as ?token=`,
  ]);
  expect(await ask(`${server.url}/elsewhere/?token=right`)).toEqual([
    `fail Jupyter: ${host} has no Jupyter API there (HTTP 404): check the path of the URL`,
  ]);
  specs = { kernelspecs: { ir: { spec: { language: 'R' } } } };
  expect(await ask(`${server.url}/?token=right`)).toEqual([
    `fail Jupyter: ${host} has no kernel for Python: install ipykernel beside it`,
  ]);
  expect(await ask(`http://127.0.0.1:${await freePort()}/?token=canary`)).toEqual([
    'fail Jupyter: it was not reached: ECONNREFUSED: start it, or check the URL of --jupyter-sandbox',
  ]);
});

test('an interpreter is started cold and from its snapshot, and nothing of it is left', async () => {
  await using folder = await temporaryFolder();
  vi.stubEnv('TMPDIR', folder.path);
  expect(await look(sandbox)).toEqual([
    expect.stringMatching(/^ok sandbox: Python runs; the first start takes [\d.]+ s, later ones [\d.]+ s$/),
  ]);
  expect(await readdir(folder.path)).toEqual([]);
  vi.unstubAllEnvs();
  expect(childrenOf(process.pid)).toEqual([]);
  expect(await look(sandbox, { mayStartSandbox: false })).toEqual([
    'skip sandbox: no interpreter was started: leave --no-sandbox out to start one',
  ]);
  expect(await look(sandbox, { args: ['--sandbox-variant', 'local-jupyter'] })).toEqual([
    'fail sandbox: --sandbox-variant local-jupyter needs --jupyter-sandbox URL: see --sandbox-variant',
  ]);
  expect(await look(sandbox, { args: ['--jupyter-sandbox', 'http://127.0.0.1:1/'] })).toEqual([]);
});
